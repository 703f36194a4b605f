"""A hash table from 64-bit keys to small integers, built and queried a whole array at a time.

The table is a list of levels. A level is one array of 64-bit entries, at least four slots a key; a key has exactly one
slot in each level, so that a look-up is one multiplication and one random memory access. Of keys that share a slot one
stays, the others are stored in the next level, which is much smaller:

    keys       A  B  C  D        level 0: slot  0    1    2    3    4 ...
    slots      3  1  3  0                       D    B    -    A*   -         * = some key of this slot is in level 1
                                 level 1: slot  0    1 ...
                                                -    C

A look-up of C finds another key's tag in slot 3, sees the mark, and goes on to level 1; a key that hashes to slot 4 is
absent after one access.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Hashes, Ints

ABSENT = -1

_FACTOR = 0xD6E8FEB86659FD93
_BITS_FOR_SPARSENESS = 2
_VALUE_BITS = 24
_SPILLED = np.uint64(1)
_TAG_UNIT = np.uint64(1 << (_VALUE_BITS + 1))
_VALUE_MASK = np.uint64((1 << (_VALUE_BITS + 1)) - 2)


@dataclass(frozen=True)
class _Level:
    """One array of entries; `bits` is the number of bits of a slot number, `factor` this level's odd multiplier.

    A key times the odd factor (a one-to-one map of 64-bit integers) gives the slot and what the entry there must hold:

        product    | slot: `bits`   | tag: the 39 bits that follow       | rest, dropped       |
        entry      | tag: 39 bits                     | value + 1: 24 bits        | spilled: 1 |

    An empty slot is 0. The dropped bits mean that an absent key is taken for a stored one with a chance below 2^-39.
    """

    factor: np.uint64
    bits: np.uint64
    entries: npt.NDArray[np.uint64]

    def look_up(self, keys: Hashes) -> tuple[npt.NDArray[np.int32], Ints]:
        """The value of each key or ABSENT, and the positions of the keys that the next level may hold."""
        product = keys * self.factor
        entry = self.entries.take((product >> (np.uint64(64) - self.bits)).view(np.int64))
        # equal tags cancel out, which leaves only the low 25 bits of the entry and so a number below one tag unit
        is_here = (entry ^ (product << self.bits)) < _TAG_UNIT
        values = np.full(len(keys), ABSENT, np.int32)
        at = is_here.nonzero()[0]
        # an empty slot can match a key whose tag is 0; its value field is 0, which becomes ABSENT here
        values[at] = ((entry.take(at) & _VALUE_MASK) >> np.uint64(1)).astype(np.int32) - np.int32(1)
        return values, ((entry & _SPILLED) > is_here).nonzero()[0]


@dataclass(frozen=True)
class HashTable:
    """A table of levels, each holding the keys that found no free slot in the one before."""

    levels: tuple[_Level, ...]

    @classmethod
    def build(cls, keys: Hashes, values: npt.NDArray[np.int32]) -> "HashTable":
        """A table of distinct keys and their values, which must lie in 0 .. 2^24 - 2."""
        levels: list[_Level] = []
        while len(keys) or not levels:
            level, left = _fill(keys, values, len(levels))
            levels.append(level)
            keys, values = keys[left], values[left]
        return cls(tuple(levels))

    def find(self, keys: Hashes) -> npt.NDArray[np.int32]:
        """The value of each key, ABSENT where there is none."""
        values, left = self.levels[0].look_up(keys)
        for level in self.levels[1:]:
            if not len(left):
                break
            values[left], more = level.look_up(keys.take(left))
            left = left[more]
        return values


def _fill(keys: Hashes, values: npt.NDArray[np.int32], depth: int) -> tuple[_Level, Ints]:
    """A level with one key per occupied slot, and the positions of the keys that are left for the next level."""
    bits = max(4, len(keys).bit_length() + _BITS_FOR_SPARSENESS)
    factor = np.uint64(pow(_FACTOR, depth + 1, 1 << 64))  # another one in each level, lest the same keys collide again
    product = keys * factor
    slot = (product >> np.uint64(64 - bits)).view(np.int64)
    number = np.arange(len(keys), dtype=np.int32)
    holder = np.full(1 << bits, ABSENT, np.int32)
    holder[slot] = number  # of several keys with one slot the last assignment stays
    left = (holder[slot] != number).nonzero()[0]
    taken = (holder >= 0).nonzero()[0]
    key = holder[taken]
    entries = np.zeros(1 << bits, np.uint64)
    tag = (product[key] << np.uint64(bits)) & ~(_TAG_UNIT - np.uint64(1))
    entries[taken] = tag | ((values[key] + np.int64(1)).astype(np.uint64) << np.uint64(1))
    entries[slot[left]] |= _SPILLED
    return _Level(factor, np.uint64(bits), entries), left

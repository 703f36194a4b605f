"""A hash table from 64-bit keys to small numbers, built and asked a whole array at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Hashes, Ints

ABSENT = -1

_FACTOR = 0xD6E8FEB86659FD93
_SLOTS_A_KEY_BITS = 2
_VALUE_BITS = 24
_ONE = np.uint64(1)
_TAG = np.uint64(1 << (_VALUE_BITS + 1))
_VALUE = np.uint64((1 << (_VALUE_BITS + 1)) - 2)


@dataclass(frozen=True)
class _Level:
    """One slot a key, in one word of memory: a look-up costs one visit to it.

    A key times an odd factor (one to one) has its slot in its leading bits; the entry there holds the 39 bits that
    follow, 24 of the value plus one, and one that says whether other keys of this slot were spilled to the next level.
    That an absent key passes for one in the table has a chance below 2^-39.
    """

    factor: np.uint64
    bits: np.uint64
    entries: npt.NDArray[np.uint64]

    def look_up(self, keys: Hashes) -> tuple[npt.NDArray[np.int32], Ints]:
        """The value of each key or ABSENT, and the numbers of the keys that the next level may have."""
        product = keys * self.factor
        entry = self.entries.take((product >> (np.uint64(64) - self.bits)).view(np.int64))
        found = (entry ^ (product << self.bits)) < _TAG
        values = np.full(len(keys), ABSENT, np.int32)
        at = found.nonzero()[0]
        values[at] = ((entry.take(at) & _VALUE) >> _ONE).astype(np.int32) - np.int32(1)
        return values, ((entry & _ONE) > found).nonzero()[0]


@dataclass(frozen=True)
class HashTable:
    """Levels, each holding what the one before had no room for; most look-ups end at the first."""

    levels: tuple[_Level, ...]

    @classmethod
    def build(cls, keys: Hashes, values: npt.NDArray[np.int32]) -> "HashTable":
        """A table of distinct keys and their values, from 0 to 2^24 - 2."""
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
    """A level with as many of the keys as have a slot to themselves, and the numbers of the others."""
    bits = max(4, len(keys).bit_length() + _SLOTS_A_KEY_BITS)
    factor = np.uint64(pow(_FACTOR, depth + 1, 1 << 64))
    product = keys * factor
    slot = (product >> np.uint64(64 - bits)).view(np.int64)
    number = np.arange(len(keys), dtype=np.int32)
    holder = np.full(1 << bits, ABSENT, np.int32)
    holder[slot] = number
    left = (holder[slot] != number).nonzero()[0]
    taken = (holder >= 0).nonzero()[0]
    key = holder[taken]
    entries = np.zeros(1 << bits, np.uint64)
    tag = (product[key] << np.uint64(bits)) & ~(_TAG - _ONE)
    entries[taken] = tag | ((values[key] + np.int64(1)).astype(np.uint64) << _ONE)
    entries[slot[left]] |= _ONE
    return _Level(factor, np.uint64(bits), entries), left

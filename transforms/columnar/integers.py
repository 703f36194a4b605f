"""Set operations and sorting of integer arrays.

Faster than `np.unique`, `np.isin` and `np.lexsort` on the sizes seen here, because they sort once, reuse order that is
known, and sort words of 16 bits by radix.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Ints

Array = npt.NDArray[Any]

_WORD_BITS = 16


def distinct(values: Array) -> Array:
    """The distinct values, ascending."""
    ordered = np.sort(values)
    return ordered[run_starts(ordered)]


def locate(ordered: Array, values: Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The position of each value in an ascending array, and whether it is there.

    Where it is not, the position is that of the next larger value, or the last one: always valid as an index unless
    `ordered` is empty. locate([10, 20], [20, 15, 99]) -> [1, 1, 1], [True, False, False]
    """
    if not len(ordered):
        return np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    position = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return position, ordered[position] == values


def is_in(values: Array, known: Array) -> npt.NDArray[np.bool_]:
    """Whether each value is one of `known`, which need not be sorted."""
    return locate(np.sort(known), values)[1]


def run_starts(ordered: Ints) -> Ints:
    """Where each run of equal values begins: [4, 4, 7, 7, 7, 9] -> [0, 2, 5].

    The result has the form that `np.add.reduceat` and its like take.
    """
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


def stable_order(*keys: Ints) -> Ints:
    """Row numbers sorted by the keys, the last key being the primary one, as `numpy.lexsort` does.

    Keys must not be negative. Rows with equal keys keep their order.
    """
    # least significant word first, each pass stable: numpy sorts 16-bit integers by radix, wider ones by comparison
    order = None
    for key in keys:
        for word in _words(key):
            step = np.argsort(word if order is None else word[order], kind="stable")
            order = step if order is None else order[step]
    return np.arange(0) if order is None else order


def _words(key: Ints) -> Iterator[npt.NDArray[np.uint16]]:
    """A key as words of 16 bits, the lowest first, as many as its largest value needs."""
    for shift in range(0, max(int(key.max(initial=0)).bit_length(), 1), _WORD_BITS):
        yield (key >> shift).astype(np.uint16)

"""Integers as numpy arrays: their sets and their order, by sorting.

numpy's own functions hash or sort all they are given, or compare long words, far slower.
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
    """Where each value stands, or would stand, in ascending ones (never behind the last), and whether it is there."""
    if not len(ordered):
        return np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return place, ordered[place] == values


def is_in(values: Array, known: Array) -> npt.NDArray[np.bool_]:
    """Whether each value is one of the known."""
    return locate(np.sort(known), values)[1]


def run_starts(ordered: Ints) -> Ints:
    """Where the runs of equal values begin."""
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


def stable_order(*keys: Ints) -> Ints:
    """Row numbers in the order of the keys, the last one first in rank, as `numpy.lexsort`; keys are not negative.

    Words of 16 bits are sorted in a few passes over them, far faster than longer ones are compared.
    """
    order = None
    for key in keys:
        for word in _words(key):
            one = np.argsort(word if order is None else word[order], kind="stable")
            order = one if order is None else order[one]
    return np.arange(0) if order is None else order


def _words(key: Ints) -> Iterator[npt.NDArray[np.uint16]]:
    """A key in words of 16 bits, the lowest first, as many as its largest value has."""
    for shift in range(0, max(int(key.max(initial=0)).bit_length(), 1), _WORD_BITS):
        yield (key >> shift).astype(np.uint16)

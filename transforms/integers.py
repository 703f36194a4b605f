"""Sets of integers as numpy arrays, by sorting: numpy's own functions hash or sort all they are given, far slower."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def distinct(values: Array) -> Array:
    """The distinct values, ascending."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


def is_among(values: Array, known: Array) -> npt.NDArray[np.bool_]:
    """Whether each value is one of the known."""
    if not len(known):
        return np.zeros(len(values), bool)
    ordered = np.sort(known)
    found: npt.NDArray[np.bool_] = ordered.take(np.searchsorted(ordered, values), mode="clip") == values
    return found

"""Conversion of the arguments of the statistics to float arrays."""

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Floats

ArrayLike = npt.ArrayLike


def as_floats(*counts: ArrayLike) -> list[Floats]:
    """Each argument as an array of doubles; NULL of an Arrow array becomes NaN."""
    return [np.asarray(values, np.float64) for values in counts]

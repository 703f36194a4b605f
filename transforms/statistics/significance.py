"""Exact one-sided tests of a co-occurrence count, and the correction for testing many pairs.

All functions are vectorised over numpy and Arrow arrays (NULL becomes NaN).
"""

import numpy as np

from transforms.columnar.types import Floats
from transforms.statistics.arrays import ArrayLike, as_floats


def hypergeometric_tail(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """P(X >= n) with both marginals fixed: Fisher's exact test, one-sided.

    Source: Fisher, "The design of experiments" (1935), chapter 2.
    """
    from scipy import stats

    count, a, b, total = as_floats(n, n_a, n_b, population)
    return np.asarray(stats.hypergeom.sf(count - 1, total, a, b), np.float64)


def poisson_tail(n: ArrayLike, expectation: ArrayLike) -> Floats:
    """P(X >= n) of a Poisson count with mean E: the regularised incomplete gamma function P(n, E); 1 where n = 0.

    The limit of the hypergeometric tail for rare groups; unlike that, it is defined for more than two groups. Source:
    DLMF 8.4.10.
    """
    from scipy import special

    count, expectations = as_floats(n, expectation)
    return np.where(count == 0, 1.0, special.gammainc(np.maximum(count, 1), expectations))


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted p values (q values): rejecting every test with q <= x keeps the false discovery rate at x.

    Source: Benjamini, Hochberg, "Controlling the false discovery rate", J R Stat Soc B 57 (1995) 289-300. The
    family of tests is all the values given. Raises `ValueError` for a p outside 0..1.
    """
    from scipy import stats

    return np.asarray(stats.false_discovery_control(np.asarray(p, np.float64)), np.float64)

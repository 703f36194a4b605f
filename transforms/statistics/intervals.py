"""Exact intervals of counts and rates, vectorised over numpy and Arrow arrays (NULL becomes NaN)."""

from dataclasses import dataclass

import numpy as np

from transforms.columnar.types import Floats
from transforms.statistics.arrays import ArrayLike

MILLION = 1_000_000

SHRINKAGE = 0.5
"""Added to the observed and the expected count of the information component (Noren et al. 2013)."""


@dataclass(frozen=True)
class Interval:
    """A value with the limits of its interval."""

    value: Floats
    low: Floats
    high: Floats


def garwood(n: ArrayLike, level: float = 0.95) -> Interval:
    """The exact confidence interval of a Poisson mean, given one count; the lower limit is 0 where n = 0.

    Source: Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437-442.
    """
    count = np.asarray(n, np.float64)
    low, high = gamma_limits(np.maximum(count, 1), count + 1, level)
    return Interval(count, np.where(count > 0, low, 0.0), high)


def zero_upper_bound(population: ArrayLike, level: float = 0.95, *, binomial: bool = False) -> Floats:
    """Upper limit of the rate per article (times `MILLION`: per million) after N articles without an occurrence.

    One-sided: -ln(1 - level) / N, for which 3 / N is the rule of thumb; with `binomial`, 1 - (1 - level)^(1 / N).
    Infinite (binomial: 1) where N = 0. Source: Hanley, Lippman-Hand, "If nothing goes wrong, is everything all right?",
    JAMA 249 (1983) 1743-1745.
    """
    with np.errstate(divide="ignore"):
        rate = -np.log1p(-level) / np.asarray(population, np.float64)
    return -np.expm1(-rate) if binomial else rate


def interval_limits(largest: int) -> dict[str, Floats]:
    """Interval limits for n = 0..largest, as columns of a look-up table.

    The SQL views join it because DuckDB has no gamma quantiles.

    gamma_low, gamma_high: 95 % limits of Gamma(n + 1/2, 1); poisson_low, poisson_high: Garwood's.
    """
    n = np.arange(largest + 1, dtype=np.float64)
    poisson = garwood(n)
    low, high = gamma_limits(n + SHRINKAGE, n + SHRINKAGE, 0.95)
    return {"gamma_low": low, "gamma_high": high, "poisson_low": poisson.low, "poisson_high": poisson.high}


def gamma_limits(low_shape: Floats, high_shape: Floats, level: float) -> tuple[Floats, Floats]:
    """The lower quantile of Gamma(low_shape, 1) and the upper one of Gamma(high_shape, 1)."""
    from scipy import special

    tail = (1 - level) / 2
    return special.gammaincinv(low_shape, tail), special.gammainccinv(high_shape, tail)

"""How surprising a count is: expectation, information component, exact intervals.

All functions are vectorised over numpy arrays and take counts of articles: `n` observed, `population` N.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
ArrayLike = npt.ArrayLike

MILLION = 1_000_000
_SHRINKAGE = 0.5


@dataclass(frozen=True)
class Interval:
    """A value with the limits of its interval."""

    value: Floats
    low: Floats
    high: Floats


def expected(marginals: ArrayLike, population: ArrayLike) -> Floats:
    """Articles expected under independence: N times the product of n_i / N.

    `marginals`: (..., k) counts of the k groups alone; `population`: (...) articles.
    """
    groups, total = np.asarray(marginals, np.float64), np.asarray(population, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, total * np.prod(groups / total[..., None], axis=-1), 0.0)


def information_component(n: ArrayLike, expectation: ArrayLike, level: float = 0.95) -> Interval:
    """IC = log2((n + 1/2) / (E + 1/2)) with its credible interval.

    The interval takes the rate as Gamma(n + 1/2, E + 1/2). Source: Noren, Hopstadius, Bate, "Shrinkage
    observed-to-expected ratios for robust and transparent large-scale pattern discovery", Stat Methods Med Res 22
    (2013) 57-69.
    """
    shape = np.asarray(n, np.float64) + _SHRINKAGE
    rate = np.asarray(expectation, np.float64) + _SHRINKAGE
    tail = (1 - level) / 2
    low, high = stats.gamma.ppf(tail, shape), stats.gamma.ppf(1 - tail, shape)
    return Interval(np.log2(shape / rate), np.log2(low / rate), np.log2(high / rate))


def garwood(n: ArrayLike, level: float = 0.95) -> Interval:
    """The exact interval of a Poisson mean given one count; its low limit is 0 where n = 0.

    Source: Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437-442.
    """
    count = np.asarray(n, np.float64)
    tail = (1 - level) / 2
    low = np.where(count > 0, stats.chi2.ppf(tail, 2 * np.maximum(count, 1)) / 2, 0.0)
    return Interval(count, low, stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)


def interval_limits(largest: int) -> dict[str, Floats]:
    """Columns of limits by n = 0..largest, for SQL, which has no gamma quantiles.

    `gamma_low`, `gamma_high`: 95 % limits of Gamma(n + 1/2, 1); `poisson_low`, `poisson_high`: Garwood's.
    """
    n = np.arange(largest + 1, dtype=np.float64)
    poisson = garwood(n)
    return {
        "gamma_low": stats.gamma.ppf(0.025, n + _SHRINKAGE),
        "gamma_high": stats.gamma.ppf(0.975, n + _SHRINKAGE),
        "poisson_low": poisson.low,
        "poisson_high": poisson.high,
    }

"""Observed-to-expected ratios that are shrunk towards 1 (or towards a prior) where counts are small.

All functions are vectorised over numpy and Arrow arrays (NULL becomes NaN): `n` observed articles, `expectation` E
expected ones. For one article where 0.01 are expected, the plain ratio is 100; the information component says
log2(1.5 / 0.51) = 1.6 bits, a ratio of 2.9.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from transforms.columnar.types import Floats
from transforms.statistics.arrays import ArrayLike, as_floats
from transforms.statistics.intervals import SHRINKAGE, Interval, gamma_limits

_BISECTION_STEPS = 60
"""Enough to narrow a bracket to the resolution of a double."""


class Hyperparameters(NamedTuple):
    """The prior of EBGM, P Gamma(alpha1, beta1) + (1 - P) Gamma(alpha2, beta2), in DuMouchel's notation."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    P: float


def information_component(n: ArrayLike, expectation: ArrayLike, level: float = 0.95) -> Interval:
    """The information component, log2((n + 1/2) / (E + 1/2)), with its credible interval.

    The ratio is taken as distributed Gamma(n + 1/2, E + 1/2). Source: Noren, Hopstadius, Bate, "Shrinkage
    observed-to-expected ratios for robust and transparent large-scale pattern discovery", Stat Methods Med Res 22
    (2013) 57-69.
    """
    shape, rate = (values + SHRINKAGE for values in as_floats(n, expectation))
    low, high = gamma_limits(shape, shape, level)
    return Interval(np.log2(shape / rate), np.log2(low / rate), np.log2(high / rate))


def ebgm(n: ArrayLike, expectation: ArrayLike, hyperparameters: Sequence[float], level: float = 0.90) -> Interval:
    """The empirical Bayes geometric mean of n / E with its limits (EB05 and EB95 at the default level, 0.90).

    hyperparameters: in the order of `Hyperparameters`. With Q = `ebgm_weight`: the value is
    exp(Q (digamma(alpha1 + n) - ln(beta1 + E)) + (1 - Q) (digamma(alpha2 + n) - ln(beta2 + E))), the limits are
    quantiles of the two-part gamma posterior. Source: DuMouchel, Am Stat 53 (1999) 177-190, equations 7-11.
    """
    from scipy import special

    count, expectations = as_floats(n, expectation)
    alpha1, beta1, alpha2, beta2, _ = hyperparameters
    weight = ebgm_weight(count, expectations, hyperparameters)
    shapes, rates = (alpha1 + count, alpha2 + count), (beta1 + expectations, beta2 + expectations)
    means = [special.digamma(shape) - np.log(rate) for shape, rate in zip(shapes, rates, strict=True)]
    tail = (1 - level) / 2
    return Interval(
        np.exp(weight * means[0] + (1 - weight) * means[1]),
        _mixture_quantile(tail, weight, shapes, rates),
        _mixture_quantile(1 - tail, weight, shapes, rates),
    )


def ebgm_weight(n: ArrayLike, expectation: ArrayLike, hyperparameters: Sequence[float]) -> Floats:
    """The posterior weight of the first component of EBGM's prior (Qn in the paper).

    Computed from the negative binomial densities of both components at n.

    Source: DuMouchel, Am Stat 53 (1999) 177-190, equations 5-6.
    """
    from scipy import special

    count, expectations = as_floats(n, expectation)
    alpha1, beta1, alpha2, beta2, share = hyperparameters

    def log_density(alpha: float, beta: float) -> Floats:
        total = beta + expectations
        gammas = special.gammaln(alpha + count) - special.gammaln(alpha)
        return np.asarray(gammas + special.xlogy(alpha, beta / total) - count * np.log(total), np.float64)

    first, second = log_density(alpha1, beta1), log_density(alpha2, beta2)
    return np.asarray(special.expit(special.logit(share) + first - second), np.float64)


def intss(eb05: ArrayLike, eb95_of_pairs: ArrayLike) -> Floats:
    """Interaction signal score of a triple: its EB05 over the greatest EB95 of its pairs.

    Above 1, the triple is more frequent than its pairs explain.

    eb95_of_pairs: (..., k) limits of the k pairs. Source: Oracle Empirica Signal 9.1 user guide, "Hierarchy graphs".
    """
    return np.asarray(eb05, np.float64) / np.max(np.asarray(eb95_of_pairs, np.float64), axis=-1)


def expected_given_subsets(without: ArrayLike, alone: ArrayLike, population: ArrayLike) -> Floats:
    """Articles expected with all k groups, given those with k - 1 of them: the greatest n_rest n_i / N.

    A triple is remarkable only where it exceeds what its most frequent pair and the third group explain. without: (...,
    k), articles with all groups but one; alone: (..., k), articles with that one group. The idea is that of INTSS, for
    counts too small to fit a prior: Almenoff et al., "Disproportionality analysis using empirical Bayes data mining: a
    tool for the evaluation of drug interactions in the post-marketing setting", Pharmacoepidemiol Drug Saf 12 (2003)
    517-521.
    """
    rest, group, total = as_floats(without, alone, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, np.max(rest * group / total[..., None], axis=-1), 0.0)


def cooccurrence_score(
    n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike, alpha: float = 0.6
) -> Floats:
    """The weighted geometric mean of the count and of observed to expected: n^alpha (n N / (n_a n_b))^(1 - alpha).

    The score that text-mining databases use, for comparison. Source: Franceschini et al., "STRING v9.1", Nucleic Acids
    Res 41 (2013) D808-D815; Pletscher-Frankild et al., "DISEASES", Methods 74 (2015) 83-89.
    """
    count, a, b, total = as_floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return count**alpha * (count * total / (a * b)) ** (1 - alpha)


def _mixture_quantile(
    probability: float, weight: Floats, shapes: tuple[Floats, Floats], rates: tuple[Floats, Floats]
) -> Floats:
    """A quantile of a mixture of two gamma distributions, by bisection between the quantiles of the two."""
    from scipy import special

    # the mixture's distribution function lies between those of its components, and so do its quantiles
    quantiles = [special.gammaincinv(shape, probability) / rate for shape, rate in zip(shapes, rates, strict=True)]
    low, high = np.minimum(*quantiles), np.maximum(*quantiles)
    for _ in range(_BISECTION_STEPS):
        middle = (low + high) / 2
        first, second = (special.gammainc(shape, rate * middle) for shape, rate in zip(shapes, rates, strict=True))
        below = weight * first + (1 - weight) * second < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2, np.float64)

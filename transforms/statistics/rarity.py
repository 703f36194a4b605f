"""How surprising a count is: association measures, exact tests and exact intervals.

All functions are vectorised over numpy and Arrow arrays (NULL becomes NaN) and count articles: `n` observed together,
`n_a` and `n_b` with each alone or not, `population` N, `expectation` E. What is undefined (0 / 0) is NaN.

SciPy is imported where it is used: those who only read must start fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ArrayLike = npt.ArrayLike

MILLION = 1_000_000
_SHRINKAGE = 0.5
_HALVINGS = 60
"""After these a bracket is as narrow as a double can tell apart."""


@dataclass(frozen=True)
class Interval:
    """A value with the limits of its interval."""

    value: Floats
    low: Floats
    high: Floats


class Hyperparameters(NamedTuple):
    """The prior of EBGM, in DuMouchel's notation: Gamma(alpha1, beta1) with weight P, else Gamma(alpha2, beta2)."""

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    P: float


def expected(marginals: ArrayLike, population: ArrayLike) -> Floats:
    """Articles expected under independence: N times the product of n_i / N.

    `marginals`: (..., k) counts of the k groups alone; `population`: (...) articles.
    """
    groups, total = np.asarray(marginals, np.float64), np.asarray(population, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, total * np.prod(groups / total[..., None], axis=-1), 0.0)


def pmi(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """Pointwise mutual information in bits, log2(n N / (n_a n_b)); -inf where n = 0.

    Source: Church, Hanks, "Word association norms, mutual information, and lexicography", Comput Linguist 16 (1990)
    22-29.
    """
    count, a, b, total = _floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log2(count * total / (a * b))


def npmi(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """PMI / -log2(n / N): -1 never together, 0 independent, 1 never apart (the limit also where n = N).

    Source: Bouma, "Normalized (pointwise) mutual information in collocation extraction", Proc GSCL (2009) 31-40.
    """
    count, a, b, total = _floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = pmi(count, a, b, total) / -np.log2(count / total)
    never = (count == 0) & (a > 0) & (b > 0)
    return np.where(never, -1.0, np.where((count == total) & (total > 0), 1.0, scaled))


def g2(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """The log-likelihood ratio of the 2 x 2 table, 2 times the sum of O ln(O / E); 0 where a row or column is empty.

    Source: Dunning, "Accurate methods for the statistics of surprise and coincidence", Comput Linguist 19 (1993)
    61-74. All four cells deviate by the same number, so ln(O / E) is taken as log1p(deviation / E): exact where N is
    large.
    """
    from scipy import special

    observed, cells, deviation = _two_by_two(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = special.xlog1py(observed, deviation / cells)
    return 2 * np.sum(np.where(cells == 0, 0.0, terms), axis=0)


def chi_square(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """Pearson's statistic of the 2 x 2 table, the sum of (O - E)^2 / E; 0 where a row or column is empty.

    Without continuity correction. Source: Pearson, Philos Mag 50 (1900) 157-175; Manning, Schuetze, "Foundations of
    statistical natural language processing" (1999), section 5.3.3.
    """
    _, cells, deviation = _two_by_two(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = deviation**2 / cells
    return np.sum(np.where(cells == 0, 0.0, terms), axis=0)


def relative_risk(n: ArrayLike, expectation: ArrayLike) -> Floats:
    """Observed to expected, n / E: the relative report rate of disproportionality analysis; inf where only E is 0.

    Source: DuMouchel, "Bayesian data mining in large frequency tables", Am Stat 53 (1999) 177-190.
    """
    count, expectations = _floats(n, expectation)
    with np.errstate(divide="ignore", invalid="ignore"):
        return count / expectations


def proportional_reporting_ratio(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """How often b stands with a, over how often without: (n / n_a) / ((n_b - n) / (N - n_a)).

    Inf where b stands with a only. Source: Evans, Waller, Davis, "Use of proportional reporting ratios (PRRs) for
    signal generation", Pharmacoepidemiol Drug Saf 10 (2001) 483-486.
    """
    count, a, b, total = _floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (count / a) / ((b - count) / (total - a))


def hypergeometric_tail(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """P(X >= n) with both marginals fixed: Fisher's exact test, one-sided.

    Source: Fisher, "The design of experiments" (1935), chapter 2.
    """
    from scipy import stats

    count, a, b, total = _floats(n, n_a, n_b, population)
    return np.asarray(stats.hypergeom.sf(count - 1, total, a, b), np.float64)


def poisson_tail(n: ArrayLike, expectation: ArrayLike) -> Floats:
    """P(X >= n) of a Poisson count with mean E: the regularised incomplete gamma function P(n, E); 1 where n = 0.

    The hypergeometric tail's limit for rare groups, and the one there is for more than two. Source: DLMF 8.4.10.
    """
    from scipy import special

    count, expectations = _floats(n, expectation)
    return np.where(count == 0, 1.0, special.gammainc(np.maximum(count, 1), expectations))


def information_component(n: ArrayLike, expectation: ArrayLike, level: float = 0.95) -> Interval:
    """IC = log2((n + 1/2) / (E + 1/2)) with its credible interval.

    The interval takes the rate as Gamma(n + 1/2, E + 1/2). Source: Noren, Hopstadius, Bate, "Shrinkage
    observed-to-expected ratios for robust and transparent large-scale pattern discovery", Stat Methods Med Res 22
    (2013) 57-69.
    """
    shape, rate = (values + _SHRINKAGE for values in _floats(n, expectation))
    low, high = _gamma_limits(shape, shape, level)
    return Interval(np.log2(shape / rate), np.log2(low / rate), np.log2(high / rate))


def ebgm(n: ArrayLike, expectation: ArrayLike, hyperparameters: Sequence[float], level: float = 0.90) -> Interval:
    """The empirical Bayes geometric mean of n / E with its limits (EB05, EB95 at the level of 0.90).

    hyperparameters: as `Hyperparameters`, in its order. With Q = `ebgm_weight`: the value is
    exp(Q (digamma(alpha1 + n) - ln(beta1 + E)) + (1 - Q) (digamma(alpha2 + n) - ln(beta2 + E))), the limits are
    quantiles of the two-part gamma posterior. Source: DuMouchel, Am Stat 53 (1999) 177-190, equations 7-11.
    """
    from scipy import special

    count, expectations = _floats(n, expectation)
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
    """Qn of EBGM: the posterior weight of the prior's first part, from both parts' negative binomial densities at n.

    Source: DuMouchel, Am Stat 53 (1999) 177-190, equations 5-6.
    """
    from scipy import special

    count, expectations = _floats(n, expectation)
    alpha1, beta1, alpha2, beta2, share = hyperparameters

    def log_density(alpha: float, beta: float) -> Floats:
        total = beta + expectations
        gammas = special.gammaln(alpha + count) - special.gammaln(alpha)
        return np.asarray(gammas + special.xlogy(alpha, beta / total) - count * np.log(total), np.float64)

    first, second = log_density(alpha1, beta1), log_density(alpha2, beta2)
    return np.asarray(special.expit(special.logit(share) + first - second), np.float64)


def intss(eb05: ArrayLike, eb95_of_pairs: ArrayLike) -> Floats:
    """Interaction signal score of a triple: its EB05 over the greatest EB95 of its pairs; above 1 the triple is more
    than its pairs explain.

    eb95_of_pairs: (..., k) limits of the k pairs. Source: Oracle Empirica Signal 9.1 user guide, "Hierarchy graphs".
    """
    return np.asarray(eb05, np.float64) / np.max(np.asarray(eb95_of_pairs, np.float64), axis=-1)


def expected_given_subsets(without: ArrayLike, alone: ArrayLike, population: ArrayLike) -> Floats:
    """Articles expected of k groups together, given how often k - 1 of them are: the greatest n_rest n_i / N.

    A triple that is no more frequent than its most frequent pair and the third group explain is no news. `without`:
    (..., k) counts with one group left out; `alone`: (..., k) counts of that group. The idea is INTSS's, for counts too
    small for a prior: Almenoff et al., "Disproportionality analysis using empirical Bayes data mining: a tool for the
    evaluation of drug interactions in the post-marketing setting", Pharmacoepidemiol Drug Saf 12 (2003) 517-521.
    """
    rest, group, total = _floats(without, alone, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, np.max(rest * group / total[..., None], axis=-1), 0.0)


def cooccurrence_score(
    n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike, alpha: float = 0.6
) -> Floats:
    """The count tempered by observed to expected: n^alpha (n N / (n_a n_b))^(1 - alpha).

    The peer of text-mining databases, for comparison. Source: Franceschini et al., "STRING v9.1", Nucleic Acids Res
    41 (2013) D808-D815; Pletscher-Frankild et al., "DISEASES", Methods 74 (2015) 83-89.
    """
    count, a, b, total = _floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return count**alpha * (count * total / (a * b)) ** (1 - alpha)


def garwood(n: ArrayLike, level: float = 0.95) -> Interval:
    """The exact interval of a Poisson mean given one count; its low limit is 0 where n = 0.

    Source: Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28 (1936) 437-442.
    """
    count = np.asarray(n, np.float64)
    low, high = _gamma_limits(np.maximum(count, 1), count + 1, level)
    return Interval(count, np.where(count > 0, low, 0.0), high)


def zero_upper_bound(population: ArrayLike, level: float = 0.95, *, binomial: bool = False) -> Floats:
    """The greatest rate an article (times `MILLION`: per million) that N articles without one leave possible.

    One-sided: -ln(1 - level) / N, of which 3 / N is the rule of thumb; with `binomial`, 1 - (1 - level)^(1 / N); inf
    or 1 where N = 0. Source: Hanley, Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249 (1983)
    1743-1745.
    """
    with np.errstate(divide="ignore"):
        rate = -np.log1p(-level) / np.asarray(population, np.float64)
    return -np.expm1(-rate) if binomial else rate


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted p values (q): rejecting those up to q keeps the false discovery rate at q.

    Source: Benjamini, Hochberg, "Controlling the false discovery rate", J R Stat Soc B 57 (1995) 289-300. Raises
    `ValueError` for a p outside 0..1; the family is all the values given.
    """
    from scipy import stats

    return np.asarray(stats.false_discovery_control(np.asarray(p, np.float64)), np.float64)


def interval_limits(largest: int) -> dict[str, Floats]:
    """Columns of limits by n = 0..largest, for SQL, which has no gamma quantiles.

    `gamma_low`, `gamma_high`: 95 % limits of Gamma(n + 1/2, 1); `poisson_low`, `poisson_high`: Garwood's.
    """
    n = np.arange(largest + 1, dtype=np.float64)
    poisson = garwood(n)
    low, high = _gamma_limits(n + _SHRINKAGE, n + _SHRINKAGE, 0.95)
    return {"gamma_low": low, "gamma_high": high, "poisson_low": poisson.low, "poisson_high": poisson.high}


def _floats(*counts: ArrayLike) -> list[Floats]:
    return [np.asarray(values, np.float64) for values in counts]


def _two_by_two(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The four cells: as observed, as expected, and the one less the other; (4, ...) each."""
    count, a, b, total = np.broadcast_arrays(*_floats(n, n_a, n_b, population))
    observed = np.stack([count, a - count, b - count, total - a - b + count])
    cells = np.stack([a * b, a * (total - b), (total - a) * b, (total - a) * (total - b)])
    cells /= np.where(total == 0, 1.0, total)
    above = count - cells[0]
    return observed, cells, np.stack([above, -above, -above, above])


def _gamma_limits(low_shape: Floats, high_shape: Floats, level: float) -> tuple[Floats, Floats]:
    """The lower quantile of Gamma(low_shape, 1) and the upper one of Gamma(high_shape, 1)."""
    from scipy import special

    tail = (1 - level) / 2
    return special.gammaincinv(low_shape, tail), special.gammainccinv(high_shape, tail)


def _mixture_quantile(
    probability: float, weight: Floats, shapes: tuple[Floats, Floats], rates: tuple[Floats, Floats]
) -> Floats:
    """A quantile of two gamma distributions mixed, by halving the bracket that their own quantiles make."""
    from scipy import special

    own = [special.gammaincinv(shape, probability) / rate for shape, rate in zip(shapes, rates, strict=True)]
    low, high = np.minimum(*own), np.maximum(*own)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        first, second = (special.gammainc(shape, rate * middle) for shape, rate in zip(shapes, rates, strict=True))
        below = weight * first + (1 - weight) * second < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2, np.float64)

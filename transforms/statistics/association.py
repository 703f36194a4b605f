"""Measures of association between two concepts: expected count, mutual information, 2 x 2 statistics, ratios.

All functions are vectorised over numpy and Arrow arrays (NULL becomes NaN) and take numbers of articles: `n` with both
concepts, `n_a` and `n_b` with each of them (with or without the other), `population` N. Undefined results (0 / 0) are
NaN.

          b        not b                 Example: N = 10,000, n_a = 100, n_b = 50, n = 5
    a     n        n_a - n               expected = 10,000 * 100/10,000 * 50/10,000 = 0.5 articles
    not a n_b - n  N - n_a - n_b + n     relative risk = 5 / 0.5 = 10; pmi = log2(10) = 3.3 bits
"""

import numpy as np

from transforms.columnar.types import Floats
from transforms.statistics.arrays import ArrayLike, as_floats


def expected(marginals: ArrayLike, population: ArrayLike) -> Floats:
    """Articles expected if the k groups were independent: N times the product of n_i / N.

    marginals: (..., k), articles with each of the k groups; population: (...). 0 where the population is 0.
    """
    groups, total = np.asarray(marginals, np.float64), np.asarray(population, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, total * np.prod(groups / total[..., None], axis=-1), 0.0)


def pmi(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """Pointwise mutual information in bits, log2(n N / (n_a n_b)); -inf where n = 0.

    Source: Church, Hanks, "Word association norms, mutual information, and lexicography", Comput Linguist 16 (1990)
    22-29.
    """
    count, a, b, total = as_floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log2(count * total / (a * b))


def npmi(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """Normalised PMI, PMI / -log2(n / N): -1 never together, 0 independent, 1 always together (also where n = N).

    Source: Bouma, "Normalized (pointwise) mutual information in collocation extraction", Proc GSCL (2009) 31-40.
    """
    count, a, b, total = as_floats(n, n_a, n_b, population)
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
    count, expectations = as_floats(n, expectation)
    with np.errstate(divide="ignore", invalid="ignore"):
        return count / expectations


def proportional_reporting_ratio(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> Floats:
    """Share of the articles with a that have b, over the share of those without a: (n / n_a) / ((n_b - n) / (N - n_a)).

    Infinite where b occurs with a only. Source: Evans, Waller, Davis, "Use of proportional reporting ratios (PRRs) for
    signal generation", Pharmacoepidemiol Drug Saf 10 (2001) 483-486.
    """
    count, a, b, total = as_floats(n, n_a, n_b, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (count / a) / ((b - count) / (total - a))


def _two_by_two(n: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The four cells as observed, as expected, and observed minus expected; (4, ...) each."""
    count, a, b, total = np.broadcast_arrays(*as_floats(n, n_a, n_b, population))
    observed = np.stack([count, a - count, b - count, total - a - b + count])
    cells = np.stack([a * b, a * (total - b), (total - a) * b, (total - a) * (total - b)])
    cells /= np.where(total == 0, 1.0, total)
    # the margins are fixed, so one cell's deviation fixes the other three: its row and column mirror it
    deviation = count - cells[0]
    return observed, cells, np.stack([deviation, -deviation, -deviation, deviation])

"""Statistics of small counts: expectation, association, exact tests and intervals, vectorised over arrays."""

from transforms.statistics.association import (
    chi_square,
    expected,
    g2,
    npmi,
    pmi,
    proportional_reporting_ratio,
    relative_risk,
)
from transforms.statistics.intervals import MILLION, Interval, garwood, interval_limits, zero_upper_bound
from transforms.statistics.shrinkage import (
    Hyperparameters,
    cooccurrence_score,
    ebgm,
    ebgm_weight,
    expected_given_subsets,
    information_component,
    intss,
)
from transforms.statistics.significance import benjamini_hochberg, hypergeometric_tail, poisson_tail

__all__ = [
    "MILLION",
    "Hyperparameters",
    "Interval",
    "benjamini_hochberg",
    "chi_square",
    "cooccurrence_score",
    "ebgm",
    "ebgm_weight",
    "expected",
    "expected_given_subsets",
    "g2",
    "garwood",
    "hypergeometric_tail",
    "information_component",
    "interval_limits",
    "intss",
    "npmi",
    "pmi",
    "poisson_tail",
    "proportional_reporting_ratio",
    "relative_risk",
    "zero_upper_bound",
]

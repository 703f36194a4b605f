import math

import numpy as np
import pytest
from scipy import stats

from transforms.rarity import (
    expected,
    expected_given_subsets,
    garwood,
    information_component,
    interval_limits,
)


def test_expected_of_pairs_and_triples():
    assert expected([[20, 30], [0, 5]], [100, 100]).tolist() == [6.0, 0.0]
    assert expected([20, 30, 50], 100) == pytest.approx(3.0)
    assert expected([1, 1], 0) == 0


def test_information_component_is_zero_where_the_count_is_as_expected():
    ic = information_component([0, 7], [0.0, 7.0])
    assert ic.value.tolist() == [0, 0]
    assert (ic.low < 0).all()
    assert (ic.high > 0).all()


def test_information_component_of_one_article_where_none_was_expected():
    ic = information_component(1, 0.0)
    assert ic.value == pytest.approx(math.log2(3))
    # The gamma quantiles by the chi-square with 2 * (n + 1/2) = 3 degrees of freedom.
    assert ic.low == pytest.approx(math.log2(stats.chi2.ppf(0.025, 3) / 2 / 0.5))
    assert ic.high == pytest.approx(math.log2(stats.chi2.ppf(0.975, 3) / 2 / 0.5))


@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (2, 0.2422, 7.225), (10, 4.795, 18.39)]
)
def test_garwood_equals_the_published_table(n, low, high):
    # Limits of a Poisson mean as tabled in e.g. Ulm, Am J Epidemiol 131 (1990) 373-375.
    interval = garwood(n)
    assert interval.low == pytest.approx(low, rel=1e-3)
    assert interval.high == pytest.approx(high, rel=1e-3)


def test_limits_for_sql_equal_the_functions():
    limits = interval_limits(50)
    n = np.arange(51)
    ic = information_component(n, np.full(51, 1.5))
    assert np.log2(limits["gamma_low"] / 2) == pytest.approx(ic.low)
    assert np.log2(limits["gamma_high"] / 2) == pytest.approx(ic.high)
    assert limits["poisson_high"] == pytest.approx(garwood(n).high)


def test_expected_triples_follow_from_the_most_frequent_pair():
    assert expected_given_subsets([2, 8, 4], [100, 50, 10], 1000) == pytest.approx(8 * 50 / 1000)
    assert expected_given_subsets([[8, 2], [0, 0]], [[50, 100], [5, 5]], [1000, 0]).tolist() == pytest.approx([0.4, 0])
    independent = expected_given_subsets([40, 20, 10], [100, 200, 400], 2000)
    assert independent == pytest.approx(float(expected([100, 200, 400], 2000))), "pairs that say nothing change nothing"

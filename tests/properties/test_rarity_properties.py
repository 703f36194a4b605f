"""Properties of the statistics for any counts: limits, monotonicity, symmetry, agreement with naive sums."""

from math import comb, exp, factorial, inf

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import rarity

quick = settings(max_examples=150, deadline=None)
TINY = 1e-12
PRIOR = rarity.Hyperparameters(alpha1=0.2, beta1=0.1, alpha2=2.0, beta2=4.0, P=1 / 3)
MEASURES_OF_A_TABLE = (
    rarity.pmi,
    rarity.npmi,
    rarity.g2,
    rarity.chi_square,
    rarity.hypergeometric_tail,
    rarity.cooccurrence_score,
)


@st.composite
def tables(draw, least=0, largest=60):
    """n, n_a, n_b, N of a possible 2 x 2 table without empty rows or columns."""
    total = draw(st.integers(2, largest))
    a, b = draw(st.integers(1, total - 1)), draw(st.integers(1, total - 1))
    low, high = max(least, a + b - total), min(a, b)
    return draw(st.integers(low, max(low, high))), a, b, total


positive = st.floats(1e-9, 1e6)
counts = st.integers(0, 2000)


@pytest.mark.parametrize("statistic", MEASURES_OF_A_TABLE)
@quick
@given(tables(least=1))
def test_measures_are_symmetric_in_the_two_concepts(statistic, table):
    n, a, b, total = table
    assert statistic(n, a, b, total) == pytest.approx(statistic(n, b, a, total), rel=1e-9, abs=TINY)


@quick
@given(tables(least=1))
def test_measures_of_independent_concepts_are_neutral(table):
    _, a, b, total = table
    n = a * b / total
    assert rarity.pmi(n, a, b, total) == pytest.approx(0, abs=1e-9)
    assert rarity.npmi(n, a, b, total) == pytest.approx(0, abs=1e-9) or n == total
    assert rarity.g2(n, a, b, total) == pytest.approx(0, abs=1e-9)
    assert rarity.chi_square(n, a, b, total) == pytest.approx(0, abs=1e-9)
    assert rarity.relative_risk(n, rarity.expected([a, b], total)) == pytest.approx(1)
    assert rarity.proportional_reporting_ratio(n, a, b, total) == pytest.approx(1)


@quick
@given(tables())
def test_npmi_lies_between_minus_one_and_one(table):
    n, a, b, total = table
    assert -1 <= rarity.npmi(n, a, b, total) <= 1 + TINY
    assert rarity.npmi(0, a, b, total) == -1
    assert rarity.npmi(a, a, a, total) == pytest.approx(1)
    assert rarity.npmi(total, total, total, total) == 1
    assert rarity.pmi(0, a, b, total) == -inf


@quick
@given(tables())
def test_log_likelihood_and_chi_square_equal_their_textbook_sums(table):
    n, a, b, total = table
    observed = np.array([n, a - n, b - n, total - a - b + n], float)
    e = np.array([a * b, a * (total - b), (total - a) * b, (total - a) * (total - b)]) / total
    seen = observed > 0
    assert rarity.g2(n, a, b, total) == pytest.approx(
        2 * (observed[seen] * np.log(observed[seen] / e[seen])).sum(), abs=1e-9
    )
    assert rarity.chi_square(n, a, b, total) == pytest.approx(((observed - e) ** 2 / e).sum(), abs=1e-9)


def test_a_table_with_an_empty_row_or_column_gives_zero():
    for n, a, b, total in ((0, 0, 5, 10), (5, 10, 5, 10), (10, 10, 10, 10), (0, 0, 0, 0)):
        assert rarity.g2(n, a, b, total) == 0
        assert rarity.chi_square(n, a, b, total) == 0


@quick
@given(tables())
def test_hypergeometric_tail_equals_the_sum_of_binomials(table):
    n, a, b, total = table
    ways = sum(comb(a, k) * comb(total - a, b - k) for k in range(n, min(a, b) + 1))
    assert rarity.hypergeometric_tail(n, a, b, total) == pytest.approx(ways / comb(total, b), rel=1e-9)


@quick
@given(tables())
def test_tails_fall_with_the_count(table):
    _, a, b, total = table
    n = np.arange(min(a, b) + 1)
    e = rarity.expected([a, b], total)
    for tail in (rarity.hypergeometric_tail(n, a, b, total), rarity.poisson_tail(n, e)):
        assert tail[0] == 1
        assert (np.diff(tail) <= TINY).all()
        assert ((tail >= 0) & (tail <= 1)).all()


@quick
@given(st.integers(0, 30), st.floats(1e-6, 30))
def test_poisson_tail_is_one_minus_the_lower_terms(n, e):
    below = sum(exp(-e) * e**k / factorial(k) for k in range(n))
    assert rarity.poisson_tail(n, e) == pytest.approx(1 - below, abs=1e-12)


def test_measures_where_nothing_is_expected():
    assert rarity.poisson_tail([0, 1, 5], 0).tolist() == [1, 0, 0]
    assert rarity.relative_risk([0, 3], 0).tolist() == pytest.approx([np.nan, inf], nan_ok=True)
    assert rarity.proportional_reporting_ratio(3, 10, 3, 100) == inf
    ic = rarity.information_component([0, 3], 0)
    assert ic.value.tolist() == pytest.approx([0, np.log2(7)])
    assert np.isfinite(rarity.ebgm([0, 3], 0, PRIOR).high).all()


@quick
@given(counts, positive)
def test_intervals_contain_their_value_and_grow_with_the_count(n, e):
    intervals = (
        rarity.information_component([n, n + 1], e),
        rarity.garwood([n, n + 1]),
        rarity.ebgm([n, n + 1], e, PRIOR),
    )
    for found in intervals:
        assert (found.low <= found.value).all()
        assert (found.value <= found.high).all()
        for limit in (found.low, found.value, found.high):
            assert limit[0] < limit[1]


@quick
@given(counts, positive, st.floats(1.01, 100))
def test_more_expected_is_less_surprising(n, e, times):
    more = e * times
    assert rarity.information_component(n, more).low < rarity.information_component(n, e).low
    assert rarity.ebgm(n, more, PRIOR).low < rarity.ebgm(n, e, PRIOR).low
    assert rarity.poisson_tail(n, more) >= rarity.poisson_tail(n, e)
    assert rarity.relative_risk(n, more) <= rarity.relative_risk(n, e)


@quick
@given(counts, positive, st.floats(0.5, 0.99))
def test_limits_of_ebgm_are_quantiles_of_its_posterior(n, e, level):
    from scipy import stats

    found, weight = rarity.ebgm(n, e, PRIOR, level), rarity.ebgm_weight(n, e, PRIOR)
    first = stats.gamma(PRIOR.alpha1 + n, scale=1 / (PRIOR.beta1 + e))
    second = stats.gamma(PRIOR.alpha2 + n, scale=1 / (PRIOR.beta2 + e))
    assert 0 <= weight <= 1
    for limit, probability in ((found.low, (1 - level) / 2), (found.high, (1 + level) / 2)):
        assert weight * first.cdf(limit) + (1 - weight) * second.cdf(limit) == pytest.approx(probability, abs=1e-7)


@quick
@given(st.integers(1, 10**9))
def test_bounds_of_zero_agree_for_large_populations(population):
    poisson, binomial = rarity.zero_upper_bound(population), rarity.zero_upper_bound(population, binomial=True)
    assert 0 < binomial < poisson
    assert (1 - binomial) ** population == pytest.approx(0.05, rel=1e-6)
    assert poisson * population == pytest.approx(rarity.garwood(0, level=0.90).high)


def test_upper_bound_of_an_empty_population_is_infinite():
    assert rarity.zero_upper_bound(0) == inf
    assert rarity.zero_upper_bound(0, binomial=True) == 1


@quick
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_keep_their_order(p):
    q = rarity.benjamini_hochberg(p)
    assert (q >= np.array(p) - TINY).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -TINY).all()
    assert q.max() == pytest.approx(max(p))


def test_adjusting_p_values_outside_0_to_1_is_an_error():
    assert rarity.benjamini_hochberg([]).tolist() == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        rarity.benjamini_hochberg([0.5, 1.5])


def test_a_triple_is_compared_with_its_strongest_pair():
    assert rarity.intss([4.0, 1.0], [[1, 2, 0.5], [4, 2, 1]]).tolist() == [2, 0.25]


@pytest.mark.parametrize("statistic", MEASURES_OF_A_TABLE)
def test_arrow_columns_are_accepted_and_null_becomes_nan(statistic):
    n, a = pa.chunked_array([[1, 2], [None]]), pa.array([10, 20, 30])
    found = statistic(n, a, pa.array([5, 6, 7]), 100)
    assert np.isnan(found).tolist() == [False, False, True]
    assert found[1] == pytest.approx(statistic(2, 20, 6, 100))

"""Tests of rare pairs: SQL and Python agree, and values are adjusted within the stored family."""

import duckdb
import numpy as np
import pytest

from tests.support.small_lake import ask, load_units, new_lake, record, stage_unit
from transforms.rarity import benjamini_hochberg, information_component, poisson_tail
from warehouse.catalog.publish import connect, read_version
from warehouse.catalog.sql import statement
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import DERIVED_NAMES, describe_stale, is_current, refresh

A, B, C, BELOW_A = "MESH:D1", "MESH:D2", "MESH:D3", "MESH:D4"
COLUMNS = "basis, concept_a, concept_b, articles, expected, p_value, q_value, family_size, articles_with_descendants"


def test_the_tail_in_sql_equals_the_function():
    connection = duckdb.connect()
    connection.execute(statement("functions", "rare_tail"))
    expected = np.array([0, 1e-12, 1e-6, 0.003, 0.4, 0.999, 1.0, 1.7, 2.0, 3.99, 4.0, 7.5, 40.0, 900.0])
    for n in range(1, 5):
        tail = connection.execute(f"SELECT rare_tail({n}, unnest($e::DOUBLE[]))", {"e": expected.tolist()}).fetchall()
        assert np.array(tail)[:, 0] == pytest.approx(poisson_tail(n, expected), rel=1e-9, abs=1e-300)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Four pairs by headings that are rare, one of them with a concept below the other's: six with both at last."""
    lake = new_lake(tmp_path_factory.mktemp("rare") / "lake")
    groups = [
        ([A], 20),
        ([B], 24),
        ([C], 30),
        ([BELOW_A], 21),
        ([A, B], 2),
        ([A, C], 3),
        ([B, C], 1),
        ([BELOW_A, B], 4),
    ]
    headings = [headings_of_record for headings_of_record, number in groups for _ in range(number)]
    load_units(
        lake,
        stage_unit(
            lake, "a", [record(n, headings=headings_of_record) for n, headings_of_record in enumerate(headings, 1)]
        ),
    )
    refresh(lake, RARE_TABLES)
    return lake


def test_the_view_agrees_with_the_statistics(lake):
    rows = ask(lake, f"SELECT {COLUMNS}, ic, ic_low, ic_high FROM rare_cooccurrences WHERE basis = 'index'")
    assert {(a, b): n for _, a, b, n, *_ in rows} == {(A, B): 2, (A, C): 3, (B, C): 1, (B, BELOW_A): 4}
    p_values = poisson_tail([row[3] for row in rows], [row[4] for row in rows])
    assert [row[5] for row in rows] == pytest.approx(p_values.tolist())
    assert [row[6] for row in rows] == pytest.approx(benjamini_hochberg(p_values).tolist())
    assert {row[7] for row in rows} == {4}
    ic = information_component([row[3] for row in rows], [row[4] for row in rows])
    for at, values in ((9, ic.value), (10, ic.low), (11, ic.high)):
        assert [row[at] for row in rows] == pytest.approx(values.tolist())


def test_articles_with_descendants_are_those_of_a_count(lake):
    rows = ask(lake, f"SELECT {COLUMNS} FROM rare_cooccurrences")
    assert {row[0] for row in rows} == {"index", "any"}
    for basis, a, b, *_, with_descendants in rows:
        assert ask(lake, f"SELECT articles FROM count_together([['{a}'], ['{b}']], basis := '{basis}')") == [
            (with_descendants,)
        ]
    assert {row[-1] for row in rows if row[1:3] == (A, B)} == {6}


def test_stored_tests_are_kept_until_something_changes(lake):
    assert refresh(lake, RARE_TABLES) is None
    assert describe_stale(read_version(lake), ["rare"]) == []
    stored = read_version(lake).number
    version = load_units(lake, stage_unit(lake, "b", [record(900, headings=[A, B])])).version
    assert not is_current(read_version(lake), RARE_TABLES)
    [stale] = describe_stale(read_version(lake), ["rare"])
    assert f"rare_tests as stored are of version {stored}, and articles changed before version {version};" in stale
    [(p_value, q_value)] = ask(
        lake, f"SELECT p_value, q_value FROM rare_cooccurrences WHERE concept_a = '{A}' AND concept_b = '{B}'"
        " AND basis = 'index'"
    )  # fmt: skip
    assert p_value is not None
    assert q_value is None, "that of another count"
    refresh(lake, RARE_TABLES)
    assert ask(lake, "SELECT count(q_value), min(family_size) FROM rare_cooccurrences") == [(8, 4)]
    with connect(lake, version) as connection:
        assert connection.execute("SELECT count(*) FROM rare_tests").fetchall() == [(8,)]


def test_the_names_of_derived_tables_are_those_declared():
    for derived in (RARE_TABLES, CLAIM_TABLES):
        assert set(derived.tables) <= set(DERIVED_NAMES[derived.kind])

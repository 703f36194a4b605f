"""Watches are counted with every commit, and a change is a row with the articles that came and went."""

import datetime as dt

import pytest

from tests.support.small_lake import BOTH, ask, load_units, new_lake, record, stage_unit
from transforms.counting.filters import Filters
from transforms.publishing.watches import Watch
from transforms.rarity import poisson_tail
from warehouse.catalog.publish import read_version
from warehouse.derived.watch_counts import count_watches, stored_watches
from warehouse.lake import Lake
from warehouse.revision.undo import undo

A, B = BOTH
PAIR = Watch("pair", (A, B))
INDEX = Watch("in headings", (A, "Extramedullary Hematopoiesis"), filters=Filters(basis="index"))
EVENTS = "SELECT version, previous, articles, gained, lost FROM watch_counts WHERE watch_id = 'pair' ORDER BY batch"


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def test_every_change_of_a_watch_is_a_row(lake):
    assert [row["articles"] for row in count_watches(lake, [PAIR])] == [0]
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH), record(9, headings=[A])]))
    second = load_units(lake, stage_unit(lake, "b", [record(2, headings=BOTH)])).version
    load_units(lake, stage_unit(lake, "c", [record(7, headings=["MESH:D3"])]))
    load_units(lake, stage_unit(lake, "d", [record(1, 2, headings=BOTH, retracted_on=dt.date(2020, 1, 1))]))
    load_units(lake, stage_unit(lake, "e", [record(3, headings=BOTH)], [(2, 9)]))
    undo(lake, second)
    assert ask(lake, EVENTS) == [
        (1, None, 0, [], []),
        (3, 0, 1, [1], []),
        (5, 1, 2, [2], []),
        (8, 2, 1, [], [1]),
        (10, 1, 1, [3], [2]),
    ]
    assert ask(lake, "SELECT count(*) FROM batches WHERE kind = 'watches'") == [(5,)]
    assert count_watches(lake) == [], "nothing new"


def test_statistics_and_adjustment_within_the_family(lake):
    load_units(
        lake,
        stage_unit(lake, "a", [record(n, headings=BOTH if n < 3 else [[A], [B], []][n % 3]) for n in range(1, 20)]),
    )
    count_watches(lake, [PAIR, INDEX])
    rows = ask(lake, "SELECT articles, expected, p_value, q_value, family_size, combination, groups FROM watch_counts")
    assert len(rows) == 2
    for articles, expected, p_value, q_value, family_size, combination, groups in rows:
        assert p_value == pytest.approx(float(poisson_tail(articles, expected)))
        assert p_value <= q_value <= 1
        assert (family_size, combination) == (2, "Leukemia AND Extramedullary Hematopoiesis")
        assert groups == [[A], [B]]


def test_watches_are_replaced_by_those_given(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    count_watches(lake, [PAIR, INDEX])
    assert stored_watches(read_version(lake)) == (PAIR, INDEX)
    changed = Watch("pair", (A, "MESH:D3"))
    [row] = count_watches(lake, [changed])
    assert (row["previous"], row["articles"]) == (None, 0), "another definition is a first count"
    assert stored_watches(read_version(lake)) == (changed,)
    [row] = count_watches(lake, [PAIR])
    assert (row["previous"], row["gained"]) == (None, [1])
    count_watches(lake, [])
    assert stored_watches(read_version(lake)) == ()
    assert ask(lake, "SELECT count(*) FROM watch_counts") == [(4,)]


def test_an_unknown_term_is_a_problem_and_not_a_zero(lake):
    assert count_watches(lake, [Watch("odd", ("No such thing", A)), PAIR])[0]["watch_id"] == "pair"
    assert ask(lake, "SELECT watch_id, problem FROM watches WHERE problem IS NOT NULL") == [
        ("odd", 'no concept is called "No such thing"')
    ]
    assert ask(lake, "SELECT count(*) FROM watch_counts WHERE watch_id = 'odd'") == [(0,)]


def test_a_change_missed_by_a_crash_is_counted_next_time(lake, monkeypatch):
    count_watches(lake, [PAIR])
    with monkeypatch.context() as crash:
        crash.setattr("warehouse.commit.follow_up.count_watches", lambda lake: None)
        load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    load_units(lake, stage_unit(lake, "b", [record(2, headings=BOTH)]))
    assert ask(lake, EVENTS)[1:] == [(4, 0, 2, [1, 2], [])]


def test_a_lake_without_a_vocabulary_has_nothing_to_count(tmp_path):
    assert count_watches(Lake.at(tmp_path / "none"), [PAIR]) == []

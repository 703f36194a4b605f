import datetime as dt

import duckdb
import pytest

from tests.support.small_lake import BOTH, ask, content, load_units, new_lake, pairs, record, stage_unit
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect, publish, read_version
from warehouse.commit.ingest import OUTCOMES, commit
from warehouse.commit.staging import Unit
from warehouse.errors import NoLakeError, NoVocabularyError, UnknownVersionError, VocabularyChangedError
from warehouse.lake import Lake

RETRACTED = dt.date(2021, 1, 1)


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def test_a_lake_without_a_catalog_says_what_to_do(tmp_path):
    with pytest.raises(NoLakeError) as raised:
        connect(Lake.at(tmp_path))
    assert "hoofbeats vocabulary load" in raised.value.hint


def test_nothing_is_committed_before_a_vocabulary(tmp_path):
    lake = Lake.at(tmp_path)
    with pytest.raises(NoVocabularyError):
        load_units(lake, stage_unit(lake, "a", [record(1)]))


def test_counts_of_headings_text_and_either(lake):
    load_units(
        lake,
        stage_unit(
            lake,
            "a",
            [
                record(1, headings=BOTH),
                record(2, text=[("MESH:D1", 1), ("MESH:D2", 1)]),
                record(3, headings=["MESH:D1"], text=[("MESH:D2", 2)]),
            ],
        ),
    )
    assert pairs(lake, "index") == {BOTH: 1}
    assert pairs(lake, "text") == {BOTH: 1}
    assert pairs(lake, "any") == {BOTH: 3}
    assert ask(lake, "SELECT basis, sum(sentence_articles) FROM cooccurrences GROUP BY 1 ORDER BY 1") == [
        ("any", 1),
        ("index", 0),
        ("text", 1),
    ]
    assert ask(lake, "SELECT basis, sum(articles) FROM corpus_counts GROUP BY 1 ORDER BY 1") == [
        ("any", 3),
        ("index", 2),
        ("text", 3),
    ]


def test_the_same_payload_twice_changes_nothing(lake):
    first = load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    assert load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)])) is None
    assert read_version(lake).number == first.version
    assert pairs(lake) == {BOTH: 1}


def test_a_payload_named_twice_in_one_commit_is_loaded_once(lake):
    a = stage_unit(lake, "a", [record(1, headings=BOTH)])
    done = load_units(lake, a, a)
    assert [window["kept"] for window in done.windows] == [1]


def test_a_later_version_replaces_and_the_older_stays_readable(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    load_units(lake, stage_unit(lake, "b", [record(1, 2, headings=["MESH:D1"])]))
    assert pairs(lake) == {}
    assert pairs(lake, "any") == {}
    assert ask(lake, "SELECT version, headings FROM documents ORDER BY 1") == [(1, list(BOTH)), (2, ["MESH:D1"])]
    assert ask(lake, "SELECT article_id, headings FROM articles") == [(1, ["MESH:D1"])]
    assert ask(lake, "SELECT count(*) FROM mentions") == [(1,)]


def test_unchanged_content_is_reported_and_rewrites_nothing(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    done = load_units(lake, stage_unit(lake, "b", [record(1, 2, headings=BOTH)]))
    assert {fate: done.windows[0][fate] for fate in OUTCOMES} == {
        "kept": 0, "unchanged": 1, "superseded": 0, "duplicates": 0, "rejected": 0,
    }  # fmt: skip
    assert ask(lake, "SELECT version FROM documents") == [(1,)]
    assert ask(lake, "SELECT version FROM sightings ORDER BY 1") == [(1,), (2,)]
    assert ask(lake, "SELECT count(*) FROM superseded") == [(0,)]


def test_a_record_repeated_within_a_payload_keeps_its_mentions(lake):
    repeated = [record(1, version, headings=BOTH, text=[("MESH:D1", 1)]) for version in (1, 2)]
    load_units(lake, stage_unit(lake, "a", repeated), stage_unit(lake, "b", repeated, rejected=1))
    assert ask(lake, "SELECT basis, count(*) FROM mentions GROUP BY 1 ORDER BY 1") == [("index", 2), ("text", 1)]
    assert pairs(lake) == {BOTH: 1}


def test_every_record_has_one_outcome(lake):
    done = load_units(
        lake,
        stage_unit(
            lake, "a", [record(1, 1), record(1, 2, headings=BOTH), record(2, 3), record(2, 4)], [(7, 5)], rejected=2
        ),
    )
    [window] = done.windows
    assert window["received"] == 6 == sum(window[fate] for fate in OUTCOMES)
    assert (window["kept"], window["superseded"], window["unchanged"], window["rejected"]) == (2, 1, 1, 2)
    assert window["deletions"] == 1
    assert ask(lake, "SELECT received, kept FROM batches ORDER BY batch DESC LIMIT 1") == [(6, 2)]


def test_a_deletion_removes_the_article_and_a_later_release_brings_it_back(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    load_units(lake, stage_unit(lake, "b", [], [(1, 2)]))
    assert pairs(lake) == {}
    assert ask(lake, "SELECT count(*) FROM articles") == [(0,)]
    assert ask(lake, "SELECT count(*) FROM documents") == [(1,)]
    load_units(lake, stage_unit(lake, "c", [record(1, 3, headings=BOTH)]))
    assert pairs(lake) == {BOTH: 1}
    assert ask(lake, "SELECT version FROM articles JOIN article_keys USING (article_id)") == [(3,)]


def test_a_retracted_article_leaves_the_counts_but_not_the_lake(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH), record(2, 1, headings=BOTH)]))
    load_units(lake, stage_unit(lake, "b", [record(1, 2, headings=BOTH, retracted_on=RETRACTED)]))
    assert pairs(lake) == {BOTH: 1}
    assert pairs(lake, view="cooccurrences_with_retracted") == {BOTH: 2}
    assert ask(lake, "SELECT sum(articles), sum(retracted_articles) FROM corpus_counts WHERE basis = 'index'") == [
        (1, 1)
    ]
    assert ask(lake, "SELECT articles, retracted, population FROM count_together([['MESH:D1'], ['MESH:D2']])") == [
        (1, 1, 1)
    ]


RELEASES = {
    "a": ([record(1, 10, headings=BOTH), record(2, 11, headings=BOTH), record(3, 12, headings=BOTH)], []),
    "b": ([record(1, 20, headings=["MESH:D1"]), record(3, 21, headings=BOTH)], [(2, 22), (3, 23)]),
    "c": ([record(1, 30, headings=BOTH), record(2, 31, text=[("MESH:D1", 0), ("MESH:D3", 0)], year=1999)], [(9, 32)]),
}


def test_the_order_of_arrival_does_not_matter(tmp_path):
    together = new_lake(tmp_path / "together")
    load_units(together, *(stage_unit(together, name, *RELEASES[name]) for name in RELEASES))
    expected = content(together)
    assert pairs(together) == {BOTH: 1}
    assert pairs(together, "any") == {BOTH: 1, ("MESH:D1", "MESH:D3"): 1}
    for order in ("abc", "cab", "bca"):
        lake = new_lake(tmp_path / order)
        for name in (*order, order[0]):
            load_units(lake, stage_unit(lake, name, *RELEASES[name]))
        assert content(lake) == expected, order


def test_old_versions_can_be_queried(lake):
    first = load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)])).version
    load_units(lake, stage_unit(lake, "b", [], [(1, 2)]))
    assert ask(lake, "SELECT count(*) FROM articles", at_version=first) == [(1,)]
    assert ask(lake, "SELECT count(*) FROM articles") == [(0,)]
    with pytest.raises(UnknownVersionError) as raised:
        connect(lake, 99)
    assert "1 to 3" in raised.value.hint


def test_a_reader_keeps_its_version_while_the_catalog_is_replaced(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    with duckdb.connect(str(lake.catalog), read_only=True) as reader:
        load_units(lake, stage_unit(lake, "b", [record(2, 1, headings=BOTH)]))
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
    assert ask(lake, "SELECT count(*) FROM articles") == [(2,)]


def test_the_next_commit_is_not_disturbed_by_what_a_crash_left(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    (lake.staging / "catalog-000003.duckdb").write_bytes(b"never published")
    (lake.staging / "link-000003.duckdb").write_bytes(b"never published")
    (lake.tables / "documents" / "000003-lost.parquet").write_bytes(b"no version names it")
    done = load_units(lake, stage_unit(lake, "b", [record(2, 1, headings=BOTH)]))
    assert done.version == 3
    assert pairs(lake) == {BOTH: 2}


def test_a_failure_before_the_rename_leaves_the_lake_as_it_was(lake, monkeypatch):
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.catalog.publish.os.link", fail)
    monkeypatch.setattr("warehouse.catalog.publish.shutil.copy2", fail)
    with pytest.raises(OSError, match="No space left"):
        load_units(lake, stage_unit(lake, "b", [record(2, 1, headings=BOTH)]))
    monkeypatch.undo()
    assert pairs(lake) == {BOTH: 1}
    load_units(lake, stage_unit(lake, "b", [record(2, 1, headings=BOTH)]))
    assert pairs(lake) == {BOTH: 2}


def test_units_prepared_with_another_vocabulary_are_refused(lake):
    made = stage_unit(lake, "a", [record(1)])
    with pytest.raises(VocabularyChangedError, match="a"):
        commit(lake, [Unit(made.folder, made.payload, "vocabulary-2")])


def test_a_version_without_any_table_can_be_published(tmp_path):
    lake = Lake.at(tmp_path)
    publish(lake, Version(0).successor(lake, {"batch_id": "none", "kind": "fold"}))
    with connect(lake) as connection:
        assert connection.execute("SELECT count(*) FROM rare_cooccurrences").fetchall() == [(0,)]

"""A lake that moves, a lake of older code, and the dictionary."""

import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.support.small_lake import BOTH, ask, content, load_units, new_lake, pairs, record, stage_unit
from transforms.schema.articles import ARTICLE_KEYS
from warehouse.catalog.publish import publish, read_version
from warehouse.catalog.schema import BATCHES
from warehouse.dictionary import markdown
from warehouse.errors import NewerLakeError
from warehouse.lake import FORMAT, Lake
from warehouse.upkeep.remake import remake_catalogs


@pytest.fixture
def lake(tmp_path):
    lake = new_lake(tmp_path / "lake")
    load_units(lake, stage_unit(lake, "a", [record(1, 1, headings=BOTH)]))
    load_units(lake, stage_unit(lake, "b", [record(2, 1, headings=BOTH)]))
    return lake


@pytest.mark.parametrize("how", [shutil.move, shutil.copytree])
def test_a_moved_or_copied_lake_is_repaired(lake, tmp_path, how):
    before = content(lake)
    how(str(lake.root), str(tmp_path / "it's elsewhere"))
    shutil.rmtree(lake.root, ignore_errors=True)
    moved = Lake.at(tmp_path / "it's elsewhere")
    assert remake_catalogs(moved)
    assert not remake_catalogs(moved)
    assert content(moved) == before
    assert ask(moved, "SELECT count(*) FROM articles", at_version=2) == [(1,)]
    load_units(moved, stage_unit(moved, "c", [record(3, 1, headings=BOTH)]))
    assert pairs(moved) == {BOTH: 3}
    with duckdb.connect(str(moved.catalog), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(3,)]


def test_columns_missing_in_segments_of_older_code_are_null(lake):
    [path, _] = read_version(lake).segments("article_keys")
    rows = pq.read_table(lake.root / path)
    pq.write_table(rows.drop_columns(["is_notice", "revised_on"]), lake.root / path)
    old = read_version(lake)
    publish(lake, old.successor(lake, {"batch_id": "x", "kind": "fold"}))
    assert ask(lake, "SELECT is_notice, revised_on FROM article_keys ORDER BY article_id") == [
        (None, None),
        (False, None),
    ]
    assert len(ask(lake, "SELECT * FROM article_keys")[0]) == len(ARTICLE_KEYS.column_names)


def test_columns_missing_in_a_catalog_of_older_code_are_null(lake):
    with duckdb.connect(str(lake.catalog)) as connection:
        connection.execute("ALTER TABLE batches DROP COLUMN withdrawn_in")
        connection.execute("UPDATE lake SET declarations = 'older'")
    assert read_version(lake).table("batches").schema == BATCHES.arrow
    load_units(lake, stage_unit(lake, "c", [record(3, 1, headings=BOTH)]))
    assert pairs(lake) == {BOTH: 3}


def test_a_catalog_of_other_code_is_remade(lake):
    with duckdb.connect(str(lake.version_file(3))) as connection:
        connection.execute("DROP MACRO TABLE count_together")
        connection.execute("UPDATE lake SET declarations = 'older'")
    assert remake_catalogs(lake) == "made by another version of Hoofbeats"
    assert remake_catalogs(lake) is None
    assert read_version(lake).number == 3
    assert ask(lake, "SELECT articles, changed_since FROM count_together([['MESH:D1']])") == [(2, None)]


def test_a_lake_of_newer_code_is_refused(lake):
    with duckdb.connect(str(lake.version_file(3))) as connection:
        connection.execute("UPDATE lake SET format = ?", [FORMAT + 1])
    with pytest.raises(NewerLakeError):
        read_version(lake)


def test_the_dictionary_in_docs_is_current():
    assert (Path(__file__).parents[3] / "docs" / "dictionary.md").read_text(encoding="utf-8") == markdown()

"""Lakes in folders of any name, under two paths, without hard links, and with a catalog that an analyst has open."""

import os
import subprocess
import sys

import pytest

from tests.support.small_lake import BOTH, ask, content, load_units, new_lake, pairs, record, stage_unit
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.compaction import compact
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import connect_current
from warehouse.errors import UnusableFolderError
from warehouse.lake import Lake
from warehouse.queries.version_diff import compare_versions


def loaded_lake(folder):
    lake = new_lake(folder)
    for step in (1, 2):
        load_units(lake, stage_unit(lake, f"unit-{step}", [record(step, 1, headings=BOTH)]))
    return lake


def state(lake):
    """All that a reader could change: names, times and content of all files."""
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in lake.root.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["year=1950/article_id=7/batch=1", "it's, 100 % {b} #1; ~]\n:$"])
def test_a_folder_of_any_other_name_changes_no_count(tmp_path, name):
    lake = loaded_lake(tmp_path / name)
    assert pairs(lake) == {BOTH: 2}
    assert compact(lake, fanout=2)
    assert pairs(lake) == {BOTH: 2}
    assert ask(lake, "SELECT article_id, batch FROM article_keys ORDER BY 1") == [(1, 2), (2, 3)]
    assert ask(lake, "SELECT DISTINCT year FROM cooccurrences") == [(2000,)]


@pytest.mark.parametrize("name", ["la*ke", "la[1]ke", "la?ke", "la\\ke", os.fsdecode(b"la\xffke"), "a*/lake"])
def test_a_folder_whose_name_duckdb_does_not_take_literally_is_refused(tmp_path, name):
    with pytest.raises(UnusableFolderError, match="a lake cannot be in"):
        new_lake(tmp_path / name)
    assert not list(tmp_path.iterdir())
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(UnusableFolderError):
        connect(Lake.at(tmp_path / name))


def test_readers_of_a_lake_under_another_path_see_it_all_and_write_nothing(tmp_path):
    lake = loaded_lake(tmp_path / "lake")
    expected = content(lake)
    lake.root.rename(tmp_path / "moved")
    moved = Lake.at(tmp_path / "moved")
    before = state(moved)
    assert content(moved) == expected
    assert ask(moved, "SELECT count(*) FROM articles", at_version=2) == [(1,)]
    assert len(compare_versions(moved, 2, 3).articles) == 1
    with connect_current(moved, RARE_TABLES) as connection:
        assert connection.execute("SELECT count(*) FROM rare_cooccurrences").fetchall() == [(0,)]
    assert state(moved) == before


def test_a_moved_lake_without_the_schema_files_of_this_code_is_read(tmp_path):
    lake = loaded_lake(tmp_path / "lake")
    expected = content(lake)
    lake.root.rename(tmp_path / "moved")
    moved = Lake.at(tmp_path / "moved")
    for path in moved.tables.glob("*/columns-*.parquet"):
        path.unlink()
    before = state(moved)
    assert content(moved) == expected
    assert state(moved) == before


def test_a_commit_through_another_path_follows_the_version_of_the_first(tmp_path):
    lake = loaded_lake(tmp_path / "lake")
    lake.root.rename(tmp_path / "moved")
    moved = Lake.at(tmp_path / "moved")
    load_units(moved, stage_unit(moved, "third", [record(3, 1, headings=BOTH)]))
    assert pairs(moved) == {BOTH: 3}
    assert [row["root"] for row in read_version(moved).table("lake").to_pylist()] == [str(moved.root)]


def test_a_file_system_without_hard_links_serves(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("warehouse.catalog.publish.os.link", refuse)
    lake = loaded_lake(tmp_path / "lake")
    assert list(lake.kept_versions()) == [1, 2, 3]
    assert lake.catalog.stat().st_nlink == 1
    assert pairs(lake) == {BOTH: 2}
    assert ask(lake, "SELECT count(*) FROM articles", at_version=2) == [(1,)]


def test_a_catalog_that_an_analyst_has_open_for_writing_stops_nobody(tmp_path):
    lake = loaded_lake(tmp_path / "lake")
    writing = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute('CREATE TABLE notes AS SELECT 1 AS note')\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
    )
    analyst = subprocess.Popen(
        [sys.executable, "-c", writing, str(lake.catalog)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert analyst.stdout.readline() == "open\n"
        assert pairs(lake) == {BOTH: 2}
        load_units(lake, stage_unit(lake, "third", [record(3, 1, headings=BOTH)]))
        assert pairs(lake) == {BOTH: 3}
    finally:
        analyst.communicate("go\n")
    assert analyst.returncode == 0
    assert pairs(lake) == {BOTH: 3}
    load_units(lake, stage_unit(lake, "fourth", [record(4, 1, headings=BOTH)]))
    with connect(lake) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(4,)]
    reading = (
        f"import duckdb; print(duckdb.connect({str(lake.catalog)!r}, read_only=True).sql('FROM lake').fetchall()[0][1])"
    )
    answer = subprocess.run([sys.executable, "-c", reading], capture_output=True, text=True, check=True)
    assert answer.stdout == f"{read_version(lake).number}\n"

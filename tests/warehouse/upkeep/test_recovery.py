"""A lake whose catalog is missing, damaged or older than the history: nothing is lost, every writing step refuses."""

import os
import shutil

import duckdb
import pytest

from tests.support.small_lake import BOTH, ask, content, load_units, new_lake, pairs, record, stage_unit
from warehouse.catalog.publish import begin_commit, connect, read_version
from warehouse.commit.compaction import compact
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.errors import DamagedLakeError, UnexplainedFilesError
from warehouse.revision import stored_vocabulary
from warehouse.revision.undo import undo
from warehouse.upkeep.garbage import collect_garbage
from warehouse.upkeep.maintain import maintain_lake
from warehouse.upkeep.recovery import recover


@pytest.fixture
def lake(tmp_path):
    """Versions 1 (vocabulary), 2 and 3, with segments old enough to be collected."""
    lake = new_lake(tmp_path / "lake")
    for step in (1, 2):
        load_units(lake, stage_unit(lake, f"unit-{step}", [record(step, 1, headings=BOTH)]))
    for path in [*lake.tables.glob("*/*.parquet"), *lake.history.iterdir()]:
        os.utime(path, (0, 0))
    return lake


def remove(lake):
    lake.catalog.unlink()


def cut(lake):
    os.truncate(lake.catalog, 5_000)  # one file with that of version 3 in history


def empty(lake):
    os.truncate(lake.catalog, 0)


def overwrite(lake):
    size = lake.catalog.stat().st_size
    lake.catalog.write_bytes(b"\xff" * size)


def put_older_back(lake):
    lake.catalog.unlink()
    shutil.copyfile(lake.version_file(1), lake.catalog)


DAMAGES = [remove, cut, empty, overwrite, put_older_back]
WRITERS = {
    "commit": begin_commit,
    "vocabulary": lambda lake: stored_vocabulary.store_vocabulary(lake, {}, {"version": "other"}),
    "undo": lambda lake: undo(lake, 2),
    "compact": compact,
    "refresh": lambda lake: refresh(lake, RARE_TABLES),
    "garbage": lambda lake: collect_garbage(lake, keep_latest=1, grace_s=0),
    "maintain": maintain_lake,
}


def files(lake):
    folders = (lake.tables, lake.history)
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_writer_refuses_and_deletes_nothing(lake, damage):
    damage(lake)
    before = files(lake)
    for name, write in WRITERS.items():
        with pytest.raises(DamagedLakeError) as raised:
            write(lake)
        assert "hoofbeats recover" in raised.value.hint, name
        assert files(lake) == before, name


@pytest.mark.parametrize(("damage", "version"), list(zip(DAMAGES, (3, 2, 2, 2, 3), strict=True)))
def test_the_newest_sound_version_is_put_back(lake, damage, version):
    kept = {number: content_at(lake, number) for number in (2, 3)}
    segments = set(lake.tables.glob("*/*.parquet"))
    damage(lake)
    recovered = recover(lake)
    assert (recovered.version, recovered.restored, recovered.missing) == (version, True, [])
    assert read_version(lake).number == version
    assert content_at(lake, version) == kept[version]
    assert set(lake.tables.glob("*/*.parquet")) == segments
    with duckdb.connect(str(lake.catalog), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(version - 1,)]
    assert not recover(lake).restored
    load_units(lake, stage_unit(lake, "next", [record(9, 1, headings=BOTH)]))
    assert pairs(lake) == {BOTH: version}


def content_at(lake, number):
    return ask(lake, "SELECT count(*), sum(articles) FROM cooccurrences, articles", at_version=number)


@pytest.mark.parametrize("damage", [cut, empty, overwrite])
def test_a_kept_version_is_read_beside_a_damaged_catalog(lake, damage):
    damage(lake)
    with pytest.raises(DamagedLakeError):
        connect(lake)
    assert ask(lake, "SELECT count(*) FROM articles", at_version=2) == [(1,)]


def test_a_version_without_all_of_its_segments_is_not_put_back(lake):
    lost = set(read_version(lake).segments("documents"))
    with connect(lake, 2) as connection:
        lost -= {row[0] for row in connection.execute("SELECT path FROM segments").fetchall()}
    for path in lost:
        (lake.root / path).unlink()
    lake.catalog.unlink()
    recovered = recover(lake)
    assert recovered.version == 2
    assert recovered.set_aside == ["history/set-aside-000003.duckdb"]
    maintain_lake(lake)
    assert content(lake)


def test_where_no_version_is_sound_the_newest_readable_one_is_put_back_and_what_it_lacks_is_named(lake):
    [first, _] = read_version(lake).segments("documents")
    (lake.root / first).unlink()
    for number in (1, 2):
        os.truncate(lake.version_file(number), 100)
    lake.catalog.unlink()
    recovered = recover(lake)
    assert (recovered.version, recovered.missing) == (3, [first])


def test_a_lake_without_any_readable_catalog_is_left_as_it_is(lake):
    for path in lake.history.iterdir():
        os.truncate(path, 100)
    before = files(lake)
    with pytest.raises(DamagedLakeError, match="can be read"):
        recover(lake)
    assert files(lake) == before


def test_a_damaged_kept_version_stops_garbage_collection_until_it_is_set_aside(lake):
    os.truncate(lake.version_file(1), 100)
    with pytest.raises(DamagedLakeError, match="catalog-000001"):
        collect_garbage(lake)
    recovered = recover(lake)
    assert (recovered.version, recovered.restored) == (3, False)
    collect_garbage(lake)


def test_many_segments_that_nothing_explains_are_removed_on_demand_only(lake):
    before = content(lake)
    for path in list(lake.history.iterdir()):
        path.unlink()
    shutil.copy(lake.catalog, lake.root / "copy")
    for path in list(lake.tables.glob("*/000003-*.parquet")):
        other = path.with_name(path.name.replace("000003-", "000900-"))
        shutil.copy2(path, other)
    with pytest.raises(UnexplainedFilesError, match="Nothing was removed") as raised:
        collect_garbage(lake)
    assert "--force" in raised.value.hint
    removed = collect_garbage(lake, force=True)
    assert removed.files == len(list(lake.tables.glob("*/000003-*.parquet")))
    assert content(lake) == before


def test_segments_that_a_crash_left_are_removed_without_asking(lake):
    for number in ("000003", "000004"):
        for path in list(lake.tables.glob("*/000003-*.parquet")):
            shutil.copy2(path, path.with_name(f"{number}-left.parquet"))
    left = len(list(lake.tables.glob("*/*-left.parquet")))
    assert collect_garbage(lake).files == left > 10


def test_a_crash_between_the_rename_and_the_history_is_made_up_for(lake, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("warehouse.catalog.publish._name_in_history", crash)
    with pytest.raises(KeyboardInterrupt):
        load_units(lake, stage_unit(lake, "third", [record(3, 1, headings=BOTH)]))
    monkeypatch.undo()
    assert not lake.version_file(4).exists()
    assert pairs(lake) == {BOTH: 3}
    load_units(lake, stage_unit(lake, "fourth", [record(4, 1, headings=BOTH)]))
    assert list(lake.kept_versions()) == [1, 2, 3, 4, 5]
    assert ask(lake, "SELECT count(*) FROM articles", at_version=4) == [(3,)]


def test_a_lake_that_lost_its_catalog_and_its_history_keeps_its_segments(lake):
    shutil.rmtree(lake.history)
    lake.catalog.unlink()
    before = files(lake)
    with pytest.raises(UnexplainedFilesError):
        maintain_lake(lake)
    assert files(lake) == before

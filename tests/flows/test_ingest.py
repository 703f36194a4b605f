"""The ingest flow without Prefect: a file that fails keeps none of the others from the lake, and is tried again."""

import os
from types import SimpleNamespace

import duckdb
import pytest
from prefect.logging import disable_run_logger

from flows import ingest as flow
from flows.errors import NotLoadedError
from flows.prepare.payload import prepare
from flows.sources import local_files
from tests.support.loading import query
from tests.support.pubmed_samples import article, payload
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit, loaded_payloads


def submit(*arguments):
    return SimpleNamespace(result=lambda: flow.prepare(*arguments))


@pytest.fixture
def ingest(lake, monkeypatch):
    """The flow as a plain function of its files."""
    monkeypatch.setattr(flow, "prepare_payload", SimpleNamespace(submit=submit))
    monkeypatch.setattr(flow, "copy_into_lake", local_files.copy_into_lake)
    monkeypatch.setattr(flow, "commit_units", flow.commit_units.fn)
    monkeypatch.setattr(flow, "ProgressArtifact", lambda *_: SimpleNamespace(update=lambda _: None))
    monkeypatch.setattr(flow, "publish_windows", lambda *_: None)

    def run(*files):
        with disable_run_logger():
            return flow.ingest.fn(list(files), lake.root)

    return run


def write_files(folder, count, first=1):
    """Write PubMed files of one record each."""
    files = []
    for pmid in range(first, first + count):
        files.append(folder / f"{pmid}.xml")
        files[-1].write_bytes(payload(article(pmid)))
    return files


def pmids(lake):
    return [pmid for (pmid,) in query(lake, "SELECT pmid FROM documents ORDER BY pmid")]


def states(result):
    return {row["name"]: row["state"] for row in result.windows}


def test_a_file_whose_preparation_fails_is_set_aside(lake, ingest, tmp_path, monkeypatch):
    files = write_files(tmp_path, 6)

    def poisoned(lake, payload, vocabulary):
        if payload.name == "3.xml":
            raise RecursionError("maximum recursion depth exceeded")
        return prepare(lake, payload, vocabulary)

    monkeypatch.setattr(flow, "prepare", poisoned)
    with pytest.raises(NotLoadedError, match=r"1 files were not loaded, 3.xml first: RecursionError") as raised:
        ingest(*files)
    assert states(raised.value.result) == {f"{n}.xml": "failed" if n == 3 else "done" for n in range(1, 7)}
    assert pmids(lake) == [1, 2, 4, 5, 6]
    [row] = [row for row in read_version(lake).table("windows").to_pylist() if row["state"] == "failed"]
    assert (row["name"], row["reason"]) == ("3.xml", "RecursionError: maximum recursion depth exceeded")


def test_a_file_whose_commit_fails_is_set_aside_and_tried_again(lake, ingest, tmp_path, monkeypatch):
    files = write_files(tmp_path, 7)
    commits = []

    def poisoned(lake, units):
        commits.append(len(units))
        if any(unit.payload.name == "5.xml" for unit in units):
            raise duckdb.InvalidInputException("no magic bytes")
        return commit(lake, units)

    monkeypatch.setattr(flow, "commit", poisoned)
    with pytest.raises(NotLoadedError, match=r"5\.xml"):
        ingest(*files)
    assert pmids(lake) == [1, 2, 3, 4, 6, 7]
    assert commits == [7, 3, 4, 2, 1, 1, 2]
    monkeypatch.setattr(flow, "commit", commit)
    result = ingest(*files)
    assert (states(result), len(result.already_loaded)) == ({"5.xml": "done"}, 6)
    assert pmids(lake) == [1, 2, 3, 4, 5, 6, 7]


def test_a_full_disk_ends_the_load(lake, ingest, tmp_path, monkeypatch):
    def full(lake, units):
        raise duckdb.IOException(f"IO Error: could not write file: {os.strerror(28)}")

    monkeypatch.setattr(flow, "commit", full)
    with pytest.raises(duckdb.IOException):
        ingest(*write_files(tmp_path, 3))
    assert read_version(lake).table("windows").num_rows == 0


UNREADABLE = {
    "empty.xml": b"",
    "words.txt": b"just some words",
    "other.json": b'{"a": 1}',
    "noise.bin": bytes(range(256)) * 4,
    "cut.xml": payload(article(1))[:-90],
    "nameless.xml": payload(article("")),
    "cut.xml.gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}


def test_a_file_of_which_nothing_can_be_read_is_never_loaded_already(lake, ingest, tmp_path):
    sound = write_files(tmp_path, 1)
    for name, content in UNREADABLE.items():
        (tmp_path / name).write_bytes(content)
    files = [tmp_path / name for name in UNREADABLE]
    for _ in range(2):
        with pytest.raises(
            NotLoadedError, match=r"7 files .*, empty\.xml first: .*the payload holds nothing"
        ) as raised:
            ingest(*files, *sound)
        assert all(row["reason"] for row in raised.value.result.failed)
        assert {row["name"] for row in raised.value.result.failed} == set(UNREADABLE)
    assert pmids(lake) == [1]
    assert query(lake, "SELECT count(*) FROM rejected") == [(0,)]


def test_a_file_of_a_user_that_an_earlier_ledger_has_as_unreadable_is_read_again(lake, ingest, tmp_path, monkeypatch):
    path = tmp_path / "words.txt"
    path.write_bytes(b"just some words")
    monkeypatch.setattr(flow, "nothing_readable", lambda unit: None)
    assert states(ingest(path)) == {"words.txt": "damaged"}
    assert local_files.describe_file(lake, path).key not in loaded_payloads(read_version(lake))


def test_names_of_any_kind_are_loaded(lake, ingest, tmp_path):
    first, second, third = write_files(tmp_path, 3)
    files = [
        first.rename(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff\xfename.xml")),
        second.rename(tmp_path / ("n" * 246 + ".xml")),
        third.rename(tmp_path / ("é" * 120 + "\n\x1b.xml")),
    ]
    with local_files.paths_in_utf8(files) as paths:
        assert all(os.fsencode(path).decode() for path in paths)
        assert paths[1:] == files[1:]
        result = ingest(*paths)
    assert pmids(lake) == [1, 2, 3]
    names = [row["name"] for row in result.windows]
    assert sorted(names)[0] == "bad??name.xml"
    assert all(len(name.encode()) <= 180 and name.endswith(".xml") and name.isprintable() for name in names)
    with local_files.paths_in_utf8(files) as paths:
        assert len(ingest(*paths).already_loaded) == 3


def test_a_file_that_vanished_or_may_not_be_read_keeps_none_of_the_others(lake, ingest, tmp_path):
    with pytest.raises(NotLoadedError, match=r"gone\.xml: No such file"):
        ingest(tmp_path / "gone.xml", *write_files(tmp_path, 2))
    assert pmids(lake) == [1, 2]

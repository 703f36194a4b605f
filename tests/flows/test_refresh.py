"""Vocabularies fetched over HTTP: from the embedded server, only what changed, and never anything else."""

import datetime as dt

import pytest

from flows.demo_literature.server import LiteratureServer
from flows.http.client import BadResponseError, Client, RefusedError, TooLargeError
from flows.refresh import fetch_changed, load_changed, vocabulary_folder
from flows.settings import Settings
from tests.support.collecting import shelf
from transforms.vocabulary.compiled import VocabularyError
from warehouse.catalog.publish import connect, read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import rows

OBO = b"format-version: 1.2\ndata-version: mine/2026-01-01\nontology: mine\n\n[Term]\nid: MINE:1\nname: glass bone\n"


@pytest.fixture
def server():
    with LiteratureServer(shelf(1), dt.date(2026, 6, 1)) as running:
        running.vocabularies["mine.obo"] = OBO
        yield running


def refresh(server, folder, **others):
    settings = Settings(lake=folder, first_wait_s=0, **{**server.settings, **others})
    with Client(settings) as client:
        addresses = settings.vocabulary_addresses.split()
        return load_changed(
            settings, dict(fetch_changed(client, one, vocabulary_folder(settings)) for one in addresses)
        )


def test_fetched_vocabularies_are_loaded_with_edition_and_origin(server, tmp_path):
    assert refresh(server, tmp_path).catalog_version == 1
    editions = read_version(Lake.at(tmp_path)).table("editions").to_pylist()
    assert {row["file"]: row["address"] for row in editions} == {
        name: f"{server.url}/vocabularies/{name}" for name in server.vocabularies
    }
    assert all(row["fetched_at"] for row in editions)
    with connect(Lake.at(tmp_path)) as connection:
        [status] = rows(connection, "status")
    assert status["editions"] == sorted(row["name"] for row in editions)


def test_unchanged_vocabularies_change_nothing(server, tmp_path):
    first = refresh(server, tmp_path)
    again = refresh(server, tmp_path)
    assert again.catalog_version is None
    assert again.version == first.version
    assert read_version(Lake.at(tmp_path)).number == 1


def test_a_changed_file_is_loaded(server, tmp_path):
    refresh(server, tmp_path)
    server.vocabularies["mine.obo"] = OBO + b'synonym: "brittle bone" EXACT []\n'
    assert refresh(server, tmp_path).catalog_version == 2
    with connect(Lake.at(tmp_path)) as connection:
        names = connection.sql("SELECT name FROM concept_names WHERE concept_id = 'MINE:1' ORDER BY name").fetchall()
    assert names == [("brittle bone",), ("glass bone",)]


def test_custom_lists_are_loaded_too(server, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("id,name\nOWN:1,odd finding\n")
    refresh(server, tmp_path / "lake", vocabulary_files=str(own))
    with connect(Lake.at(tmp_path / "lake")) as connection:
        assert connection.sql("SELECT count(*) FROM concepts WHERE concept_id = 'OWN:1'").fetchall() == [(1,)]


def test_last_year_is_fetched_if_this_year_is_missing(server, tmp_path):
    last = dt.datetime.now(dt.UTC).year - 1
    server.vocabularies = {f"mine{last}.obo": OBO}
    refresh(server, tmp_path, vocabulary_addresses=f"{server.url}/vocabularies/mine{{year}}.obo")
    [edition] = read_version(Lake.at(tmp_path)).table("editions").to_pylist()
    assert edition["file"] == f"mine{last}.obo"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<!DOCTYPE html><html>Sorry</html>", BadResponseError),
        (b"", BadResponseError),
        (b"neither", VocabularyError),
        (None, RefusedError),
        (OBO * 10_000, TooLargeError),
    ],
    ids=["page", "nothing", "unknown", "absent", "large"],
)
def test_an_invalid_file_leaves_the_vocabulary_in_force(server, tmp_path, content, error):
    refresh(server, tmp_path)
    urls = server.settings
    server.vocabularies["mine.obo"] = content
    with pytest.raises(error):
        refresh(server, tmp_path, **urls, attempts=2, largest_answer_bytes=900_000)
    assert read_version(Lake.at(tmp_path)).number == 1


def test_the_flow_runs_the_tested_steps():
    from flows.refresh import fetch, refresh_vocabulary

    assert refresh_vocabulary.name == "refresh-vocabulary"
    assert fetch.task_run_name == "fetch {address}"

"""A service that counts fewer records from page to page loses none silently: the largest count must be reached."""

import json

import pytest

from flows.demo_literature import europepmc_service
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.http.client import BadResponseError
from flows.sources import europepmc, pubmed_api
from tests.support.collecting import NOW, fetch, records, settings, shelf, span

EMPTY = {"hitCount": 0, "resultList": {"result": []}}


def without_cursor(answer):
    return {name: value for name, value in answer.items() if name != "nextCursorMark"}


def answers(monkeypatch, change):
    """Let `change` alter the answers of Europe PMC: (number of the request, is it the first page, answer) -> answer."""
    genuine, count = europepmc_service.search, 0

    def search(indexed, params, fault):
        nonlocal count
        count += 1
        status, kind, body = genuine(indexed, params, fault)
        return status, kind, json.dumps(change(count, params["cursorMark"] == "*", json.loads(body))).encode()

    monkeypatch.setattr(europepmc_service, "search", search)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda _, first, answer: answer if first else EMPTY, "failed"),
        (lambda number, _, answer: EMPTY if number == 2 else answer, "done"),
        (lambda _, first, answer: without_cursor(answer), "failed"),
        (lambda number, _, answer: without_cursor(answer) if number == 1 else answer, "done"),
        (lambda _, first, answer: answer if first else {**without_cursor(answer), "hitCount": 40}, "failed"),
        (lambda number, _, answer: answer if number == 1 else EMPTY, "failed"),
    ],
)
def test_europe_pmc(tmp_path, monkeypatch, change, state):
    monkeypatch.setattr(europepmc, "PAGE_SIZE", 20)
    answers(monkeypatch, change)
    with LiteratureServer(Shelf(preprints=tuple(records(50).values())), NOW.date()) as server:
        [fetched] = fetch("europepmc", settings(server, tmp_path), span()).values()
    assert (fetched.collected.state, fetched.collected.expected) == (state, 50)
    assert "records it counts" in (fetched.collected.reason or "records it counts")


def test_pubmed_lists_too_few_in_its_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(pubmed_api, "SEARCH_LIMIT", 20)
    genuine = pubmed_api.PubmedApi._search
    count = 0

    def search(self, window, part, *, retmax):
        nonlocal count
        count += 1
        result = genuine(self, window, part, retmax=retmax)
        return result if count == 1 else type(result)(**{**vars(result), "count": 0, "pmids": ()})

    monkeypatch.setattr(pubmed_api.PubmedApi, "_search", search)
    with LiteratureServer(shelf(50), NOW.date()) as server:
        [error] = fetch("pubmed_api", settings(server, tmp_path), span()).values()
    assert isinstance(error, BadResponseError)
    assert "50 at most" in str(error)

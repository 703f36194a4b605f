"""Every fault of a service, in turn and at random: a window is complete, or it fails with a reason."""

import datetime as dt
import gzip
from collections import Counter

import pytest

from flows.demo_literature.faults import FAULTS, Faults
from flows.demo_literature.records import Release
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.http.client import HttpError
from flows.sources import europepmc, pubmed_api
from tests.support.collecting import DAY, NOW, fetch, read_ids, records, settings, shelf, span
from warehouse.lake import Lake

SMALL = {"largest_answer_bytes": 1 << 18, "largest_file_bytes": 1 << 20}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(pubmed_api, "RECORDS_PER_PAGE", 20)
    monkeypatch.setattr(europepmc, "PAGE_SIZE", 20)


def release(number, pmids):
    return Release(f"pubmed26n{number:04d}.xml.gz", DAY, tuple(records(len(pmids), first=pmids[0]).values()))


CASES = {
    "pubmed_api": (shelf(50), "pubmed:"),
    "europepmc": (Shelf(preprints=tuple(records(50).values())), "europepmc:PPR/PPR"),
    "pubmed_files": (Shelf((release(1, range(1, 40)),), frozenset({"pubmed26n0001.xml.gz"})), "pubmed:"),
}


def expected(source):
    stocked, prefix = CASES[source]
    if source == "pubmed_files":
        return {f"{prefix}{article.pmid}" for one in stocked.releases for article in one.records}
    articles = stocked.preprints or stocked.records.values()
    return {f"{prefix}{article.pmid}" for article in articles}


def check(config, found, wanted):
    """Check that each window has every record once, or failed with a reason; return the number of complete ones."""
    whole = 0
    for fetched in found.values():
        if isinstance(fetched, Exception):
            assert isinstance(fetched, HttpError)
            assert str(fetched)
            continue
        collected, payload = fetched.collected, fetched.payload
        ids = read_ids(Lake.at(config.lake), payload) if payload else []
        assert max(Counter(ids).values(), default=1) == 1
        if collected.state == "failed":
            assert collected.reason
            assert set(ids) | set(collected.missing) <= wanted | set(collected.missing)
        else:
            assert set(ids) == wanted
            whole += 1
    return whole


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("source", sorted(CASES))
def test_occasional_faults_are_retried(tmp_path, source, fault):
    with LiteratureServer(
        CASES[source][0], NOW.date(), Faults({fault: 0.3}, seed=3), slow_write_delay_s=0.002
    ) as server:
        config = settings(server, tmp_path, attempts=12, **SMALL)
        try:
            found = fetch(source, config, span())
        except HttpError:  # the listing of files already
            found = {}
    assert len(found) == 1 or fault in ("private_redirect", "endless_body")
    whole = check(config, found, expected(source))
    if fault not in ("private_redirect", "endless_body", "changing_count", "repeated_cursor"):
        assert whole == 1, found


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("source", sorted(CASES))
def test_permanent_faults_fail_the_window(tmp_path, source, fault):
    with LiteratureServer(CASES[source][0], NOW.date(), Faults({fault: 1.0}), slow_write_delay_s=0.001) as server:
        config = settings(server, tmp_path, attempts=2, **SMALL)
        try:
            whole = check(config, fetch(source, config, span()), expected(source))
        except HttpError:  # the listing of files already
            whole = 0
        assert whole == (fault == "slow_bytes" or not server.faults.drawn)


@pytest.mark.parametrize(("source", "windows"), [("pubmed_api", 200), ("europepmc", 40)])
def test_all_faults_at_random(tmp_path, source, windows):
    articles = records(windows * 3, days=windows)
    stocked = Shelf(records=articles) if source == "pubmed_api" else Shelf(preprints=tuple(articles.values()))
    prefix = CASES[source][1]
    odds = dict.fromkeys(sorted(FAULTS), 0.02)
    later = DAY + dt.timedelta(days=windows)
    with LiteratureServer(stocked, later, Faults(odds, seed=11), slow_write_delay_s=0.001) as server:
        config = settings(server, tmp_path, **SMALL)
        found = fetch(source, config, span(windows))
        assert len(server.faults.drawn) > 6
    assert len(found) == windows
    whole = 0
    for window, fetched in found.items():
        wanted = {f"{prefix}{article.pmid}" for article in articles.values() if article.entered == window.since}
        assert len(wanted) == 3
        whole += check(config, {window: fetched}, wanted)
    assert whole > 0.7 * windows, [str(one) for one in found.values() if isinstance(one, Exception)]


def test_pages_are_stored_as_received(tmp_path):
    with LiteratureServer(shelf(45), NOW.date()) as server:
        config = settings(server, tmp_path)
        [fetched] = fetch("pubmed_api", config, span()).values()
    content = gzip.decompress((Lake.at(tmp_path).root / fetched.payload.path).read_bytes())
    assert content.count(b"<PubmedArticleSet>") == 3
    assert content.count(b"<PubmedArticle>") == 45


def test_missing_records_are_named_and_requested_again(tmp_path):
    with LiteratureServer(shelf(30), NOW.date(), Faults({"missing_ids": 1.0})) as server:
        config = settings(server, tmp_path)
        [fetched] = fetch("pubmed_api", config, span()).values()
        asked = [params["id"] for _, path, params in server.requests if path.endswith("efetch.fcgi")]
    assert fetched.collected.state == "failed"
    assert "2 of 30 requested records were not returned" in fetched.collected.reason
    assert len(read_ids(Lake.at(tmp_path), fetched.payload)) == 28
    assert set(asked[1].split(",")) < set(asked[0].split(","))

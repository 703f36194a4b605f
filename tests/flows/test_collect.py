"""Collect from the embedded server into a lake: ledger, repeated requests, order of versions."""

import dataclasses
import datetime as dt
import errno

import pytest

from flows.demo_literature.faults import Faults
from flows.demo_literature.records import Release
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.errors import CollectError
from flows.http.client import Client
from flows.sources import pending_payload, pubmed_api, pubmed_files
from flows.sources.base import dated_windows
from tests.support.collecting import (
    DAY,
    FIRST,
    NOW,
    collect,
    fetch,
    files_shelf,
    new_baseline,
    read_ids,
    records,
    settings,
    shelf,
    span,
)
from tests.support.loading import load_files, query
from transforms.payloads.record_versions import request_version
from warehouse.catalog.publish import connect, read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import rows
from warehouse.revision.undo import undo
from warehouse.upkeep.verify import verify

LATER = dt.date(2026, 6, 1)


def search_requests(server):
    return [params for _, path, params in server.requests if path.endswith("esearch.fcgi")]


def test_from_the_service_to_the_catalog(lake):
    with LiteratureServer(shelf(30, days=3), LATER) as server:
        collected = collect("pubmed_api", settings(server, lake.root), span(3))
    assert {name: (row["state"], row["expected"], row["received"], row["kept"]) for name, row in collected.items()} == {
        f"created-2026-03-{day}": ("done", 10, 10, 10) for day in (10, 11, 12)
    }
    assert query(lake, "SELECT count(*), count(DISTINCT pmid), min(entered_on) FROM articles") == [(30, 30, DAY)]
    row = collected["created-2026-03-11"]
    assert (row["collector"], row["source"], row["since"], row["until"]) == (
        "pubmed_api", "pubmed", dt.date(2026, 3, 11), dt.date(2026, 3, 11),
    )  # fmt: skip
    assert (lake.root / row["payload"]).is_file()
    assert not list(lake.raw.rglob("state.json"))
    assert not list(lake.raw.rglob("page-*"))


def test_a_done_window_is_skipped_unless_forced(lake):
    with LiteratureServer(shelf(5), LATER) as server:
        config = settings(server, lake.root)
        assert len(collect("pubmed_api", config, span())) == 1
        asked = len(server.requests)
        assert collect("pubmed_api", config, span()) == {}
        assert len(server.requests) == asked
        [forced] = collect("pubmed_api", config, span(), force=True).values()
        assert (forced["received"], forced["kept"], forced["state"]) == (0, 0, "done")  # the same bytes: loaded already
        assert query(lake, "SELECT count(*) FROM documents") == [(5,)]


def test_an_open_window_is_collected_again(lake):
    with LiteratureServer(shelf(5), DAY) as server:
        config = settings(server, lake.root)
        evening = dt.datetime(2026, 3, 10, 20, tzinfo=dt.UTC)
        [row] = collect("pubmed_api", config, span(), now=evening).values()
        assert (row["state"], row["received"]) == ("open", 5)
        server.shelf = shelf(8)
        [row] = collect("pubmed_api", config, span()).values()
        assert (row["state"], row["received"], row["kept"], row["unchanged"]) == ("done", 8, 3, 5)
        assert collect("pubmed_api", config, span()) == {}


def test_failed_and_empty_windows_are_in_the_ledger(lake):
    with LiteratureServer(shelf(5), LATER) as server:
        config = settings(server, lake.root, attempts=1)
        [row] = collect("pubmed_api", config, span(query="other")).values()
        assert (row["state"], row["expected"], row["query"], row["payload"]) == ("done", 0, "other", None)
        assert not list(lake.raw.rglob("created-*"))
        server.faults = Faults({"server_error": 1.0})
        [row] = collect("pubmed_api", config, span()).values()
        assert (row["state"], row["received"], row["payload"]) == ("failed", 0, None)
        assert "HTTP 500" in row["reason"]
        assert query(lake, "SELECT count(*) FROM windows WHERE state = 'failed'") == [(1,)]
        with connect(lake) as connection:
            assert rows(connection, "status")[0]["failed_windows"] == 1
            assert verify(lake, connection)[1] == []
        server.faults = Faults()
        assert [row["state"] for row in collect("pubmed_api", config, span()).values()] == ["done"]
        with connect(lake) as connection:
            status = rows(connection, "status")[0]
            assert (status["failed_windows"], status["payloads"], status["received"]) == (0, 1, 5)
            assert verify(lake, connection)[1] == []


def test_records_not_returned_are_rejected(lake):
    with LiteratureServer(shelf(6), LATER, Faults({"missing_ids": 1.0})) as server:
        [row] = collect("pubmed_api", settings(server, lake.root), span()).values()
    assert (row["state"], row["expected"], row["received"], row["kept"], row["rejected"]) == ("failed", 6, 6, 5, 1)
    assert row["rejections"] == [{"reason": "not_returned", "records": 1}]
    assert query(lake, "SELECT document_id, reason FROM rejected") == [(f"pubmed:{FIRST + 5}", "not_returned")]


def test_a_payload_with_too_few_records_fails_its_window(lake, monkeypatch):
    """Whatever a source reports, the ledger compares the announced records with those in the payload."""
    monkeypatch.setattr(pubmed_api.PubmedApi, "_returned_pmids", lambda self, body, asked: asked)
    with LiteratureServer(shelf(6), LATER, Faults({"missing_ids": 1.0})) as server:
        [row] = collect("pubmed_api", settings(server, lake.root), span()).values()
    assert (row["state"], row["received"], row["expected"]) == ("failed", 5, 6)
    assert row["reason"] == "5 records of the 6 expected"


def test_created_and_modified(lake):
    articles = records(4)
    articles[FIRST] = dataclasses.replace(articles[FIRST], revised=DAY + dt.timedelta(days=1), title="Revised.")
    with LiteratureServer(Shelf(records=articles), LATER) as server:
        collected = collect("pubmed_api", settings(server, lake.root), span(2, dates=("created", "modified")))
    assert {name: row["received"] for name, row in collected.items()} == {
        "created-2026-03-10": 4, "created-2026-03-11": 0, "modified-2026-03-10": 3, "modified-2026-03-11": 1,
    }  # fmt: skip
    terms = {params["term"] for params in search_requests(server)}
    assert '("2026/03/10"[crdt] : "2026/03/10"[crdt])' in terms
    assert not any("edat" in term for term in terms)


def test_windows_beyond_the_search_limit_are_split(lake, monkeypatch):
    monkeypatch.setattr(pubmed_api, "SEARCH_LIMIT", 99)
    monkeypatch.setattr("flows.demo_literature.eutils_service.SEARCH_LIMIT", 99)
    stocked = shelf(700, days=2)
    with LiteratureServer(stocked, LATER) as server:
        collected = fetch("pubmed_api", settings(server, lake.root), span(2, query="record"))
    [(window, fetched)] = collected.items()
    assert (window.since, window.until, fetched.collected.expected) == (DAY, DAY + dt.timedelta(days=1), 700)
    ids = read_ids(lake, fetched.payload)
    assert sorted(ids) == sorted(f"pubmed:{pmid}" for pmid in stocked.records)
    searches = search_requests(server)
    assert len(searches) < 30
    assert searches[-1]["retmax"] == "0"  # the whole, counted once more


@pytest.mark.soak
def test_12345_records_of_one_day(tmp_path):
    stocked = shelf(12_345)
    with LiteratureServer(stocked, LATER) as server:
        [fetched] = fetch("pubmed_api", settings(server, tmp_path), span()).values()
        pages = [params for _, path, params in server.requests if path.endswith("efetch.fcgi")]
    assert (fetched.collected.state, fetched.collected.expected) == ("done", 12_345)
    assert sorted(read_ids(Lake.at(tmp_path), fetched.payload)) == sorted(f"pubmed:{pmid}" for pmid in stocked.records)
    assert len(pages) == 31


def test_pubmed_api_requires_an_email(lake):
    with LiteratureServer(shelf(1), LATER) as server:
        config = settings(server, lake.root, email=None)
        with pytest.raises(CollectError, match="none is configured") as raised:
            collect("pubmed_api", config, span())
        assert "HOOFBEATS_EMAIL" in raised.value.hint
        assert not server.requests


def test_an_invalid_key_is_reported_masked(lake):
    with LiteratureServer(shelf(1), LATER, api_keys=frozenset({"right"})) as server:
        config = settings(server, lake.root, ncbi_api_key="wrong-key-123")
        [row] = collect("pubmed_api", config, span()).values()
        assert row["state"] == "failed"
        assert "API key invalid" in row["reason"]
        assert "wrong-key-123" not in row["reason"]
        assert len(server.requests) == 1


def test_a_full_disk_leaves_the_ledger_consistent(lake, monkeypatch):
    with LiteratureServer(shelf(5), LATER) as server:
        config = settings(server, lake.root)

        def full(place, content):
            raise OSError(errno.ENOSPC, "No space left on device", str(place))

        with monkeypatch.context() as patched:
            patched.setattr(pending_payload, "_write", full)
            with pytest.raises(OSError, match="No space left"):
                collect("pubmed_api", config, span())
        assert read_version(lake).table("windows").num_rows == 0
        assert [row["state"] for row in collect("pubmed_api", config, span()).values()] == ["done"]


def since(day=dt.date(2025, 12, 1), until=LATER):
    return dataclasses.replace(span(), since=day, until=until)


def test_files_and_api_share_their_records(lake, tmp_path):
    with LiteratureServer(files_shelf(), LATER) as server:
        baseline = fetch("pubmed_files", settings(server, tmp_path / "other"), since(until=dt.date(2025, 12, 31)))
        [fetched] = baseline.values()
        load_files(lake, tmp_path / "other" / fetched.payload.path)  # by hand, and so not loaded again
        config = settings(server, lake.root)
        files = collect("pubmed_files", config, since())
        assert {name: row["received"] for name, row in files.items()} == {"pubmed26n0002.xml.gz": 1}
        assert files["pubmed26n0002.xml.gz"]["deletions"] == 1
        [row] = collect("pubmed_api", config, span()).values()
    assert (row["received"], row["kept"], row["unchanged"]) == (19, 0, 19)
    assert row["name"].endswith(".after-pubmed26n0002.xml.gz")
    assert query(lake, f"SELECT count(*), count(*) FILTER (pmid = {FIRST + 19}) FROM articles") == [(19, 0)]
    assert query(lake, f"SELECT title FROM articles WHERE pmid = {FIRST}") == [("Revised.",)]


def test_api_versions_are_ordered_between_files(lake, tmp_path):
    changed = dataclasses.replace(records(20)[FIRST + 1], title="Changed since.")
    newer = Release("pubmed26n0003.xml.gz", dt.date(2026, 5, 30), (dataclasses.replace(changed, title="Once more."),))
    title = f"SELECT title FROM articles WHERE pmid = {changed.pmid}"
    with LiteratureServer(files_shelf(newer), dt.date(2026, 3, 20)) as server:
        config = settings(server, lake.root)
        collect("pubmed_files", config, since())
        server.shelf = Shelf(records={changed.pmid: changed})
        [row] = collect("pubmed_api", config, span(), now=dt.datetime(2026, 3, 20, 8, tzinfo=dt.UTC)).values()
        assert row["kept"] == 1
        assert query(lake, title) == [("Changed since.",)]
        server.shelf, server.today = files_shelf(newer), LATER
        collect("pubmed_files", config, since())
        assert query(lake, title) == [("Once more.",)]
    assert request_version(row["name"]) // 10**11 == 2026_0002


def test_a_new_baseline_replaces_everything(lake):
    again = Release("pubmed27n0002.xml.gz", dt.date(2026, 12, 14), (records(20)[FIRST + 7],))
    with LiteratureServer(files_shelf(new_baseline(FIRST + 7, FIRST + 19), again), LATER) as server:
        config = settings(server, lake.root)
        collect("pubmed_files", config, since())
        server.today = dt.date(2026, 12, 12)
        collected = collect(
            "pubmed_files", config, since(until=server.today), now=dt.datetime(2026, 12, 13, tzinfo=dt.UTC)
        )
        assert list(collected) == ["pubmed27n0001.xml.gz", "baseline-2027-replaces"]
        assert (collected["pubmed27n0001.xml.gz"]["unchanged"], collected["pubmed27n0001.xml.gz"]["kept"]) == (18, 0)
        assert collected["baseline-2027-replaces"]["deletions"] == 1  # the other was deleted before
        assert query(lake, f"SELECT count(*), count(*) FILTER (pmid = {FIRST + 7}) FROM articles") == [(18, 0)]
        server.today = dt.date(2026, 12, 20)
        collect("pubmed_files", config, since(until=server.today))
        assert query(lake, f"SELECT count(*), count(*) FILTER (pmid = {FIRST + 7}) FROM articles") == [(19, 1)]


@pytest.mark.soak
def test_a_baseline_lacking_too_many_records_deletes_nothing(lake, monkeypatch):
    monkeypatch.setattr(pubmed_files, "FEW", 3)
    with LiteratureServer(files_shelf(new_baseline(*range(FIRST + 7, FIRST + 17))), LATER) as server:
        config = settings(server, lake.root)
        collect("pubmed_files", config, since())
        server.today = dt.date(2026, 12, 12)
        row = collect("pubmed_files", config, since(until=server.today))["baseline-2027-replaces"]
    assert row["state"] == "failed"
    assert "10 of 20 records are not in the baseline" in row["reason"]
    assert query(lake, "SELECT count(*) FROM articles") == [(20,)]


def test_an_undone_window_can_be_collected_again(lake):
    with LiteratureServer(shelf(5), LATER) as server:
        config = settings(server, lake.root)
        [row] = collect("pubmed_api", config, span()).values()
        undo(lake, row["batch"])
        assert query(lake, "SELECT count(*) FROM articles") == [(0,)]
        [row] = collect("pubmed_api", config, span()).values()
        assert (row["state"], row["kept"]) == ("done", 5)


def test_europe_pmc_to_the_catalog(lake):
    preprints = tuple(records(7).values())
    with LiteratureServer(Shelf(records=records(3, first=100), preprints=preprints), LATER) as server:
        config = settings(server, lake.root)
        [row] = collect("europepmc", config, span()).values()
        [both] = collect("europepmc", config, span(query="record")).values()
        assert "SRC:PPR" in server.requests[0][2]["query"]
    assert (row["source"], row["expected"], row["received"], row["kept"]) == ("europepmc", 7, 7, 7)
    assert (both["received"], both["kept"], both["unchanged"]) == (10, 3, 7)
    assert query(lake, "SELECT source, count(*), count(pmid) FROM documents GROUP BY ALL") == [("europepmc", 10, 3)]


def test_europe_pmc_s_updates(tmp_path):
    first, second = records(2).values()
    revised = dataclasses.replace(first, revised=DAY + dt.timedelta(days=1))
    with LiteratureServer(Shelf(preprints=(revised, second)), LATER) as server:
        found = fetch("europepmc", settings(server, tmp_path), span(2, dates=("created", "modified")))
    counts = {window.name: fetched.collected.expected for window, fetched in found.items()}
    assert counts == {
        "indexed-2026-03-10": 2, "indexed-2026-03-11": 0, "updated-2026-03-10": 1, "updated-2026-03-11": 1,
    }  # fmt: skip


def test_a_source_is_collected_by_one_run_at_a_time(lake):
    from flows.windows.locks import SourceLock

    with (
        SourceLock(lake, "pubmed_api"),
        pytest.raises(CollectError, match="another run"),
        SourceLock(lake, "pubmed_api"),
    ):
        pass
    with SourceLock(lake, "europepmc"):
        pass


def test_requests_keep_the_rate_limit_of_the_service(tmp_path):
    with LiteratureServer(shelf(0), LATER, limit_per_s=3) as server:
        config = settings(server, tmp_path, requests_per_second=None)
        fetch("pubmed_api", config, span(8))
        times = [at for at, _, _ in server.requests]
    assert len(times) == 8
    assert max(sum(at <= other < at + 1 for other in times) for at in times) <= 3
    assert times[-1] - times[0] < 4


def test_received_pages_are_not_requested_again(tmp_path, monkeypatch):
    monkeypatch.setattr(pubmed_api, "RECORDS_PER_PAGE", 10)
    kept = pending_payload.PendingPayload.write_page
    with LiteratureServer(shelf(55), LATER) as server:
        config = settings(server, tmp_path)
        for stop in (0, 2, 3):

            def keep(pending, number, bodies, stop=stop):
                if number == stop:
                    raise KeyboardInterrupt
                kept(pending, number, bodies)

            monkeypatch.setattr(pending_payload.PendingPayload, "write_page", keep)
            with pytest.raises(KeyboardInterrupt):
                fetch("pubmed_api", config, span())
        monkeypatch.setattr(pending_payload.PendingPayload, "write_page", kept)
        [fetched] = fetch("pubmed_api", config, span()).values()
        asked = [params.get("id", "search") for _, _, params in server.requests]
    assert len(set(asked)) == 7
    assert len(asked) == 7 + 3  # each time the interrupted page alone
    assert sorted(read_ids(Lake.at(tmp_path), fetched.payload)) == sorted(f"pubmed:{FIRST + at}" for at in range(55))


def test_a_resumed_window_keeps_its_version(tmp_path, monkeypatch):
    kept = pending_payload.PendingPayload.write_page
    with LiteratureServer(shelf(5), LATER) as server, Client(settings(server, tmp_path)) as client:
        config = settings(server, tmp_path)
        pending = pending_payload.PendingPayload(Lake.at(tmp_path), window := dated("created"), lambda: NOW)
        monkeypatch.setattr(
            pending_payload.PendingPayload, "write_page", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            pubmed_api.PubmedApi(client, config, after=(2026, 7), now=lambda: NOW).fetch(window, pending)
        monkeypatch.setattr(pending_payload.PendingPayload, "write_page", kept)
        fetched = pubmed_api.PubmedApi(client, config, after=(2026, 8), now=lambda: NOW).fetch(window, pending)
    assert fetched.payload.name.endswith(".after-pubmed26n0007.xml.gz")


def dated(what):
    [window] = dated_windows("pubmed_api", span(), what)
    return window


def test_the_time_of_the_request_orders_versions(lake):
    with LiteratureServer(shelf(1), LATER) as server, Client(settings(server, lake.root)):
        [row] = collect("pubmed_api", settings(server, lake.root), span()).values()
    assert query(lake, "SELECT DISTINCT version FROM documents") == [(request_version(row["name"]),)]
    assert request_version(row["name"]) == 2026_0000_152_43_200_000  # 2026-06-01 is day 152; noon
    assert NOW.timetuple().tm_yday == 152

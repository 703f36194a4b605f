"""Backfills against the embedded server: failures, concurrent runs, a replaced vocabulary."""

import dataclasses
import datetime as dt
import threading

import pytest

from flows.choices import Mode, Order, SourceName, WindowSize
from flows.demo_literature.faults import Faults
from flows.demo_literature.mesh_excerpt import mesh
from flows.demo_literature.server import LiteratureServer
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings
from flows.windows.locks import WindowLocks
from tests.support.backfilling import backfill, days, request
from tests.support.collecting import DAY, NOW, collect, files_shelf, new_baseline, settings, shelf, span
from tests.support.loading import query
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.errors import VocabularyChangedError

LATER = NOW.date()


class FailingServer(LiteratureServer):
    """Responds with an error if a search names one of some days."""

    failing: tuple[str, ...] = ()
    status = 500

    def _eutils(self, service, params, fault):
        if any(day in params.get("term", "") for day in self.failing):
            return self.status, "text/plain", b"no"
        return super()._eutils(service, params, fault)


def states(result):
    return {row["window_name"]: row["state"] for row in result.windows}


def test_a_window_that_fails_stops_no_other_and_is_tried_again(lake):
    with FailingServer(shelf(8, days=4), LATER) as server:
        server.failing, server.status = ("2026/03/12",), 400
        config = settings(server, lake.root, attempts=2)
        first = backfill(config, days(4))
        assert states(first) == {
            f"created-2026-03-{day}": "failed" if day == 12 else "done" for day in (13, 12, 11, 10)
        }
        assert list(states(first)) == sorted(states(first), reverse=True)
        assert "HTTP 400" in first.failed[0]["reason"]
        server.failing = ()
        again = backfill(config, days(4, mode=Mode.FAILED))
        assert states(again) == {"created-2026-03-12": "done"}
        nothing = backfill(config, days(4))
        assert (nothing.windows, nothing.already_done) == ([], 4)
    assert query(lake, "SELECT count(*), count(DISTINCT pmid) FROM documents") == [(8, 8)]


def test_an_unreachable_service_skips_the_remaining_windows(lake):
    with FailingServer(shelf(12, days=12), LATER) as server:
        server.failing, server.status = ("2026/03",), 403
        result = backfill(settings(server, lake.root), days(12), parallel=1)
        assert len(server.requests) == 3
    assert len(result.failed) == 12
    assert result.windows[-1]["reason"].startswith("not attempted after created-2026-03-21, created-2026-03-20, ")


def test_unexpected_errors_are_recorded_as_reasons(lake, monkeypatch):
    from flows.prepare import payload as prepare

    def damaged(stream, payload):
        if "2026-03-11" in payload.name:
            raise ValueError("a record like no other")
        return read(stream, payload)

    read = prepare.READERS["pubmed"]
    monkeypatch.setitem(prepare.READERS, "pubmed", damaged)
    with LiteratureServer(shelf(3, days=3), LATER) as server:
        result = backfill(settings(server, lake.root), days(3))
    assert [row["reason"] for row in result.windows] == [None, "ValueError: a record like no other", None]
    assert query(lake, "SELECT count(*) FROM documents") == [(2,)]


def test_a_window_that_cannot_be_committed_fails_alone(lake):
    def fussy(place, units):
        if any("2026-03-11" in unit.payload.name for unit in units):
            raise AssertionError("the sums do not agree")
        return commit(place, units)

    with LiteratureServer(shelf(2, days=2), LATER) as server:
        config = settings(server, lake.root)
        result = backfill(config, days(2), commit=fussy)
        assert [row["reason"] for row in result.failed] == ["AssertionError: the sums do not agree"]
        assert query(lake, "SELECT count(*) FROM documents") == [(1,)]
        assert list(states(backfill(config, days(2)))) == ["created-2026-03-11"]
    assert query(lake, "SELECT count(*) FROM documents") == [(2,)]


def test_parallel_limits_the_windows_in_progress(lake):
    running, most, lock = 0, 0, threading.Lock()

    class Counting(LiteratureServer):
        def _eutils(self, service, params, fault):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                threading.Event().wait(0.1)
                return super()._eutils(service, params, fault)
            finally:
                with lock:
                    running -= 1

    with Counting(shelf(0), LATER) as server:
        backfill(settings(server, lake.root), days(9), parallel=3)
    assert 2 <= most <= 3


def test_a_window_locked_by_another_run_is_skipped(lake):
    with LiteratureServer(shelf(6, days=3), LATER) as server:
        config = settings(server, lake.root)
        theirs = days(3).span
        window = next(iter(windows_of(theirs)))
        locks = WindowLocks(lake)
        assert locks.acquire(window)

        def finish_theirs():
            collect("pubmed_api", config, span())
            locks.release(window)

        timer = threading.Timer(1.0, finish_theirs)
        timer.start()
        result = backfill(config, days(3))
        timer.join()
        efetches = [params["id"] for _, path, params in server.requests if path.endswith("efetch.fcgi")]
    assert list(states(result)) == ["created-2026-03-12", "created-2026-03-11"]
    assert result.done_by_others == 1
    assert len(efetches) == len(set(efetches)) == 3
    assert query(lake, "SELECT count(*), count(DISTINCT window_name) FROM windows") == [(3, 3)]


def windows_of(theirs):
    from flows.sources.base import dated_windows

    return dated_windows("pubmed_api", theirs, "created")


@pytest.mark.soak
def test_a_window_released_by_another_run_is_collected(lake):
    with LiteratureServer(shelf(2, days=2), LATER) as server:
        locks, window = WindowLocks(lake), next(iter(windows_of(days(2).span)))
        assert locks.acquire(window)
        timer = threading.Timer(0.5, locks.release_all)
        timer.start()
        result = backfill(settings(server, lake.root), days(2))
        timer.join()
    assert states(result) == {"created-2026-03-11": "done", "created-2026-03-10": "done"}


def test_two_backfills_at_once_share_the_work(lake):
    results = []
    with LiteratureServer(shelf(12, days=6), LATER) as server:
        config = settings(server, lake.root)
        runs = [
            threading.Thread(
                target=lambda order=order: results.append(backfill(config, days(6, order=order), windows_per_commit=3))
            )
            for order in Order
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        efetches = [params["id"] for _, path, params in server.requests if path.endswith("efetch.fcgi")]
    assert sum(len(result.windows) + result.done_by_others + result.already_done for result in results) == 12
    assert sum(len(result.windows) for result in results) == 6
    assert len(efetches) == len(set(efetches)) == 6
    assert query(lake, "SELECT count(*), count(DISTINCT window_name), bool_and(state = 'done') FROM windows") == [
        (6, 6, True)
    ]
    assert query(lake, "SELECT count(*), count(DISTINCT document_id) FROM sightings") == [(12, 12)]


@pytest.mark.soak
def test_windows_are_collected_again_after_a_vocabulary_change(lake, tmp_path):
    replaced = []

    def commit_late(place, units):
        if not replaced:
            (tmp_path / "mesh.xml").write_bytes(mesh())
            (tmp_path / "own.csv").write_text("id,name,category\nOWN:1,Record,C\n")
            replaced.append(load_vocabulary([tmp_path / "mesh.xml", tmp_path / "own.csv"], Settings(lake=place.root)))
        return commit(place, units)

    with LiteratureServer(shelf(6, days=3), LATER) as server:
        result = backfill(settings(server, lake.root), days(3), commit=commit_late)
        efetches = [params for _, path, params in server.requests if path.endswith("efetch.fcgi")]
    assert set(states(result).values()) == {"done"}
    assert len(efetches) == 3
    assert query(lake, "SELECT count(*), bool_and(concept_id = 'OWN:1') FROM mentions") == [(6, True)]


def test_repeated_vocabulary_changes_are_an_error(lake):
    def never(place, units):
        raise VocabularyChangedError("again")

    with LiteratureServer(shelf(1), LATER) as server, pytest.raises(VocabularyChangedError):
        backfill(settings(server, lake.root), days(1), commit=never)


@pytest.mark.soak
def test_the_replacement_window_runs_after_the_baseline(lake):
    with LiteratureServer(files_shelf(new_baseline(39_000_008)), LATER) as server:
        config = settings(server, lake.root)
        collect("pubmed_files", config, dataclasses.replace(span(), since=dt.date(2025, 12, 1), until=LATER))
        server.today = dt.date(2026, 12, 13)
        result = backfill(
            config, request((dt.date(2025, 12, 1), server.today), source=SourceName.PUBMED_FILES),
            now=dt.datetime(2026, 12, 13, tzinfo=dt.UTC),
        )  # fmt: skip
    assert states(result) == {"pubmed27n0001.xml.gz": "done", "baseline-2027-replaces": "done"}
    assert result.windows[-1]["deletions"] == 1


@pytest.mark.soak
def test_network_faults_lose_and_repeat_no_record(lake):
    odds = {"truncated_body": 0.1, "server_error": 0.1, "html_page": 0.1}
    with LiteratureServer(shelf(40, days=10), LATER, Faults(odds, seed=7)) as server:
        config = settings(server, lake.root, attempts=12)
        result = backfill(config, request((DAY, DAY + dt.timedelta(days=9)), WindowSize.WEEK))
        assert server.faults.drawn
    assert len(result.windows) == 2
    assert result.failed == []
    assert read_version(lake).table("windows").num_rows == 2
    assert query(lake, "SELECT count(*), count(DISTINCT pmid) FROM documents") == [(40, 40)]

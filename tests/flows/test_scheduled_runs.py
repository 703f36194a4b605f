"""Scheduled runs after missed, late and repeated slots: no record is left out, whatever the time since."""

import datetime as dt
import logging
from unittest.mock import Mock

import pytest

from flows import collect as collecting
from flows.choices import SourceName
from flows.demo_literature.records import Release
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.sources.base import Span, settled
from flows.windows.collect_window import LakeSnapshot, choose_due, collect_window, make_source
from tests.support.collecting import FIRST, collect, records, settings
from tests.support.loading import query
from warehouse.catalog.publish import read_version
from warehouse.commit.coverage import find_holes
from warehouse.commit.ingest import commit
from warehouse.commit.ledger import CollectedWindow, Window, record_windows

BEGIN = dt.date(2026, 3, 1)
DAYS = 60
NIGHTS_RUN = [10, 11, 12, 43, 44, 59]
"""Missed: 13 to 42, and 45 to 58."""
SETTLED = 3


def day(number):
    return BEGIN + dt.timedelta(days=number)


def at(number):
    return dt.datetime.combine(day(number), dt.time(23), dt.UTC)


@pytest.fixture
def server(lake):
    """Sixty days with one record each, which has a preprint; and a file each day."""
    created = tuple(records(DAYS, days=DAYS, since=BEGIN).values())
    first = Release("pubmed26n0001.xml.gz", BEGIN, tuple(records(3, first=FIRST - 10, since=BEGIN).values()))
    later = [Release(f"pubmed26n{number + 2:04d}.xml.gz", day(number), (created[number],)) for number in range(DAYS)]
    with LiteratureServer(Shelf((first, *later), frozenset({first.name}), preprints=created), BEGIN) as server:
        server.lake = lake.root
        yield server


def pretend_run(lake, source, number, span, fails=()):
    """Enter in the ledger what a scheduled run would collect; return the names of its windows."""
    version = read_version(lake)
    planned = source.resume(span, version.table("windows").to_pylist())
    chosen = choose_due(planned, version, SETTLED, day(number), overlap=span.since).windows
    states = {window: settled(window, at(number), SETTLED) for window in chosen}
    collected = [CollectedWindow(window, state, collected_at=at(number)) for window, state in states.items()]
    record_windows(lake, [(one.failed("down") if one.window.name in fails else one, None) for one in collected])
    return [window.name for window in chosen]


def run(server, lake, number, source="pubmed_api", days=7, kinds=("created",), asked=None, fails=()):
    server.today = day(number)
    with collecting.Client(config := settings(server, lake.root)) as client:
        origin = make_source(source, client, config, read_version(lake), lambda: at(number))
        span = Span(day(number - days), day(number), asked, kinds)
        return pretend_run(lake, origin, number, span, fails)


def holes(lake, number):
    return find_holes(read_version(lake).table("windows").to_pylist(), day(number), SETTLED)


@pytest.mark.parametrize("source", ["pubmed_api", "europepmc"])
@pytest.mark.parametrize("asked", [None, "case reports[pt]"])
def test_missed_slots_leave_no_day_out(lake, server, source, asked):
    for number in NIGHTS_RUN:
        run(server, lake, number, source, kinds=("created", "modified"), asked=asked)
    rows = query(lake, "SELECT split_part(window_name, '-', 1), since, until FROM windows")
    for kind in ("created", "modified") if source == "pubmed_api" else ("indexed", "updated"):
        of_kind = [row for row in rows if row[0] == kind]
        assert all(any(since <= day(n) <= until for _, since, until in of_kind) for n in range(3, 60))
    assert holes(lake, 59) == []


def test_missed_slots_leave_no_file_out(lake, server):
    for number in (20, 40):
        run(server, lake, number, "pubmed_files", days=3)
    names = {name for (name,) in query(lake, "SELECT window_name FROM windows")}
    assert names == {f"pubmed26n{number:04d}.xml.gz" for number in range(19, 43)}
    assert holes(lake, 40) == []


def test_a_file_that_failed_is_tried_again_whatever_its_date(lake, server):
    run(server, lake, 5, "pubmed_files", days=3, fails=["pubmed26n0005.xml.gz"])
    assert [hole.describe_days() for hole in holes(lake, 6)] == ["pubmed_files: pubmed26n0005.xml.gz (1 file)"]
    assert run(server, lake, 30, "pubmed_files", days=3)[0] == "pubmed26n0005.xml.gz"
    assert holes(lake, 30) == []


def test_late_and_repeated_slots_and_slots_out_of_order(lake, server):
    for number in (10, 30, 12, 31, 31, 20):
        run(server, lake, number)
    rows = query(lake, "SELECT DISTINCT since FROM windows")
    assert {since for (since,) in rows} == {day(number) for number in range(3, 32)}
    done = query(lake, "SELECT count(*), count(DISTINCT window_name) FROM windows WHERE state = 'done'")
    assert done == [(25, 25)]  # 3 to 27 once each; later days were too recent in every run


def test_a_first_run_begins_with_its_overlap(lake, server):
    assert run(server, lake, 10) == [f"created-{day(number)}" for number in range(3, 11)]
    assert run(server, lake, 10, "pubmed_files", days=3) == [f"pubmed26n{n:04d}.xml.gz" for n in range(9, 13)]


def test_a_window_that_keeps_failing_pauses_and_lets_the_others_pass(lake, server):
    run(server, lake, 10)
    failing = f"created-{day(12)}"
    tried = [number for number in range(18, 27) if failing in run(server, lake, number, fails=[failing])]
    assert tried == [18, 19, 21, 25]
    assert [hole.describe_days() for hole in holes(lake, 26)] == [f"pubmed_api created: {day(12)} (1 day)"]


def test_a_window_that_failed_comes_last(lake, server):
    run(server, lake, 10)
    failing = f"created-{day(12)}"
    run(server, lake, 20, fails=[failing])
    assert run(server, lake, 21)[-1] == failing


def test_an_outage_of_the_service_does_not_make_its_windows_pause(lake, server):
    run(server, lake, 10)
    failing = [f"created-{day(number)}" for number in range(40)]
    for number in (11, 12, 13, 17):
        run(server, lake, number, fails=failing)
    assert set(run(server, lake, 30)) >= {f"created-{day(number)}" for number in range(7, 31)}


def test_collected_records_after_a_pause(lake, server):
    for number in (4, 12):
        server.today = day(number)
        span = Span(day(number - 2), day(number), None, ("created",))
        collect("pubmed_api", settings(server, lake.root), span, now=at(number), resume=True)
    assert query(lake, "SELECT count(DISTINCT pmid) FROM documents") == [(11,)]  # 2 to 12 March


def test_the_flow_reports_the_holes_it_fills(lake, server, monkeypatch, caplog):
    run(server, lake, 10)
    caplog.set_level(logging.INFO)
    published = []

    def side_by_side(lake, source, windows):
        known = LakeSnapshot.from_version(read_version(lake))
        return [collect_window(lake, source, window, known, lambda: at(20)) for window in windows]

    server.today = day(20)
    monkeypatch.setattr(collecting, "utc_now", lambda: at(20))
    monkeypatch.setattr(collecting, "make_source", lambda *given: make_source(*given, lambda: at(20)))
    monkeypatch.setattr(collecting, "_collect_group", side_by_side)
    monkeypatch.setattr(collecting, "commit_units", commit)
    monkeypatch.setattr(collecting, "get_run_logger", lambda: logging.getLogger("run"))
    for name in ("ProgressArtifact", "track_watches", "announce_changes"):
        monkeypatch.setattr(collecting, name, Mock())
    monkeypatch.setattr(collecting, "publish_windows", lambda *what: published.append(what))
    config = settings(server, lake.root)
    result = collecting.collect.fn(SourceName.PUBMED_API, dates=["created"], days=7, settings=config)
    assert [row["window_name"] for row in result.windows] == [f"created-{day(number)}" for number in range(7, 21)]
    hole = "pubmed_api created: 2026-03-08 to 2026-03-14 (7 days)"
    assert f"the ledger has a hole, which this run tries to fill: {hole}" in caplog.text
    assert result.holes == []
    [(_, _, _, remarks)] = published
    assert remarks == ["filled in this run: pubmed_api created: 2026-03-08 to 2026-03-14 (7 days)"]


def test_windows_of_a_backfill_are_not_collected_again(lake, server):
    month = Window("pubmed_api", f"created-{day(0)}-to-{day(30)}", "created", day(0), day(30))
    record_windows(lake, [(CollectedWindow(month, collected_at=at(40)), None)])
    record_windows(lake, [(CollectedWindow(Window("pubmed_api", f"created-{day(31)}", "created", day(31), day(31)),
                                           collected_at=at(40)), None)])  # fmt: skip
    assert run(server, lake, 34) == [f"created-{day(number)}" for number in (32, 33, 34)]

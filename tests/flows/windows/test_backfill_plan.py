"""The windows of a backfill, their order, and the estimate of a dry run."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.choices import Mode, Order, SourceName, WindowSize
from flows.demo_literature.faults import Faults
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.errors import CollectError
from flows.http.client import Client
from flows.sources.base import Span, dated_windows
from flows.windows.backfill_plan import choose_windows, estimate_backfill
from flows.windows.collect_window import make_source
from tests.support.backfilling import request
from tests.support.collecting import DAY, NOW, collect, files_shelf, new_baseline, records, settings, shelf, span
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake

LATER = NOW.date()


def planned(config, asked_for):
    lake = Lake.at(config.lake)
    version = read_version(lake)
    with Client(config) as client:
        source = make_source(asked_for.source, client, config, version, lambda: NOW)
        found = choose_windows(asked_for, source.plan(asked_for.span), version)
    return [window.name for window in found.windows], found.already_done


DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31))


@given(DAYS, st.integers(0, 900), st.sampled_from(WindowSize))
def test_windows_cover_every_day_once_and_follow_the_calendar(first, more, size):
    last = first + dt.timedelta(days=more)
    windows = list(dated_windows("pubmed_api", Span(first, last, window=size), "created"))
    days = [
        window.since + dt.timedelta(days=at)
        for window in windows
        for at in range((window.until - window.since).days + 1)
    ]
    assert days == [first + dt.timedelta(days=at) for at in range(more + 1)]
    for window in windows[:-1]:
        after = window.until + dt.timedelta(days=1)
        begins = {
            "day": True,
            "week": after.weekday() == 0,
            "month": after.day == 1,
            "year": after.timetuple().tm_yday == 1,
        }
        assert begins[size]
        assert (after - window.since).days <= {"day": 1, "week": 7, "month": 31, "year": 366}[size]


def test_newest_first_or_oldest_first(lake):
    with LiteratureServer(shelf(0), LATER) as server:
        config = settings(server, lake.root)
        newest, done = planned(config, request(window=WindowSize.MONTH, dates=("created", "modified")))
        oldest, _ = planned(config, request(window=WindowSize.MONTH, order=Order.OLDEST))
    assert done == 0
    assert [name.partition("-")[2] for name in newest] == [
        "2026-04-01-to-2026-04-08", "2026-04-01-to-2026-04-08", "2026-03-10-to-2026-03-31", "2026-03-10-to-2026-03-31",
    ]  # fmt: skip
    assert oldest == ["created-2026-03-10-to-2026-03-31", "created-2026-04-01-to-2026-04-08"]


def test_only_days_without_a_finished_window_are_planned(lake):
    with LiteratureServer(shelf(40, days=20), LATER) as server:
        config = settings(server, lake.root)
        collect("pubmed_api", config, span(3))  # 10 to 12 March
        collect(
            "pubmed_api", config, dataclasses.replace(span(), since=dt.date(2026, 3, 20), until=dt.date(2026, 3, 20))
        )
        found = planned(config, request(window=WindowSize.WEEK, order=Order.OLDEST))
        another_query = planned(config, request(window=WindowSize.MONTH, query="record"))
        everything = planned(config, request(window=WindowSize.WEEK, order=Order.OLDEST, mode=Mode.ALL))
        covered = planned(config, request((DAY, DAY + dt.timedelta(days=2))))
    assert found == (
        [
            "created-2026-03-13-to-2026-03-15", "created-2026-03-16-to-2026-03-19", "created-2026-03-21-to-2026-03-22",
            "created-2026-03-23-to-2026-03-29", "created-2026-03-30-to-2026-04-05", "created-2026-04-06-to-2026-04-08",
        ],
        0,
    )  # fmt: skip
    assert len(another_query[0]) == 2
    assert everything[0][:2] == ["created-2026-03-10-to-2026-03-15", "created-2026-03-16-to-2026-03-22"]
    assert len(everything[0]) == 5
    assert covered == ([], 1)


def test_failed_windows_are_planned_as_requested_before(lake):
    with LiteratureServer(shelf(5), LATER, Faults({"server_error": 1.0})) as server:
        config = settings(server, lake.root, attempts=1)
        collect("pubmed_api", config, span(2))
        server.faults = Faults()
        collect(
            "pubmed_api",
            config,
            dataclasses.replace(span(), since=DAY + dt.timedelta(days=1), until=DAY + dt.timedelta(days=1)),
        )
        assert planned(config, request(window=WindowSize.YEAR, mode=Mode.FAILED)) == (["created-2026-03-10"], 0)
        assert planned(config, request(window=WindowSize.YEAR, mode=Mode.FAILED, dates=("modified",))) == ([], 0)
        assert planned(config, request((DAY + dt.timedelta(days=1), LATER), mode=Mode.FAILED)) == ([], 0)


def test_the_replacement_window_comes_last(lake):
    with LiteratureServer(files_shelf(new_baseline()), LATER) as server:
        config = settings(server, lake.root)
        collect("pubmed_files", config, dataclasses.replace(span(), since=dt.date(2025, 12, 1), until=LATER))
        server.today = dt.date(2026, 12, 20)
        found, done = planned(
            config, request((dt.date(2025, 12, 1), server.today), source=SourceName.PUBMED_FILES, mode=Mode.ALL)
        )
    assert found[-1] == "baseline-2027-replaces"
    assert found[0] == "pubmed27n0001.xml.gz"
    assert done == 0


@pytest.mark.parametrize("source", [SourceName.PUBMED_API, SourceName.EUROPEPMC])
def test_an_estimate_has_the_counts_of_the_source_and_changes_nothing(lake, source):
    stocked = Shelf(records=records(45, days=45), preprints=tuple(records(45, days=45).values()))
    with LiteratureServer(stocked, LATER) as server:
        config = settings(server, lake.root, requests_per_second=20.0)
        found = estimate_backfill(request((DAY, DAY + dt.timedelta(days=44)), WindowSize.MONTH, source=source), config)
        assert len(server.requests) == 2
        assert not any(path.endswith("efetch.fcgi") for _, path, _ in server.requests)
    windows = found["windows"]
    assert [(row["since"], row["expected"]) for row in windows] == [(dt.date(2026, 4, 1), 23), (DAY, 22)]
    assert {row["requests"] for row in windows} == {2}  # a search and a page; a page and the end
    assert windows[0]["minutes"] == round(2 / 20 / 60, 2)
    assert (found["total"]["expected"], found["total"]["requests"], found["total"]["windows"]) == (45, 4, 2)
    assert read_version(lake).table("windows").num_rows == 0


def test_an_estimate_without_counts_has_no_records(lake):
    with LiteratureServer(files_shelf(), LATER) as server:
        config = settings(server, lake.root)
        found = estimate_backfill(request((dt.date(2025, 12, 1), LATER), source=SourceName.PUBMED_FILES), config)
    assert [(row["window_name"], row["expected"], row["requests"]) for row in found["windows"]] == [
        ("pubmed26n0002.xml.gz", None, 2), ("pubmed26n0001.xml.gz", None, 2),
    ]  # fmt: skip
    assert found["total"]["expected"] is None


def test_an_estimate_of_an_unreachable_service_fails(lake):
    with LiteratureServer(shelf(1), LATER, Faults({"server_error": 1.0})) as server:
        config = settings(server, lake.root, attempts=1)
        for source in (SourceName.PUBMED_FILES, SourceName.PUBMED_API):
            with pytest.raises(CollectError, match="HTTP 500"):
                estimate_backfill(request(source=source), config)
    assert read_version(lake).table("windows").num_rows == 0


def test_future_days_are_cut_and_an_empty_span_is_refused():
    today = dt.datetime.now(dt.UTC).date()
    assert request((DAY, today + dt.timedelta(days=400))).validated().span.until == today
    with pytest.raises(CollectError, match="no days"):
        request((today + dt.timedelta(days=5), today + dt.timedelta(days=9))).validated()
    with pytest.raises(CollectError, match="too long ago"):
        request((dt.date(1, 1, 1), today)).validated()

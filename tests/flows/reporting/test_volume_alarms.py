"""Volume alarms: few records by chance, and a source that stopped delivering."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reporting.volume_alarms import Alarm, all_rejected, check_empty_window, no_files, unusual_windows
from warehouse.commit.ledger import CollectedWindow, Window

TODAY = dt.date(2026, 6, 3)  # a Wednesday
NOW = dt.datetime(2026, 6, 6, 3, tzinfo=dt.UTC)


def row(day, received, **more):
    numbers = {
        "collector": "pubmed_api", "window_name": f"created-{day}", "query": None, "since": day, "until": day,
        "state": "done", "received": received, "expected": received, "rejected": 0, "collected_at": NOW,
    }  # fmt: skip
    return {**numbers, **more}


def history(days, received=lambda day: 1000):
    return [row(day, received(day)) for at in range(1, days + 1) for day in [TODAY - dt.timedelta(days=at)]]


def at_weekends_less(day):
    return 1000 if day.weekday() < 5 else 0


def nothing(day=TODAY, expected=0, collected_at=NOW, **more):
    window = Window(more.get("collector", "pubmed_api"), more.get("name", f"created-{day}"), "created", day, day)
    return CollectedWindow(window, more.get("state", "open"), expected, collected_at=collected_at)


def test_an_empty_window_fails_where_many_records_are_usual():
    entry = check_empty_window(nothing(), history(30))
    assert (entry.state, entry.reason) == ("failed", "0 records, where 1,000 are usual")
    assert entry.window == nothing().window


def test_few_records_are_an_alarm_where_many_are_usual():
    assert unusual_windows([row(TODAY, 99)], history(30)) == [
        Alarm("pubmed_api created-2026-06-03: 99 records, where 1,000 are usual")
    ]
    assert unusual_windows([row(TODAY, 100)], history(30)) == []


def test_a_day_is_compared_with_its_own_weekday():
    sunday = dt.date(2026, 6, 7)
    quiet, silent = nothing(sunday, collected_at=NOW + dt.timedelta(7)), nothing()
    assert check_empty_window(quiet, history(50, at_weekends_less)) is quiet
    assert check_empty_window(silent, history(50, at_weekends_less)).state == "failed"


@pytest.mark.parametrize(
    ("quiet", "before"),
    [
        (nothing(), history(6)),
        (nothing(), history(30, lambda day: 9)),
        (nothing(name="modified-2026-06-03"), history(30)),
        (nothing(collector="europepmc"), history(30)),
        (nothing(collected_at=dt.datetime(2026, 6, 4, 23, tzinfo=dt.UTC)), history(30)),
        (nothing(state="failed"), history(30)),
        (nothing(expected=1000), history(30)),
        (CollectedWindow(Window("web_pages", "example.org-1")), history(30)),
        (nothing(TODAY + dt.timedelta(days=90), collected_at=NOW + dt.timedelta(days=90)), history(30)),
    ],
    ids=[
        "too little is known", "few are usual", "another kind", "another source", "not listed yet", "failed already",
        "collected again, unchanged", "no days", "long after",
    ],
)  # fmt: skip
def test_no_alarm(quiet, before):
    assert check_empty_window(quiet, before) is quiet


@given(st.lists(st.integers(10, 10**6), min_size=7, max_size=60))
def test_empty_days_fail_whenever_all_days_before_had_records(received):
    days = [row(TODAY - dt.timedelta(days=at), records) for at, records in enumerate(received, start=1)]
    assert check_empty_window(nothing(), days).state == "failed"


def test_all_rejected():
    assert all_rejected([row(TODAY, 9, rejected=9)]) == []
    assert all_rejected([row(TODAY, 10, rejected=9)]) == []
    assert all_rejected([]) == []
    [alarm] = all_rejected([row(TODAY, 6, rejected=6), row(TODAY, 4, rejected=4)])
    assert alarm == Alarm("pubmed_api: all 10 records were rejected", fatal=True)


def test_no_files():
    files = [row(TODAY, 1, collector="pubmed_files", since=None, collected_at=NOW - dt.timedelta(days=at))
             for at in range(1, 6)]  # fmt: skip
    [alarm] = no_files("pubmed_files", 0, files, NOW)
    assert alarm.fatal
    assert no_files("pubmed_files", 1, files, NOW) == []
    assert no_files("pubmed_files", 0, files[1:], NOW) == []
    assert no_files("pubmed_files", 0, files, NOW + dt.timedelta(days=60)) == []
    assert no_files("europepmc", 0, [{**one, "collector": "europepmc"} for one in files], NOW) == []

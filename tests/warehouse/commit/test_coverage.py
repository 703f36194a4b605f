"""Complete days and files of each source by the ledger, and the holes between them."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from warehouse.commit.coverage import (
    Series,
    find_holes,
    first_followed_file,
    first_missing_day,
    is_covered,
    requested_days,
)
from warehouse.commit.ledger import Window

BEGIN = dt.date(2026, 3, 1)
CREATED = Series("pubmed_api", "created")


def day(number):
    return BEGIN + dt.timedelta(days=number)


def at(date):
    return dt.datetime.combine(date, dt.time(22), dt.UTC)


def row(since, until=None, state="done", *, collected=None, batch=1, reason=None, query=None, kind="created"):
    until = until or since
    name = f"{kind}-{since}" if since == until else f"{kind}-{since}-to-{until}"
    return {
        "collector": "pubmed_api", "window_name": name, "name": name, "query": query, "since": since, "until": until,
        "state": state, "reason": reason, "batch": batch, "collected_at": at(collected or until + dt.timedelta(days=5)),
    }  # fmt: skip


def file(name, state="done", collector="pubmed_files", reason=None):
    return {
        "collector": collector, "window_name": name, "name": name, "query": None, "since": None, "until": None,
        "state": state, "reason": reason, "batch": 1, "collected_at": None,
    }  # fmt: skip


def complete(rows):
    return sorted(day for day, known in requested_days(rows, 3)[CREATED].items() if known.is_complete)


def holes(rows, today, settled=3):
    return [(hole.first, hole.last, hole.count, hole.filled_by_run) for hole in find_holes(rows, today, settled)]


def test_days_of_open_windows_count_once_they_had_passed():
    rows = [row(day(0), day(9), "open", collected=day(9))]
    assert complete(rows) == [day(number) for number in range(6)]
    assert complete([*rows, row(day(0), day(9), "failed", batch=2)]) == []
    assert complete([*rows, row(day(0), batch=2)]) == [day(number) for number in range(6)]


def test_a_pause_of_any_length_is_a_hole_that_a_run_fills():
    for pause in (23, 400, 2_000):
        rows = [row(day(number)) for number in range(5)]
        today = day(4 + pause)
        assert first_missing_day(requested_days(rows, 3)[CREATED], today) == day(5)
        assert holes(rows, today) == [(str(day(5)), str(today - dt.timedelta(days=7)), pause - 7, True)]


def test_a_hole_in_the_middle_is_found_with_the_reason_of_the_last_attempt():
    rows = [row(day(number)) for number in (0, 1, 2, 5, 6, 7)]
    rows[2] = row(day(2), state="failed", reason="2 of 9 requested records were not returned")
    assert first_missing_day(requested_days(rows, 3)[CREATED], day(9)) == day(2)
    [hole] = find_holes(rows, day(14), 3)
    assert hole.describe() == (
        "pubmed_api created: 2026-03-03 to 2026-03-05 (3 days) not complete; the next run collects it;"
        " the last attempt failed: 2 of 9 requested records were not returned"
    )


def test_a_backfill_of_old_years_is_not_joined_to_the_nights():
    backfilled = row(dt.date(2010, 1, 1), dt.date(2015, 12, 31), collected=BEGIN)
    rows = [backfilled, *(row(day(number)) for number in range(5))]
    assert first_missing_day(requested_days(rows, 3)[CREATED], day(6)) == day(5)
    [hole] = find_holes(rows, day(6), 3)
    assert (hole.first, hole.last, hole.filled_by_run) == ("2016-01-01", "2026-02-28", False)
    assert "hoofbeats backfill --source pubmed_api --since 2016-01-01 --until 2026-02-28" in hole.describe()


def test_the_latest_days_are_no_hole():
    rows = [row(day(number)) for number in range(5)]
    assert holes(rows, day(11)) == []
    assert holes(rows, day(12)) == [(str(day(5)), str(day(5)), 1, True)]


def test_requested_days_are_holes_although_none_was_complete_yet():
    rows = [row(dt.date(2010, 1, 1), dt.date(2010, 12, 31), collected=BEGIN)]
    rows += [row(day(number), state="open", collected=day(2)) for number in (0, 1, 2)]
    assert first_missing_day(requested_days(rows, 3)[CREATED], day(20)) == day(0)
    assert holes(rows, day(20))[-1] == (str(day(0)), str(day(13)), 14, True)


def test_a_plan_that_failed_is_no_hole():
    assert holes([row(day(0), state="failed", kind="plan")], day(30)) == []


def test_queries_and_dates_are_series_of_their_own():
    rows = [row(day(0)), row(day(0), query="case reports[pt]"), row(day(9), kind="modified")]
    assert set(requested_days(rows, 3)) == {
        CREATED, Series("pubmed_api", "created", "case reports[pt]"), Series("pubmed_api", "modified"),
    }  # fmt: skip


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60))
def test_every_missing_day_after_the_first_is_in_one_hole(known, last):
    requested = requested_days([row(day(number)) for number in known], 3)
    missing = [number for number in range(min(known), last + 1) if number not in known]
    assert first_missing_day(requested[CREATED], day(last)) == (day(missing[0]) if missing else None)
    until = {number for number in known if number <= last}
    counted = sum(hole.count for hole in find_holes([row(day(number)) for number in until], day(last + 7), 3))
    assert counted == (len(missing) if until else 0)


def test_a_window_is_covered_by_windows_of_another_size():
    requested = requested_days([row(day(0), day(30))], 3)
    assert is_covered(Window("pubmed_api", "created-x", "created", day(3), day(4)), requested)
    assert not is_covered(Window("pubmed_api", "created-x", "created", day(30), day(31)), requested)
    assert not is_covered(Window("pubmed_api", "modified-x", "modified", day(3), day(4)), requested)
    assert not is_covered(Window("pubmed_files", "pubmed26n0001.xml.gz"), requested)


def test_missing_and_failed_files_are_holes_by_their_numbers():
    rows = [file(f"pubmed26n{number:04d}.xml.gz") for number in (1340, 1341, 1345, 1347)]
    rows += [file("pubmed26n1346.xml.gz", "failed", reason="HTTP 404"), file("pubmed25n1298.xml.gz", collector="x")]
    [first, second] = find_holes(rows, BEGIN, 3)
    assert (first.first, first.last, first.count) == ("pubmed26n1342.xml.gz", "pubmed26n1344.xml.gz", 3)
    assert second.describe() == (
        "pubmed_files: pubmed26n1346.xml.gz (1 file) not complete; the next run collects it;"
        " the last attempt failed: HTTP 404"
    )


def test_the_first_file_that_later_ones_follow():
    baseline = {(2026, number) for number in range(1, 4)}
    by_hand = [file(f"pubmed26n{number:04d}.xml.gz", collector="local_files") for number in range(1, 4)]
    assert first_followed_file([], baseline) is None
    assert first_followed_file(by_hand[:1], baseline) is None  # one file to try it out
    assert first_followed_file(by_hand, baseline) == (2026, 1)
    assert first_followed_file([file("pubmed26n0005.xml.gz", collector="local_files")], baseline) == (2026, 5)
    assert first_followed_file([file("pubmed21n1298.xml.gz", collector="local_files")], baseline) is None
    assert first_followed_file([file("pubmed25n1400.xml.gz")], baseline) == (2025, 1400)
    assert first_followed_file([file("pubmed26n0005.xml.gz", "failed")], baseline) == (2026, 5)

"""Pauses between attempts at a window, read from the ledger."""

import datetime as dt

from warehouse.commit.retries import next_attempts

BEGIN = dt.date(2026, 3, 1)
PAGE, DAY = ("web_pages", "example.org-1", "https://example.org/1"), ("pubmed_api", "created-2026-02-01", None)


def row(key, state, day, *, batch=None):
    since = None if key[0] == "web_pages" else dt.date(2026, 2, 1)
    return {
        "collector": key[0], "window_name": key[1], "query": key[2], "state": state, "since": since, "until": since,
        "batch": batch or day, "collected_at": dt.datetime.combine(BEGIN, dt.time(3), dt.UTC) + dt.timedelta(days=day),
    }  # fmt: skip


def pause(rows, key):
    last = max(row["collected_at"] for row in rows if row["window_name"] == key[1]).date()
    return (next_attempts(rows)[key] - last).days


def test_pauses_behind_a_wall_double():
    rows, pauses = [], []
    for number in range(8):
        rows.append(row(PAGE, "open", 100 * number + 1))
        pauses.append(pause(rows, PAGE))
    assert pauses == [1, 2, 4, 8, 16, 32, 32, 32]


def test_a_success_ends_the_pauses():
    rows = [row(PAGE, "open", 1), row(PAGE, "done", 2)]
    assert next_attempts(rows) == {}
    assert pause([*rows, row(PAGE, "open", 3)], PAGE) == 1


def test_a_window_pauses_only_while_its_service_works():
    failing = [row(DAY, "failed", day) for day in (1, 2, 3)]
    assert next_attempts(failing) == {}
    other = ("pubmed_api", "created-2026-02-28", None)
    assert pause([*failing, row(other, "done", 3, batch=4)], DAY) == 4


def test_windows_that_were_not_attempted_do_not_pause():
    assert next_attempts([{**row(PAGE, "failed", 1), "collected_at": None}]) == {}

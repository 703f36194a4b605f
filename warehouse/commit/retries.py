"""When to try windows again that did not bring what they should: with pauses that double, read from the ledger."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from warehouse.commit.ledger import LOADED_STATES

LONGEST_PAUSE = dt.timedelta(days=32)
"""The longest pause between two attempts at a window."""

Key = tuple[str, str, str | None]


def next_attempts(rows: Iterable[Mapping[str, Any]]) -> dict[Key, dt.date]:
    """Return window -> the day from which on it may be tried again, for windows whose last attempts failed.

    Given rows of table `windows`. A page behind a wall, in state 'open', counts as failed here; windows that were not
    attempted do not. The pause is 1 day after the first attempt, 2 after the second, then 4, 8, 16, 32, 32 ... A window
    of days does not pause while its source has brought nothing since: the fault is the service's, not the window's.
    """
    attempts: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    last_success: dict[str, dt.date] = {}
    for row in sorted(rows, key=lambda row: row["batch"]):
        if row["state"] not in LOADED_STATES or row["collected_at"] is None:
            continue
        key = row["collector"], row["window_name"], row["query"]
        if row["state"] == "failed" or is_walled(row):
            attempts[key].append(row)
        else:
            attempts.pop(key, None)
            last_success[row["collector"]] = row["collected_at"].date()
    due = {}
    for key, failed in attempts.items():
        day = failed[-1]["collected_at"].date()
        if failed[-1]["since"] is None or last_success.get(key[0], dt.date.min) >= day:
            due[key] = day + min(dt.timedelta(days=2 ** min(len(failed) - 1, 16)), LONGEST_PAUSE)
    return due


def is_walled(row: Mapping[str, Any]) -> bool:
    """Return whether a row of `windows` is of a page behind a wall: nothing else leaves a window without days open."""
    return row["state"] == "open" and row["until"] is None

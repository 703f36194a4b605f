"""Is what a source gave as much as usual? A source that suddenly gives nothing is an alarm, not a quiet night.

A window that holds nothing where much is usual has failed: the next runs ask again, and where it is right after all, a
backfill of the failed windows, which does not judge, accepts it.
A window is compared with the median of the windows of its kind in the eight weeks before it: of the same day of the
week where there are four of them (services rest at weekends), else of all, where there are seven.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from warehouse.commit.ledger import CollectedWindow

TRAILING = dt.timedelta(weeks=8)
ENDED_BEFORE = dt.timedelta(days=2)
"""Before a service has listed all of a day, little of it says nothing."""
USUAL_AT_LEAST = 10
"""Where fewer records are usual, none is no news."""
FEW = 0.1
FILES_AT_LEAST = 5

_DATES = re.compile(r"\d{4}-\d\d-\d\d")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Alarm:
    """What is unusual of a source; `nothing`: so much so that the run has to fail."""

    message: str
    fatal: bool = False


def check_empty_window(collected: CollectedWindow, ledger: Iterable[Row]) -> CollectedWindow:
    """What came of a window; failed where it holds nothing, and ten records or more are usual."""
    row: Row = {**collected.columns(), "received": 0}
    if _records(row) or not _has_ended(row):
        return collected
    usual = _usual(row, _comparable(ledger))
    return collected if usual is None or usual < USUAL_AT_LEAST else collected.failed(_told(row, usual))


def unusual_windows(fresh: Sequence[Row], ledger: Iterable[Row]) -> list[Alarm]:
    """Alarms for windows that gave less than a tenth of what is usual, if that is ten records or more."""
    before = _comparable(ledger)
    found = []
    for row in fresh:
        usual = _usual(row, before) if _has_ended(row) else None
        if usual is not None and usual >= USUAL_AT_LEAST and _records(row) < FEW * usual:
            found.append(Alarm(f"{row['collector']} {row['window_name']}: {_told(row, usual)}"))
    return found


def all_rejected(fresh: Sequence[Row]) -> list[Alarm]:
    """An alarm where not one of at least ten records could be loaded: the source answers in another form."""
    received, rejected = (sum(row[name] for row in fresh) for name in ("received", "rejected"))
    if received < USUAL_AT_LEAST or rejected < received:
        return []
    return [Alarm(f"{fresh[0]['collector']}: all {received:,} records were rejected", fatal=True)]


def no_files(collector: str, planned: int, ledger: Iterable[Row], now: dt.datetime) -> list[Alarm]:
    """An alarm where a source of files lists none of the days asked for, and had at least five in eight weeks."""
    lately = [row for row in ledger if row["collector"] == collector and _is_recent(row["collected_at"], now)]
    if collector != "pubmed_files" or planned or len(lately) < FILES_AT_LEAST:
        return []
    told = f"{collector}: no file is listed, where {len(lately)} were collected in the eight weeks before"
    return [Alarm(told, fatal=True)]


def _comparable(ledger: Iterable[Row]) -> list[Row]:
    return [row for row in ledger if row["since"] and row["state"] in ("done", "open")]


def _told(row: Row, usual: float) -> str:
    return f"{_records(row):,} records, where {usual:,.0f} are usual"


def _is_recent(at: dt.datetime | None, now: dt.datetime) -> bool:
    return at is not None and now - at <= TRAILING


def _has_ended(row: Row) -> bool:
    return bool(
        row["since"]
        and row["state"] in ("done", "open")
        and (row["collected_at"] is None or row["collected_at"].date() - row["until"] >= ENDED_BEFORE)
    )


def _records(row: Row) -> int:
    """Records in a window; of one collected again with the same content, what the source announced."""
    return max(int(row["received"]), int(row["expected"] or 0))


def _kind(row: Row) -> tuple[Any, ...]:
    name = _DATES.sub("*", row["window_name"])
    return row["collector"], row["query"], name, row["until"] - row["since"]


def _usual(row: Row, before: Iterable[Row]) -> float | None:
    """The trailing median, None where too little is known."""
    since, kind = row["since"], _kind(row)
    received = {
        one["since"]: _records(one) for one in before if since - TRAILING <= one["since"] < since and _kind(one) == kind
    }
    weekday = [records for day, records in received.items() if day.weekday() == since.weekday()]
    if len(weekday) >= 4:
        return median(weekday)
    return median(received.values()) if len(received) >= 7 else None

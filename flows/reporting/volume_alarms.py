"""Compare the number of records in a window with what is usual for its source; raise alarms if there are too few.

The usual number is the median of the windows of the same kind in the eight weeks before: of those on the same weekday
if there are at least four (services publish less at weekends), otherwise of all, if there are at least seven:

    collector   window              records             windows of the eight weeks before
    pubmed_api  created-2026-03-10        0             8 Tuesdays, median 4,100   -> fails
    pubmed_api  created-2026-03-11      300             8 Wednesdays, median 4,000 -> alarm: less than a tenth

An empty window where many records are usual fails, so that the next runs try it again. If it is empty after all, a
backfill of the failed windows accepts it, because a backfill does not make this check.
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
"""A window that ended more recently is not compared: the service may not have listed all of its records yet."""
MIN_USUAL = 10
"""Records; if fewer are usual, an empty window means nothing."""
FEW_SHARE = 0.1
"""Share of the usual number below which a window raises an alarm."""
MIN_FILES = 5
"""Files collected in eight weeks, from which a source is expected to list further ones."""

_DATES = re.compile(r"\d{4}-\d\d-\d\d")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Alarm:
    """An unusual number of records; a `fatal` alarm makes the run fail."""

    message: str
    fatal: bool = False


def check_empty_window(collected: CollectedWindow, ledger: Iterable[Row]) -> CollectedWindow:
    """Return the ledger entry of a window, as failed if it has no records although ten or more are usual."""
    row: Row = {**collected.columns(), "received": 0}
    if _records(row) or not _has_ended(row):
        return collected
    usual = _usual(row, _comparable(ledger))
    return collected if usual is None or usual < MIN_USUAL else collected.failed(_describe(row, usual))


def unusual_windows(fresh: Sequence[Row], ledger: Iterable[Row]) -> list[Alarm]:
    """Return an alarm for each window with less than a tenth of the usual records, if ten or more are usual."""
    before = _comparable(ledger)
    alarms = []
    for row in fresh:
        usual = _usual(row, before) if _has_ended(row) else None
        if usual is not None and usual >= MIN_USUAL and _records(row) < FEW_SHARE * usual:
            alarms.append(Alarm(f"{row['collector']} {row['window_name']}: {_describe(row, usual)}"))
    return alarms


def all_rejected(fresh: Sequence[Row]) -> list[Alarm]:
    """Return an alarm if all of ten or more records were rejected: the source probably changed its format."""
    received, rejected = (sum(row[name] for row in fresh) for name in ("received", "rejected"))
    if received < MIN_USUAL or rejected < received:
        return []
    return [Alarm(f"{fresh[0]['collector']}: all {received:,} records were rejected", fatal=True)]


def no_files(collector: str, planned: int, ledger: Iterable[Row], now: dt.datetime) -> list[Alarm]:
    """Return an alarm if a source of files lists none for the days collected, but had at least five in eight weeks."""
    lately = [row for row in ledger if row["collector"] == collector and _is_recent(row["collected_at"], now)]
    if collector != "pubmed_files" or planned or len(lately) < MIN_FILES:
        return []
    message = f"{collector}: no file is listed, where {len(lately)} were collected in the eight weeks before"
    return [Alarm(message, fatal=True)]


def _comparable(ledger: Iterable[Row]) -> list[Row]:
    return [row for row in ledger if row["since"] and row["state"] in ("done", "open")]


def _describe(row: Row, usual: float) -> str:
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
    """Return the records of a window; if it was collected again with the same content, those the source announced."""
    return max(int(row["received"]), int(row["expected"] or 0))


def _kind(row: Row) -> tuple[Any, ...]:
    """Return what comparable windows have in common: collector, query, name without its dates, length in days."""
    name = _DATES.sub("*", row["window_name"])
    return row["collector"], row["query"], name, row["until"] - row["since"]


def _usual(row: Row, before: Iterable[Row]) -> float | None:
    """Return the usual number of records, None if too few windows are known."""
    since, kind = row["since"], _kind(row)
    received = {
        other["since"]: _records(other)
        for other in before
        if since - TRAILING <= other["since"] < since and _kind(other) == kind
    }
    weekday = [records for day, records in received.items() if day.weekday() == since.weekday()]
    if len(weekday) >= 4:
        return median(weekday)
    return median(received.values()) if len(received) >= 7 else None

"""What all sources have in common: a span of days becomes windows, a window becomes a payload.

    plan(span) -> windows               where the source allows it, a pure function of the span: the same span gives
                                        the same windows
    resume(span, rows) -> windows       those of the span, and before them all that the ledger (rows of table
                                        `windows`) lacks since the source was collected first: for scheduled runs
    fetch(window, pending) -> Fetched   request page by page, keep each in `pending`, and compare what was received with
                                        what the source announced

A source raises `flows.http.client.HttpError` if it cannot continue. The ledger records the outcome of every window.
"""

import calendar
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from flows.choices import WindowSize
from flows.sources.pending_payload import PendingPayload
from warehouse.commit.coverage import Series, first_missing_day, requested_days
from warehouse.commit.ledger import CollectedWindow, Payload, Window

Clock = Callable[[], dt.datetime]
LedgerRows = Sequence[Mapping[str, Any]]
"""Rows of table `windows`."""


@dataclass(frozen=True)
class Span:
    """What to collect: first and last day, an optional query, and which dates of the records the days refer to.

    `window` is the number of days per request; by default a day, or a month if a query narrows the records.
    """

    since: dt.date
    until: dt.date
    query: str | None = None
    dates: tuple[str, ...] = ("created", "modified")
    window: WindowSize | None = None


@dataclass(frozen=True)
class Fetched:
    """The outcome of fetching a window; the payload is None if the window holds no records."""

    collected: CollectedWindow
    payload: Payload | None = None


@dataclass(frozen=True)
class Estimate:
    """The expected size of a window: its records (None if the source does not count them) and requests, roughly."""

    window: Window
    records: int | None
    requests: int


class Source(Protocol):
    """A source of records.

    `one_host`: all windows are served by one host, so if it is down for one window, it is down for all of them.
    `kinds`: how the source names the windows of created and of modified records; empty if its windows have no days.
    """

    collector: str
    one_host: bool
    kinds: Mapping[str, str]

    def plan(self, span: Span) -> list[Window]:
        """Return the windows of a span, in order."""

    def resume(self, span: Span, rows: LedgerRows) -> list[Window]:
        """Return the windows of a span, and before them those that the ledger lacks, in order."""

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch one window, resuming where an interrupted run stopped."""

    def estimate(self, window: Window) -> Estimate:
        """Return the expected size of a window; requests at most a count from the source."""


def utc_now() -> dt.datetime:
    """Return the current time; the clock of all requests."""
    return dt.datetime.now(dt.UTC)


def resumed_spans(source: Source, span: Span, rows: LedgerRows, settled_after_days: int) -> list[Span]:
    """Return a span for each kind of date, which begins at the first day the ledger lacks, or with `span`."""
    requested = requested_days(rows, settled_after_days)
    spans = []
    for dates in span.dates:
        known = requested.get(Series(source.collector, source.kinds[dates], span.query or ""), {})
        missing = first_missing_day(known, span.until)
        spans.append(replace(span, since=min(span.since, missing or span.since), dates=(dates,)))
    return spans


def dated_windows(collector: str, span: Span, what: str) -> Iterator[Window]:
    """Yield the windows of a span: calendar days, weeks, months or years, cut at both ends of the span.

    For example 2026-01-30 to 2026-03-02 by month: 30-31 January, 1-28 February, 1-2 March.
    """
    size = span.window or (WindowSize.DAY if span.query is None else WindowSize.MONTH)
    day = span.since
    while day <= span.until:
        last = min(span.until, _last_day(day, size))
        yield dated_window(collector, what, (day, last), span.query)
        day = last + dt.timedelta(days=1)


def dated_window(collector: str, what: str, days: tuple[dt.date, dt.date], query: str | None) -> Window:
    """Return the window from one day to another; equal requests get equal names, from whichever run.

    For example "created-2026-03-01-to-2026-03-07.q0d1f2e3c4b5a", the last part being a digest of the query.
    """
    first, last = days
    name = f"{what}-{first}" if last == first else f"{what}-{first}-to-{last}"
    if query is not None:
        name += f".q{hashlib.blake2b(query.encode(), digest_size=6).hexdigest()}"
    return Window(collector, name, what, first, last, query)


def _last_day(day: dt.date, size: WindowSize) -> dt.date:
    match size:
        case WindowSize.DAY:
            return day
        case WindowSize.WEEK:
            return day + dt.timedelta(days=6 - day.weekday())
        case WindowSize.MONTH:
            return day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case WindowSize.YEAR:
            return day.replace(month=12, day=31)


def settled(window: Window, fetched_at: dt.datetime, days: int) -> str:
    """Return the state of a window fetched at `fetched_at`: 'done', or 'open' if it ended at most `days` days before.

    Services need some days to list all records of a day, so an open window is collected again.
    """
    return "done" if window.until is None or fetched_at.date() - window.until > dt.timedelta(days=days) else "open"

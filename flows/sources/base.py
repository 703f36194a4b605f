"""What all sources have in common: a span of days becomes windows, a window becomes a payload.

    plan(span) -> windows        what to ask, a pure function of the span where the source allows it: the same windows
    again fetch(window, flight) -> Fetched    ask, page by page, each kept in `flight`; compare what came with what
    was announced

A source raises `flows.http.HttpError` where it cannot go on; what came of every window stands in the ledger.
"""

import calendar
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from flows.in_flight import InFlight
from warehouse.staging import Payload
from warehouse.windows import Collected, Window

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Span:
    """What a collection is asked for: first and last day, a query, and which dates of the records they are."""

    since: dt.date
    until: dt.date
    query: str | None = None
    dates: tuple[str, ...] = ("created", "modified")


@dataclass(frozen=True)
class Fetched:
    """What came of a window; no payload where it held nothing."""

    collected: Collected
    payload: Payload | None = None


class Source(Protocol):
    """A place records come from; `one_host`: where one window finds the service closed, no other will find it open."""

    collector: str
    one_host: bool

    def plan(self, span: Span) -> list[Window]:
        """The windows of a span, in order."""

    def fetch(self, window: Window, flight: InFlight) -> Fetched:
        """Collect one window; goes on where an interrupted run stopped."""


def utc_now() -> dt.datetime:
    """The time of requests."""
    return dt.datetime.now(dt.UTC)


def dated_windows(collector: str, span: Span, what: str) -> Iterator[Window]:
    """A window a day; a calendar month each, cut at the span's ends, where a query narrows it."""
    day = span.since
    while day <= span.until:
        last = day
        if span.query is not None:
            last = min(span.until, day.replace(day=calendar.monthrange(day.year, day.month)[1]))
        name = f"{what}-{day}" if last == day else f"{what}-{day}-to-{last}"
        if span.query is not None:
            name += f".q{hashlib.blake2b(span.query.encode(), digest_size=6).hexdigest()}"
        yield Window(collector, name, what, day, last, span.query)
        day = last + dt.timedelta(days=1)


def settled(window: Window, asked_at: dt.datetime, days: int) -> str:
    """'done', or 'open' where records of the window's last day may still come: services need some days to list them."""
    return "done" if window.until is None or asked_at.date() - window.until > dt.timedelta(days=days) else "open"

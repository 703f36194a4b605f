"""What all sources have in common: a span of days becomes windows, a window becomes a payload.

    plan(span) -> windows        what to ask, a pure function of the span where the source allows it: the same windows
    again fetch(window, pending) -> Fetched    ask, page by page, each kept in `pending`; compare what came with what
    was announced

A source raises `flows.http.client.HttpError` where it cannot go on; what came of every window stands in the ledger.
"""

import calendar
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from flows.choices import WindowSize
from flows.sources.pending_payload import PendingPayload
from warehouse.commit.ledger import CollectedWindow, Payload, Window

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Span:
    """What a collection is asked for: first and last day, a query, which dates of the records they are.

    `window` is how many days are asked for at a time: a day, or a month where a query narrows it, unless told.
    """

    since: dt.date
    until: dt.date
    query: str | None = None
    dates: tuple[str, ...] = ("created", "modified")
    window: WindowSize | None = None


@dataclass(frozen=True)
class Fetched:
    """What came of a window; no payload where it held nothing."""

    collected: CollectedWindow
    payload: Payload | None = None


@dataclass(frozen=True)
class Estimate:
    """What a window will take: records the source counts (None: it does not tell), and requests about."""

    window: Window
    records: int | None
    requests: int


class Source(Protocol):
    """A place records come from; `one_host`: where one window finds the service closed, no other will find it open."""

    collector: str
    one_host: bool

    def plan(self, span: Span) -> list[Window]:
        """The windows of a span, in order."""

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Collect one window; goes on where an interrupted run stopped."""

    def estimate(self, window: Window) -> Estimate:
        """What a window will take; asks the source for a count at most."""


def utc_now() -> dt.datetime:
    """The time of requests."""
    return dt.datetime.now(dt.UTC)


def dated_windows(collector: str, span: Span, what: str) -> Iterator[Window]:
    """The windows of a span: calendar days, weeks, months or years, cut at the span's ends."""
    size = span.window or (WindowSize.DAY if span.query is None else WindowSize.MONTH)
    day = span.since
    while day <= span.until:
        last = min(span.until, _last_day(day, size))
        yield dated_window(collector, what, (day, last), span.query)
        day = last + dt.timedelta(days=1)


def dated_window(collector: str, what: str, days: tuple[dt.date, dt.date], query: str | None) -> Window:
    """The window from one day to another; its name says what is asked, whoever asks."""
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


def settled(window: Window, asked_at: dt.datetime, days: int) -> str:
    """'done', or 'open' where records of the window's last day may still come: services need some days to list them."""
    return "done" if window.until is None or asked_at.date() - window.until > dt.timedelta(days=days) else "open"

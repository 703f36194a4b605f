"""What a backfill will do: which windows, in which order, and what they will take."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flows.choices import Mode, Order, SourceName
from flows.errors import CollectError
from flows.http.client import Client, HttpError
from flows.http.rate_limits import RateLimits
from flows.progress import count_bar
from flows.settings import Settings
from flows.sources.base import Estimate, Span, dated_window, utc_now
from flows.sources.pubmed_files import REPLACEMENT
from flows.windows.collect_window import make_source
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.commit.ledger import Window, finished_days, finished_window_keys, latest_windows, window_kind
from warehouse.lake import Lake

MOST_DAYS = 366 * 250


@dataclass(frozen=True)
class BackfillRequest:
    """What an operator asks for."""

    source: SourceName
    span: Span
    mode: Mode = Mode.MISSING
    order: Order = Order.NEWEST

    def checked(self) -> "BackfillRequest":
        """The same up to today; raises `CollectError` where no days, or more than there is literature, are left."""
        last = min(self.span.until, utc_now().date())
        if last < self.span.since:
            raise CollectError(
                f"there are no days from {self.span.since} to {last}", "--since must not be after --until"
            )
        if (last - self.span.since).days > MOST_DAYS:
            raise CollectError(f"{self.span.since} is too long ago", "no source has literature that old")
        return replace(self, span=replace(self.span, until=last))


@dataclass(frozen=True)
class Plan:
    """The windows to collect, in the order in which they are begun; how many of the span are done and left alone."""

    windows: list[Window]
    already_done: int = 0


def choose_windows(request: BackfillRequest, planned: Sequence[Window], version: Version) -> Plan:
    """Which of the windows of a span a backfill collects."""
    match request.mode:
        case Mode.MISSING:
            finished, days = finished_window_keys(version), finished_days(version)
            parts = [list(_missing(window, finished, days)) for window in planned]
            chosen, done = [part for found in parts for part in found], parts.count([])
        case Mode.FAILED:
            chosen, done = _failed(request, planned, version), 0
        case Mode.ALL:
            chosen, done = list(planned), 0
    return Plan(_ordered(chosen, request.order), done)


def _ordered(windows: Sequence[Window], order: Order) -> list[Window]:
    """By days, else as planned; a window that replaces what was before asks what the lake has, and so comes last."""
    listed = sorted(windows, key=lambda window: window.since or dt.date.min)
    if order is Order.NEWEST:
        listed.reverse()
    return sorted(listed, key=lambda window: window.what == REPLACEMENT)


Key = tuple[str, str, str | None]
Days = Mapping[Key, set[dt.date]]


def _missing(window: Window, finished: Collection[Key], done: Days) -> Iterator[Window]:
    """The window, or of a window of days the parts that no finished window covers."""
    if window.since is None or window.until is None:
        if window.key not in finished:
            yield window
        return
    covered = done.get((window.collector, str(window.what), window.query), set())
    first = None
    for at in range((window.until - window.since).days + 2):
        day = window.since + dt.timedelta(days=at)
        if day <= window.until and day not in covered:
            first = first or day
        elif first:
            yield dated_window(window.collector, str(window.what), (first, day - dt.timedelta(days=1)), window.query)
            first = None


def _failed(request: BackfillRequest, planned: Sequence[Window], version: Version) -> list[Window]:
    """The windows within the span that failed the last time, as requested then."""
    failed = {key: row for key, row in latest_windows(version).items() if row["state"] == "failed"}
    chosen = [window for window in planned if window.key in failed and window.since is None]
    kinds = {str(window.what) for window in planned}
    for (collector, name, query), row in failed.items():
        within = row["since"] and request.span.since <= row["since"] and row["until"] <= request.span.until
        if collector == request.source and within and window_kind(name) in kinds and query == request.span.query:
            chosen.append(Window(collector, name, window_kind(name), row["since"], row["until"], query))
    return chosen


def is_done_since(window: Window, version: Version, number: int) -> bool:
    """Whether another run has finished a window, or all its days, in a batch after one."""
    if window.key in finished_window_keys(version, number):
        return True
    if window.since is None or window.until is None:
        return False
    days = finished_days(version, number).get((window.collector, str(window.what), window.query), set())
    return {window.since + dt.timedelta(days=at) for at in range((window.until - window.since).days + 1)} <= days


def dry_run(request: BackfillRequest, settings: Settings) -> dict[str, Any]:
    """What a backfill will take: {"windows": [...], "total": {...}}; asks the source for counts, and changes nothing.

    A window has its days, the records the source counts (None: it does not say), requests, and minutes at the pace at
    which they are allowed; transfer and preparation come on top where they are slower than that.
    """
    request, lake = request.checked(), Lake.at(settings.lake)
    version, pace = read_version(lake), _pace(request.source, settings)
    with Client(settings) as client:
        source = make_source(request.source, client, settings, version)
        try:
            planned = choose_windows(request, source.plan(request.span), version)
            rows = []
            with count_bar("counting", len(planned.windows)) as tell:
                for window in planned.windows:
                    rows.append(_row(source.estimate(window), pace))
                    tell()
        except HttpError as error:
            raise CollectError(str(error), error.hint) from error
    return {"windows": rows, "total": _total(rows, planned.already_done)}


def _row(told: Estimate, pace: float) -> dict[str, Any]:
    window = told.window
    return {
        "window_name": window.name, "since": window.since, "until": window.until, "expected": told.records,
        "requests": told.requests, "minutes": round(told.requests / pace / 60, 2),
    }  # fmt: skip


def _total(rows: Sequence[Mapping[str, Any]], already_done: int) -> dict[str, Any]:
    known = [row["expected"] for row in rows if row["expected"] is not None]
    return {
        "windows": len(rows),
        "already_done": already_done,
        "expected": sum(known) if known or not rows else None,
        "requests": sum(row["requests"] for row in rows),
        "minutes": round(sum(row["minutes"] for row in rows), 1),
    }


def _pace(name: SourceName, settings: Settings) -> float:
    """Requests a second to a source; web pages of several hosts come faster."""
    urls = {
        SourceName.PUBMED_API: settings.pubmed_api_url,
        SourceName.PUBMED_FILES: settings.pubmed_files_url,
        SourceName.EUROPEPMC: settings.europepmc_url,
    }
    return RateLimits.from_settings(settings).per_second(urls[name]) if name in urls else 1 / settings.page_delay_s

"""Plan a backfill: which windows it collects, in which order, and what they will cost."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
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

MAX_DAYS = 366 * 250


@dataclass(frozen=True)
class BackfillRequest:
    """A backfill as requested by an operator."""

    source: SourceName
    span: Span
    mode: Mode = Mode.MISSING
    order: Order = Order.NEWEST

    def validated(self) -> "BackfillRequest":
        """Return the request cut at today; raises `CollectError` if no days, or more than `MAX_DAYS`, remain."""
        last = min(self.span.until, utc_now().date())
        if last < self.span.since:
            raise CollectError(
                f"there are no days from {self.span.since} to {last}",
                "give --since a day that has begun and that is not after --until",
            )
        if (last - self.span.since).days > MAX_DAYS:
            raise CollectError(
                f"{self.span.since} is too long ago", f"give --since a day at most {MAX_DAYS:,} days before --until"
            )
        return replace(self, span=replace(self.span, until=last))


@dataclass(frozen=True)
class Plan:
    """The windows to collect, in order, and the number of windows left out because they are done."""

    windows: list[Window]
    already_done: int = 0


def choose_windows(request: BackfillRequest, planned: Sequence[Window], version: Version) -> Plan:
    """Choose from the windows of the span those that the backfill collects, by its mode."""
    match request.mode:
        case Mode.MISSING:
            finished, days = finished_window_keys(version), finished_days(version)
            parts = [list(_missing_parts(window, finished, days)) for window in planned]
            chosen, done = list(chain.from_iterable(parts)), parts.count([])
        case Mode.FAILED:
            chosen, done = _failed_windows(request, planned, version), 0
        case Mode.ALL:
            chosen, done = list(planned), 0
    return Plan(_ordered(chosen, request.order), done)


def _ordered(windows: Sequence[Window], order: Order) -> list[Window]:
    """Sort windows by day, or leave them as planned if they have none.

    Replacement windows come last, because they compare the baseline with what the lake holds by then.
    """
    listed = sorted(windows, key=lambda window: window.since or dt.date.min)
    if order is Order.NEWEST:
        listed.reverse()
    return sorted(listed, key=lambda window: window.what == REPLACEMENT)


Key = tuple[str, str, str | None]
Days = Mapping[Key, set[dt.date]]


def _missing_parts(window: Window, finished: Collection[Key], done: Days) -> Iterator[Window]:
    """Yield the parts of a window that no finished window covers; one without days is yielded whole or not at all.

    days of the window    1 2 3 4 5 6 7
    covered                   x x     x
    yielded              [1 2]   [5 6]
    """
    if window.since is None or window.until is None:
        if window.key not in finished:
            yield window
        return
    covered = done.get((window.collector, str(window.what), window.query), set())
    first = None
    for at in range((window.until - window.since).days + 2):
        day = window.since + dt.timedelta(days=at)  # one day past the end, to close the last part
        if day <= window.until and day not in covered:
            first = first or day
        elif first:
            yield dated_window(window.collector, str(window.what), (first, day - dt.timedelta(days=1)), window.query)
            first = None


def _failed_windows(request: BackfillRequest, planned: Sequence[Window], version: Version) -> list[Window]:
    """Return the windows within the span whose last attempt failed, exactly as requested then."""
    failed = {key: row for key, row in latest_windows(version).items() if row["state"] == "failed"}
    chosen = [window for window in planned if window.key in failed and window.since is None]
    kinds = {str(window.what) for window in planned}
    for (collector, name, query), row in failed.items():
        within = row["since"] and request.span.since <= row["since"] and row["until"] <= request.span.until
        if collector == request.source and within and window_kind(name) in kinds and query == request.span.query:
            chosen.append(Window(collector, name, window_kind(name), row["since"], row["until"], query))
    return chosen


def is_done_since(window: Window, version: Version, number: int) -> bool:
    """Return whether another run has finished a window, or all of its days, in a batch later than `number`."""
    if window.key in finished_window_keys(version, number):
        return True
    if window.since is None or window.until is None:
        return False
    days = finished_days(version, number).get((window.collector, str(window.what), window.query), set())
    return {window.since + dt.timedelta(days=at) for at in range((window.until - window.since).days + 1)} <= days


def estimate_backfill(request: BackfillRequest, settings: Settings) -> dict[str, Any]:
    """Estimate a backfill: return {"windows": [...], "total": {...}}. Requests counts from the source, changes nothing.

    A window has its days, the records the source counts (None if it does not), requests, and the minutes they take at
    the allowed rate. Transfer and preparation run meanwhile, and prolong that only if they are slower.
    """
    request, lake = request.validated(), Lake.at(settings.lake)
    version, rate_per_s = read_version(lake), _rate_per_s(request.source, settings)
    with Client(settings) as client:
        source = make_source(request.source, client, settings, version)
        try:
            planned = choose_windows(request, source.plan(request.span), version)
            rows = []
            with count_bar("counting", len(planned.windows)) as advance:
                for window in planned.windows:
                    rows.append(_row(source.estimate(window), rate_per_s))
                    advance()
        except HttpError as error:
            raise CollectError(str(error), error.hint) from error
    return {"windows": rows, "total": _total(rows, planned.already_done)}


def _row(estimate: Estimate, rate_per_s: float) -> dict[str, Any]:
    window = estimate.window
    return {
        "window_name": window.name, "since": window.since, "until": window.until, "expected": estimate.records,
        "requests": estimate.requests, "minutes": round(estimate.requests / rate_per_s / 60, 2),
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


def _rate_per_s(name: SourceName, settings: Settings) -> float:
    """Return the allowed requests per second to a source; for web pages that of one host, the slowest case."""
    urls = {
        SourceName.PUBMED_API: settings.pubmed_api_url,
        SourceName.PUBMED_FILES: settings.pubmed_files_url,
        SourceName.EUROPEPMC: settings.europepmc_url,
    }
    return RateLimits.from_settings(settings).per_second(urls[name]) if name in urls else 1 / settings.page_delay_s

"""Collecting: a span of days of one source -> windows -> payloads -> the published catalog, and all of it in the
ledger.

Windows that are done are passed over; one that was interrupted goes on where it was; one whose days were not settled
yet is collected again. A window that fails stands in the ledger with its reason and is tried again by the next run.
Where a service cannot be reached, or refuses to answer at all, the windows after it are not attempted, and told so.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.holds import Holds
from flows.http import Client
from flows.ingest import commit_units
from flows.settings import Settings
from flows.sources.base import Source, Span, utc_now
from flows.window import Known, OnlyOne, Outcome, collect_window, make_source, next_group, plan, waiting
from warehouse.catalog import read_version
from warehouse.commit import vocabulary_version
from warehouse.lake import Lake
from warehouse.windows import Collected, Window, record

A_WEEK = dt.timedelta(days=7)


@dataclass
class CollectResult:
    """What a collection did: the catalog's version, and by window what came of it.

    Apart: windows passed over, because they were done or because another run is collecting them right now.
    """

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0
    left_to_others: int = 0

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The windows that failed."""
        return [row for row in self.windows if row["state"] == "failed"]


@task(task_run_name="collect {window.name}", cache_policy=NO_CACHE)
def collect_one(lake: Lake, source: Source, window: Window, known: Known) -> Outcome:
    """Collect one window."""
    return collect_window(lake, source, window, known)


def keep(lake: Lake, outcomes: Sequence[Outcome], result: CollectResult) -> None:
    """Commit what came of some windows: their records, then the windows without any."""
    units = [outcome.unit for outcome in outcomes if outcome.unit]
    done = commit_units(lake, units) if units else None
    if done:
        result.windows += done.windows
    result.windows += record(lake, [(told.collected, told.payload) for told in outcomes if not told.unit])
    result.version = read_version(lake).number


@flow(name="collect", task_runner=ThreadPoolTaskRunner(max_workers=Settings().workers), persist_result=False)  # type: ignore[arg-type]
def collect(  # noqa: PLR0913 - one parameter for each thing an operator can choose
    source: str,
    since: dt.date | None = None,
    until: dt.date | None = None,
    query: str | None = None,
    dates: Sequence[str] = ("created", "modified"),
    *,
    force: bool = False,
    settings: Settings | None = None,
) -> CollectResult:
    """Collect what one source has of the days from `since` to `until`; done windows are left alone unless forced.

    Without days, as a scheduled run asks: the last week, so that a run that was missed leaves no gap.
    """
    told = settings or Settings()
    last = until or utc_now().date()
    span = Span(since or last - A_WEEK, last, query, tuple(dates))
    place = Lake.at(told.lake)
    vocabulary_version(read_version(place))
    with OnlyOne(place, source), Client(told) as client:
        asked = make_source(source, client, told, read_version(place))
        return _collect_all(place, asked, plan(place, asked, span), force=force, at_once=told.files_per_commit)


def _collect_all(lake: Lake, source: Source, planned: Sequence[Window], *, force: bool, at_once: int) -> CollectResult:
    version = read_version(lake)
    left: Sequence[Window] = waiting(planned, version, force=force)
    result = CollectResult(version.number, already_done=len(planned) - len(left))
    while left:
        group = next_group(left, at_once)
        left = left[len(group) :]
        with Holds(lake) as holds:
            held = [window for window in group if holds.take(window)]
            fresh = waiting(held, read_version(lake), force=force)
            outcomes = _side_by_side(lake, source, fresh)
            halted = next((outcome for outcome in outcomes if outcome.halt), None)
            if halted:
                reason = f"not attempted after {halted.collected.window.name} failed: {halted.collected.reason}"
                outcomes += [Outcome(Collected(window).failed(reason)) for window in left]
                left = []
            keep(lake, outcomes, result)
        result.left_to_others += len(group) - len(held)
        result.already_done += len(held) - len(fresh)
        get_run_logger().info("version %d: %d windows", result.version, len(outcomes))
    order = {window.name: place for place, window in enumerate(planned)}
    result.windows.sort(key=lambda row: order[row["window_name"]])
    return result


def _side_by_side(lake: Lake, source: Source, windows: Sequence[Window]) -> list[Outcome]:
    known = Known.of(read_version(lake))
    futures = [collect_one.submit(lake, source, window, known) for window in windows]
    return [future.result() for future in futures]

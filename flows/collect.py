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

from flows.alerts import announce, watching
from flows.errors import CollectError
from flows.http import Client, HttpError
from flows.ingest import commit_units
from flows.settings import Settings
from flows.sources.base import Source, Span, utc_now
from flows.window import Known, OnlyOne, Outcome, collect_window, make_source, next_group, waiting
from warehouse.catalog import read_version
from warehouse.commit import vocabulary_version
from warehouse.lake import Lake
from warehouse.windows import Collected, Window, record

A_WEEK = dt.timedelta(days=7)


@dataclass
class CollectResult:
    """What a collection did: the catalog's version, and by window what came of it; windows passed over apart."""

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0

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
    watching(told)
    with OnlyOne(place, source), Client(told) as client:
        asked = make_source(source, client, told, read_version(place))
        try:
            planned = asked.plan(span)
        except HttpError as error:
            window = Window(source, f"plan-{span.since}-to-{span.until}", "plan", span.since, span.until, query)
            record(place, [(Collected(window, collected_at=utc_now()).failed(str(error)), None)])
            raise CollectError(str(error), error.hint) from error
        result = _collect_all(place, asked, planned, force=force, at_once=told.files_per_commit)
    announce(told)
    return result


def _collect_all(lake: Lake, source: Source, planned: Sequence[Window], *, force: bool, at_once: int) -> CollectResult:
    version = read_version(lake)
    left: Sequence[Window] = waiting(planned, version, force=force)
    result = CollectResult(version.number, already_done=len(planned) - len(left))
    logger = get_run_logger()
    while left:
        known = Known.of(read_version(lake))
        group = next_group(left, at_once)
        left = left[len(group) :]
        futures = [collect_one.submit(lake, source, window, known) for window in group]
        outcomes = [future.result() for future in futures]
        halted = next((outcome for outcome in outcomes if outcome.halt), None)
        if halted:
            reason = f"not attempted after {halted.collected.window.name} failed: {halted.collected.reason}"
            outcomes += [Outcome(Collected(window).failed(reason)) for window in left]
            left = []
        keep(lake, outcomes, result)
        logger.info("version %d: %d windows", result.version, len(outcomes))
    order = {window.name: place for place, window in enumerate(planned)}
    result.windows.sort(key=lambda row: order[row["window_name"]])
    return result

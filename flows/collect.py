"""The collect flow: a span of days of one source -> windows -> payloads -> the next catalog, recorded in the ledger.

Windows that are done are skipped, an interrupted one is resumed, and an open one, whose last days were too recent, is
collected again. A window that fails is recorded with its reason and tried again by the next run. If a service is
unreachable or rejects requests altogether, the remaining windows are not attempted, and recorded as such.

A run without a first day goes on from where the ledger says that its source, query and dates are complete, however long
ago that was. What the ledger still lacks at the end is reported.
"""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import deployment
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows.choices import SourceName
from flows.errors import IncompleteError
from flows.http.client import Client
from flows.ingest import commit_units
from flows.reporting import volume_alarms as volume
from flows.reporting.artifacts import ProgressArtifact, artifact_key, publish_windows
from flows.reporting.run_names import current_run_name
from flows.settings import Settings
from flows.sources.base import Source, Span, utc_now
from flows.watches.alerts import announce_changes, track_watches
from flows.windows.collect_window import (
    LakeSnapshot,
    Outcome,
    Remaining,
    choose_due,
    collect_window,
    make_source,
    next_group,
    plan_windows,
    uncommitted,
    unfinished,
)
from flows.windows.locks import SourceLock, WindowLocks
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.commit.coverage import FILES, Hole, find_holes
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import CollectedWindow, Window, latest_windows, record_windows
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

set_up_flow_run()

_BOTH = ("created", "modified")


@dataclass
class CollectResult:
    """Result of a collection: the lake version it ended with, and the ledger row of each window it collected.

    `already_done` and `left_to_others` count the windows skipped because they were done, or because another run is
    collecting them right now; `paused` those that failed before and are tried again on a later day. `holes` describes
    what the ledger lacks between the days or files it has, `filled` the holes that this run filled.
    """

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0
    left_to_others: int = 0
    alarms: list[str] = field(default_factory=list)
    paused: int = 0
    holes: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The windows that failed."""
        return [row for row in self.windows if row["state"] == "failed"]


@task(task_run_name="collect {window.name}", cache_policy=NO_CACHE)
def collect_one(lake: Lake, source: Source, window: Window, known: LakeSnapshot) -> Outcome:
    """Collect one window and log its outcome."""
    outcome = collect_window(lake, source, window, known)
    collected = outcome.collected
    get_run_logger().info(
        "source %s, window %s: %s, %s records announced%s", window.collector, window.name, collected.state,
        "no" if collected.expected is None else collected.expected,
        f" ({collected.reason})" if collected.reason else "",
    )  # fmt: skip
    return outcome


def commit_outcomes(
    lake: Lake, outcomes: Sequence[Outcome], result: CollectResult, before: Sequence[dict[str, Any]]
) -> None:
    """Commit the units of some windows, then enter the windows without units in the ledger; extend `result`.

    `before` is the ledger as it was when the run started, against which empty windows are checked.
    """
    units = [outcome.unit for outcome in outcomes if outcome.unit]
    done = commit_units(lake, units) if units else None
    if done:
        result.windows += done.windows
    without_unit = [
        (volume.check_empty_window(outcome.collected, before), outcome.payload)
        for outcome in uncommitted(outcomes, done)
    ]
    result.windows += record_windows(lake, without_unit)
    result.version = read_version(lake).number


@flow(
    name="collect",
    flow_run_name=current_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=Settings().workers),  # type: ignore[arg-type]
    persist_result=False,
)
def collect(  # noqa: PLR0913 - one parameter for each thing an operator can choose
    source: SourceName,
    since: dt.date | None = None,
    until: dt.date | None = None,
    query: Annotated[str | None, Field(max_length=4000)] = None,
    dates: Annotated[Sequence[Annotated[str, Field(pattern="^(created|modified)$")]], Field(min_length=1)] = _BOTH,
    *,
    days: Annotated[int, Field(ge=1, le=366)] = 7,
    force: bool = False,
    settings: Settings | None = None,
) -> CollectResult:
    """Collect the records of one source for some days; windows that are done are skipped unless forced.

    A scheduled run gives no first day. It goes on from where the ledger says that the source is complete, whatever the
    time since, so that missed runs leave no gap. Raises `IncompleteError`, with the result, if a window failed or a
    source suddenly has no records.

    Args:
        source: The source to collect from: pubmed_api, pubmed_files, europepmc or web_pages.
        since: First day; empty: `days` before the last day, or earlier, if the ledger lacks days or files before.
        until: Last day; empty: today.
        query: In the query language of the source; for web_pages a file of URLs, or the URL of a feed.
        dates: Whether the days are those of creation (created), of modification (modified), or both.
        days: Days to go back from the last day in any case, if no first day is given.
        force: Collect windows again even if they are done.
        settings: For Python callers; a deployment is configured by the environment of its worker.
    """
    settings = settings or Settings()
    last = until or utc_now().date()
    span = Span(since or last - dt.timedelta(days=days), last, query, tuple(dates))
    lake = Lake.at(settings.lake)
    reannotate_if_rules_changed(lake)
    vocabulary_version(read_version(lake))
    if source == "web_pages" and deployment.id and not (query or settings.pages):
        get_run_logger().info("HOOFBEATS_PAGES is not set: there are no web pages to collect")
        return CollectResult(read_version(lake).number)
    track_watches(settings)
    resume = since is None
    with SourceLock(lake, source), Client(settings) as client:
        origin = make_source(source, client, settings, read_version(lake))
        version = read_version(lake)
        before, holes = list(latest_windows(version).values()), _holes(version, origin, span, settings, resume=resume)
        for hole in holes:
            get_run_logger().info("the ledger has a hole, which this run tries to fill: %s", hole.describe())
        planned = plan_windows(lake, origin, span, resume=resume)
        today, overlap = utc_now().date(), span.since if resume else None
        chosen = None if force else choose_due(planned, version, settings.settled_after_days, today, overlap=overlap)
        result = _collect_all(
            lake, origin, planned, before, force=force, windows_per_commit=settings.files_per_commit, chosen=chosen
        )
        left = _holes(read_version(lake), origin, span, settings, resume=resume)
    result.holes = [hole.describe() for hole in left]
    result.filled = [hole.describe_days() for hole in holes if hole not in left]
    announce_changes(settings)
    return publish_result(source, len(planned), before, result)


def _holes(version: Version, source: Source, span: Span, settings: Settings, *, resume: bool) -> list[Hole]:
    """Return the holes in what this run collects: of its source, query and dates."""
    kinds = {source.kinds.get(dates, FILES) for dates in span.dates}
    last = span.until if resume else span.since
    return [
        hole
        for hole in find_holes(version.table("windows").to_pylist(), last, settings.settled_after_days)
        if hole.series.collector == source.collector
        and hole.series.kind in kinds
        and hole.series.query == (span.query or "")
    ]


def _collect_all(  # noqa: PLR0913 - what to collect, what is known, and how
    lake: Lake,
    source: Source,
    planned: Sequence[Window],
    before: Sequence[dict[str, Any]],
    *,
    force: bool,
    windows_per_commit: int,
    chosen: Remaining | None = None,
) -> CollectResult:
    """Collect the chosen of the planned windows, by default all that are not done, and commit them group by group."""
    version = read_version(lake)
    chosen = chosen or Remaining(unfinished(planned, version, force=force))
    remaining: Sequence[Window] = chosen.windows
    result = CollectResult(version.number, paused=len(chosen.paused))
    result.already_done = len(planned) - len(remaining) - result.paused
    progress = ProgressArtifact(f"collect-{artifact_key(source.collector)}", len(remaining))
    while remaining:
        group = next_group(remaining, windows_per_commit)
        remaining = remaining[len(group) :]
        with WindowLocks(lake) as locks:
            held = [window for window in group if locks.acquire(window)]
            # Another run may have finished some of them since: read the ledger again now that they are locked.
            fresh = unfinished(held, read_version(lake), force=force)
            outcomes = _collect_group(lake, source, fresh)
            halted = next((outcome for outcome in outcomes if outcome.halt), None)
            if halted:  # recorded as failed, so that the ledger shows what this run should have collected
                reason = f"not attempted after {halted.collected.window.name} failed: {halted.collected.reason}"
                outcomes += [Outcome(CollectedWindow(window).failed(reason)) for window in remaining]
                remaining = []
            commit_outcomes(lake, outcomes, result, before)
        result.left_to_others += len(group) - len(held)
        result.already_done += len(held) - len(fresh)
        get_run_logger().info("source %s: version %d, %d windows", source.collector, result.version, len(outcomes))
        progress.update(len(planned) - len(remaining))
    order = {window.name: position for position, window in enumerate(planned)}
    result.windows.sort(key=lambda row: order[row["window_name"]])
    return result


def _collect_group(lake: Lake, source: Source, windows: Sequence[Window]) -> list[Outcome]:
    known = LakeSnapshot.from_version(read_version(lake))
    futures = [collect_one.submit(lake, source, window, known) for window in windows]
    return [future.result() for future in futures]


def publish_result(source: str, planned: int, before: Sequence[dict[str, Any]], result: CollectResult) -> CollectResult:
    """Publish and return the result; raises `IncompleteError` if windows failed or the source has no records."""
    alarms = [
        *volume.unusual_windows(result.windows, before),
        *volume.all_rejected(result.windows),
        *volume.no_files(source, planned, before, utc_now()),
    ]
    result.alarms = [alarm.message for alarm in alarms]
    for message in result.alarms:
        get_run_logger().warning("unusual: %s", message)
    for message in result.holes:
        get_run_logger().warning("the ledger still has a hole: %s", message)
    remarks = [*result.alarms, *result.holes, *(f"filled in this run: {filled}" for filled in result.filled)]
    publish_windows(f"collect-{artifact_key(source)}", f"Collected from {source}", result.windows, remarks)
    fatal = [alarm.message for alarm in alarms if alarm.fatal]
    if result.failed:
        first = result.failed[0]
        raise IncompleteError(
            f"{len(result.failed):,} of {len(result.windows):,} windows failed,"
            f" {first['window_name']} first: {first['reason']}",
            "see column reason of table windows; the same command tries them again, pages after a pause of 1, 2, 4 ..."
            " days or with --force", result,
        )  # fmt: skip
    if fatal:
        raise IncompleteError(
            f"{source} suddenly has no records: {'; '.join(fatal[:3])}",
            "check the service in a browser; if there are indeed no records, the next runs continue as usual", result,
        )  # fmt: skip
    return result

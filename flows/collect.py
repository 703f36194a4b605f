"""Collecting: a span of days of one source -> windows -> payloads -> the published catalog, and all of it in the
ledger.

Windows that are done are passed over; one that was interrupted goes on where it was; one whose days were not settled
yet is collected again. A window that fails stands in the ledger with its reason and is tried again by the next run.
Where a service cannot be reached, or refuses to answer at all, the windows after it are not attempted, and told so.
"""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

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
from flows.settings import Settings
from flows.sources.base import Source, Span, utc_now
from flows.watches.alerts import announce_changes, track_watches
from flows.windows.collect_window import (
    LakeSnapshot,
    Outcome,
    collect_window,
    make_source,
    next_group,
    plan_windows,
    uncommitted,
    unfinished,
)
from flows.windows.locks import SourceLock, WindowLocks
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import CollectedWindow, Window, latest_windows, record_windows
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

silence_exit_of_flow_run()

_BOTH = ("created", "modified")


@dataclass
class CollectResult:
    """What a collection did: the catalog's version, and by window what came of it.

    Apart: windows passed over, because they were done or because another run is collecting them right now.
    """

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0
    left_to_others: int = 0
    alarms: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The windows that failed."""
        return [row for row in self.windows if row["state"] == "failed"]


@task(task_run_name="collect {window.name}", cache_policy=NO_CACHE)
def collect_one(lake: Lake, source: Source, window: Window, known: LakeSnapshot) -> Outcome:
    """Collect one window."""
    outcome = collect_window(lake, source, window, known)
    told = outcome.collected
    get_run_logger().info(
        "source %s, window %s: %s, %s records announced%s", window.collector, window.name, told.state,
        "no" if told.expected is None else told.expected, f" ({told.reason})" if told.reason else "",
    )  # fmt: skip
    return outcome


def keep(lake: Lake, outcomes: Sequence[Outcome], result: CollectResult, before: Sequence[dict[str, Any]]) -> None:
    """Commit what came of some windows: their records, then those that bring none, by the ledger before."""
    units = [outcome.unit for outcome in outcomes if outcome.unit]
    done = commit_units(lake, units) if units else None
    if done:
        result.windows += done.windows
    without = [
        (volume.check_empty_window(told.collected, before), told.payload) for told in uncommitted(outcomes, done)
    ]
    result.windows += record_windows(lake, without)
    result.version = read_version(lake).number


@flow(name="collect", task_runner=ThreadPoolTaskRunner(max_workers=Settings().workers), persist_result=False)  # type: ignore[arg-type]
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
    """Collect what one source has of some days; windows that are done are left alone unless forced.

    Without days, as a scheduled run asks: those before today, so that a run that was missed leaves no gap. Raises
    `IncompleteError`, with the result, where a window failed or a source suddenly gave nothing.

    Args:
        source: Where to collect from: pubmed_api, pubmed_files, europepmc or web_pages.
        since: First day; without it, `days` says how far back.
        until: Last day; without it, today.
        query: In the source's own language; for web_pages a file of addresses, or a feed's address.
        dates: Days of the records' creation (created), of their modification (modified), or both.
        days: Without a first day: so many days before the last.
        force: Collect windows that are done once more.
        settings: For programs; a deployment is configured by its worker's environment.
    """
    told = settings or Settings()
    last = until or utc_now().date()
    span = Span(since or last - dt.timedelta(days=days), last, query, tuple(dates))
    place = Lake.at(told.lake)
    reannotate_if_rules_changed(place)
    vocabulary_version(read_version(place))
    if source == "web_pages" and deployment.id and not (query or told.pages):
        get_run_logger().info("HOOFBEATS_PAGES names no web pages: there is nothing to do")
        return CollectResult(read_version(place).number)
    track_watches(told)
    with SourceLock(place, source), Client(told) as client:
        asked = make_source(source, client, told, read_version(place))
        before = list(latest_windows(read_version(place)).values())
        planned = plan_windows(place, asked, span)
        result = _collect_all(place, asked, planned, before, force=force, windows_per_commit=told.files_per_commit)
    announce_changes(told)
    return _judged(source, len(planned), before, result)


def _collect_all(
    lake: Lake,
    source: Source,
    planned: Sequence[Window],
    before: Sequence[dict[str, Any]],
    *,
    force: bool,
    windows_per_commit: int,
) -> CollectResult:
    version = read_version(lake)
    left: Sequence[Window] = unfinished(planned, version, force=force)
    result = CollectResult(version.number, already_done=len(planned) - len(left))
    progress = ProgressArtifact(f"collect-{artifact_key(source.collector)}", len(left))
    while left:
        group = next_group(left, windows_per_commit)
        left = left[len(group) :]
        with WindowLocks(lake) as locks:
            held = [window for window in group if locks.acquire(window)]
            fresh = unfinished(held, read_version(lake), force=force)
            outcomes = _side_by_side(lake, source, fresh)
            halted = next((outcome for outcome in outcomes if outcome.halt), None)
            if halted:
                reason = f"not attempted after {halted.collected.window.name} failed: {halted.collected.reason}"
                outcomes += [Outcome(CollectedWindow(window).failed(reason)) for window in left]
                left = []
            keep(lake, outcomes, result, before)
        result.left_to_others += len(group) - len(held)
        result.already_done += len(held) - len(fresh)
        get_run_logger().info("source %s: version %d, %d windows", source.collector, result.version, len(outcomes))
        progress.update(len(planned) - len(left))
    order = {window.name: place for place, window in enumerate(planned)}
    result.windows.sort(key=lambda row: order[row["window_name"]])
    return result


def _side_by_side(lake: Lake, source: Source, windows: Sequence[Window]) -> list[Outcome]:
    known = LakeSnapshot.from_version(read_version(lake))
    futures = [collect_one.submit(lake, source, window, known) for window in windows]
    return [future.result() for future in futures]


def _judged(source: str, planned: int, before: Sequence[dict[str, Any]], result: CollectResult) -> CollectResult:
    """The result, published; raises `IncompleteError` where windows failed or the source fell silent."""
    alarms = [
        *volume.unusual_windows(result.windows, before),
        *volume.all_rejected(result.windows),
        *volume.no_files(source, planned, before, utc_now()),
    ]
    result.alarms = [alarm.message for alarm in alarms]
    for told in result.alarms:
        get_run_logger().warning("unusual: %s", told)
    publish_windows(f"collect-{artifact_key(source)}", f"Collected from {source}", result.windows, result.alarms)
    silent = [alarm.message for alarm in alarms if alarm.fatal]
    if result.failed:
        first = result.failed[0]
        raise IncompleteError(
            f"{len(result.failed):,} of {len(result.windows):,} windows failed,"
            f" {first['window_name']} first: {first['reason']}",
            "their reasons stand in table windows; the same command tries them again", result,
        )  # fmt: skip
    if silent:
        raise IncompleteError(
            f"{source} suddenly gives nothing: {'; '.join(silent[:3])}",
            "see whether the service answers in a browser; if it is right, the next runs go on as usual", result,
        )  # fmt: skip
    return result

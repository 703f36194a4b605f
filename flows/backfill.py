"""The backfill flow: collect a past span of days of one source, window by window; started by hand.

plan        choose the windows by the ledger and the operator's request; `dry_run` ends here
run         one Prefect task per window, some in parallel, newest first; commits and ledger as in `collect`
report      a progress artifact during the run; at the end a table of the windows, the failed ones with their reasons

A window that fails stops no other, but the flow run fails at the end.
"""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from flows.choices import MAX_PARALLEL, Dates, Mode, Order, SourceName, WindowSize
from flows.errors import CollectError
from flows.http.client import Client
from flows.ingest import commit_units
from flows.progress import count_bar
from flows.reporting.artifacts import ProgressArtifact, publish_windows
from flows.reporting.run_names import current_run_name
from flows.settings import Settings
from flows.sources.base import Span
from flows.watches.alerts import announce_changes, track_watches
from flows.windows.backfill_plan import BackfillRequest, choose_windows, estimate_backfill
from flows.windows.backfill_run import Attempt, BackfillResult, Runner, WindowCollector
from flows.windows.collect_window import make_source, plan_windows
from flows.windows.locks import WindowLocks
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import Window
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

set_up_flow_run()


class BackfillFailed(CollectError):
    """Some windows of a backfill failed; `result` lists all windows."""

    def __init__(self, result: BackfillResult) -> None:
        failed = result.failed
        super().__init__(
            f"{len(failed):,} of {len(result.windows):,} windows failed,"
            f" {failed[0]['window_name']} first: {failed[0]['reason']}",
            "see column reason of table windows; the same command tries them again, with --mode failed only them",
        )
        self.result = result


class WindowFailed(CollectError):
    """One window failed; raised so that its task run fails, too."""

    def __init__(self, attempt: Attempt, reason: str | None) -> None:
        super().__init__(f"{attempt.window.name}: {reason}")
        self.attempt = attempt


@task(task_run_name="backfill {window.name}", cache_policy=NO_CACHE)
def backfill_window(collector: WindowCollector, window: Window, wait_s: float) -> Attempt:
    """Collect one window."""
    attempt = collector.collect(window, wait_s)
    if attempt.outcome and attempt.outcome.collected.state == "failed":
        raise WindowFailed(attempt, attempt.outcome.collected.reason)
    return attempt


class _TaskFuture:
    """The future of a task run, with the interface of `AttemptFuture`."""

    def __init__(self, future: PrefectFuture[Attempt]) -> None:
        self._future = future

    def add_done_callback(self, fn: Callable[["_TaskFuture"], None]) -> None:
        self._future.add_done_callback(lambda _: fn(self))

    def result(self) -> Attempt:
        try:
            return self._future.result()
        except WindowFailed as failure:
            return failure.attempt


@flow(
    name="backfill",
    flow_run_name=current_run_name,
    task_runner=ThreadPoolTaskRunner(max_workers=MAX_PARALLEL),  # type: ignore[arg-type]
    persist_result=False,
)
def backfill(  # noqa: PLR0913 - one parameter for each thing an operator can choose
    source: SourceName,
    since: dt.date,
    until: dt.date,
    window: WindowSize = WindowSize.MONTH,
    *,
    mode: Mode = Mode.MISSING,
    query: Annotated[str | None, Field(max_length=4000)] = None,
    dates: Dates = Dates.CREATED,
    order: Order = Order.NEWEST,
    parallel: Annotated[int, Field(ge=1, le=MAX_PARALLEL)] = 2,
    dry_run: bool = False,
    lake: Path | None = None,
) -> BackfillResult | dict[str, Any]:
    """Fill gaps in the records of a source, or collect some of its days again.

    Raises `BackfillFailed` at the end if windows failed. A dry run returns {"windows": [...], "total": {...}}.

    Args:
        source: The source to collect from.
        since: The first day.
        until: The last day; future days are left out.
        window: Days per window; numbered files and web pages are windows of their own.
        mode: missing (days no finished window covers), failed (windows whose last attempt failed), or all.
        query: In the query language of the source, e.g. case reports[pt] for PubMed; empty: all records.
        dates: Whether the days are those of creation, of modification, or both.
        order: newest or oldest windows first.
        parallel: Windows collected at the same time; together they keep the rate limit of the source.
        dry_run: Only list the windows, with the records, requests and minutes they will take.
        lake: Folder of the lake; empty: the configured one.

    """
    settings = Settings() if lake is None else Settings(lake=lake)
    request = BackfillRequest(source, Span(since, until, query, dates.kinds, window), mode, order)
    if dry_run:
        estimate = estimate_backfill(request, settings)
        create_table_artifact(estimate["windows"], "backfill-plan", f"Estimate of a backfill: {estimate['total']}")
        return estimate
    return run(request, settings, parallel)


def run(request: BackfillRequest, settings: Settings, parallel: int) -> BackfillResult:
    """Run a backfill inside a flow run; raises `BackfillFailed` if windows failed."""
    request, lake = request.validated(), Lake.at(settings.lake)
    reannotate_if_rules_changed(lake)
    version = read_version(lake)
    vocabulary_version(version)  # raises a clear error before any work if there is no vocabulary
    track_watches(settings)
    with Client(settings) as client, WindowLocks(lake) as locks:
        source = make_source(request.source, client, settings, version)
        planned = choose_windows(request, plan_windows(lake, source, request.span), version)
        get_run_logger().info("%s: %d windows, %d done", request.source, len(planned.windows), planned.already_done)
        result = _run(WindowCollector(lake, source, locks, version.number), planned.windows, settings, parallel)
    announce_changes(settings)
    result.already_done = planned.already_done
    publish_windows("backfill", f"Backfill of {request.source}", result.windows)
    if result.failed:
        raise BackfillFailed(result)
    return result


def _run(collector: WindowCollector, windows: list[Window], settings: Settings, parallel: int) -> BackfillResult:
    with count_bar(f"backfill {collector.source.collector}", len(windows)) as advance_bar:
        progress = _Progress("backfill", len(windows), advance_bar)
        runner = Runner(
            collector,
            lambda window, wait_s: _TaskFuture(backfill_window.submit(collector, window, wait_s)),
            lambda units: commit_units(collector.lake, units),
            progress.advance,
            parallel,
            settings.files_per_commit,
        )
        return runner.run(windows)


class _Progress:
    """A progress artifact, updated at each whole percent only (an API call each), and the bar on the terminal."""

    def __init__(self, key: str, windows: int, advance_bar: Callable[[], None]) -> None:
        self._windows, self._finished, self._advance_bar = windows, 0, advance_bar
        self._artifact = ProgressArtifact(key, windows)

    def advance(self) -> None:
        before, self._finished = self._percent(), self._finished + 1
        self._advance_bar()
        if self._percent() > before:
            self._artifact.update(self._finished)

    def _percent(self) -> int:
        return 100 * self._finished // self._windows

"""The backfill flow: a past span of days of one source, window by window, by hand.

plan        which windows, by the ledger and by what the operator asks; `dry_run` ends here
run         one Prefect task a window, some side by side, newest first; commits and the ledger as in `collect`
tell        a progress artifact while it runs; at the end a table of the windows that failed, and why

A window that fails stops no other; a flow run some of whose windows failed has failed.
"""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

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
from flows.settings import Settings
from flows.sources.base import Span
from flows.watches.alerts import announce_changes, track_watches
from flows.windows.backfill_plan import BackfillRequest, choose_windows
from flows.windows.backfill_plan import dry_run as dry_run_of
from flows.windows.backfill_run import Attempt, BackfillResult, Runner, WindowCollector
from flows.windows.collect_window import make_source, plan_windows
from flows.windows.locks import WindowLocks
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import Window
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

silence_exit_of_flow_run()


class BackfillFailed(CollectError):
    """Some windows of a backfill failed; `result` has all of them."""

    def __init__(self, result: BackfillResult) -> None:
        failed = result.failed
        super().__init__(
            f"{len(failed):,} of {len(result.windows):,} windows failed,"
            f" {failed[0]['window_name']} first: {failed[0]['reason']}",
            "their reasons stand in table windows; the same command tries them again, --mode failed only them",
        )
        self.result = result


class WindowFailed(CollectError):
    """One window failed: so its task run has, too."""

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


class _Submitted:
    """A task run, as the runner looks at attempts."""

    def __init__(self, future: PrefectFuture[Attempt]) -> None:
        self._future = future

    def add_done_callback(self, told: Callable[["_Submitted"], None]) -> None:
        self._future.add_done_callback(lambda _: told(self))

    def result(self) -> Attempt:
        try:
            return self._future.result()
        except WindowFailed as failed:
            return failed.attempt


@flow(
    name="backfill",
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
    """Fill gaps in what a source has given, or collect days of it once more.

    Raises `BackfillFailed` at the end where windows failed. A dry run returns {"windows": [...], "total": {...}}.

    Args:
        source: Where to collect from.
        since: The first day.
        until: The last day; days to come are left out.
        window: How many days to ask for at a time; numbered files and pages are windows of their own.
        mode: The days that no finished window covers, the windows that failed the last time, or all once more.
        query: In the source's own language, e.g. case reports[pt] for PubMed; nothing: all it has.
        dates: Days of the records' creation, of their modification, or both.
        order: Which windows to begin with.
        parallel: Windows side by side; together they keep to the pace the source allows.
        dry_run: Only show the windows, and the records, requests and minutes they will take.
        lake: The lake's folder; nothing: the configured one.

    """
    settings = Settings() if lake is None else Settings(lake=lake)
    request = BackfillRequest(source, Span(since, until, query, dates.kinds, window), mode, order)
    if dry_run:
        told = dry_run_of(request, settings)
        create_table_artifact(told["windows"], "backfill-plan", f"What a backfill will take: {told['total']}")
        return told
    return run(request, settings, parallel)


def run(request: BackfillRequest, settings: Settings, parallel: int) -> BackfillResult:
    """Run a backfill within the flow."""
    request, lake = request.checked(), Lake.at(settings.lake)
    reannotate_if_rules_changed(lake)
    version = read_version(lake)
    vocabulary_version(version)  # a clear error before any work, where there is none
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
    with count_bar(f"backfill {collector.source.collector}", len(windows)) as tell:
        progress = _Progress("backfill", len(windows), tell)
        runner = Runner(
            collector,
            lambda window, wait_s: _Submitted(backfill_window.submit(collector, window, wait_s)),
            lambda units: commit_units(collector.lake, units),
            progress.advance,
            parallel,
            settings.files_per_commit,
        )
        return runner.run(windows)


class _Progress:
    """A progress artifact, moved at each whole percent, and the bar beside it."""

    def __init__(self, key: str, windows: int, tell: Callable[[], None]) -> None:
        self._windows, self._through, self._tell = windows, 0, tell
        self._artifact = ProgressArtifact(key, windows)

    def advance(self) -> None:
        before, self._through = self._percent(), self._through + 1
        self._tell()
        if self._percent() > before:
            self._artifact.update(self._through)

    def _percent(self) -> int:
        return 100 * self._through // self._windows

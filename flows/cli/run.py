"""What the verbs that write do: run a flow, show its progress, print what it did."""

import logging
import os
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flows import terminal as show
from flows.choices import Dates, SourceName, WindowSize
from flows.errors import IncompleteError, ServingError
from flows.load_vocabulary import LoadedVocabulary, load_vocabulary
from flows.process_setup import silence_exit
from flows.progress import bytes_bar
from flows.settings import Settings
from flows.sources.local_files import UnreadableFileError

if TYPE_CHECKING:
    from flows.sources.base import Span
    from flows.windows.backfill_plan import BackfillRequest
    from flows.windows.backfill_run import BackfillResult

QUIET_PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
"""No telemetry, and only warnings on the terminal: the verbs print what was done themselves."""

_FATES = ["received", "kept", "unchanged", "superseded", "duplicates", "rejected"]
_COLLECTED = ["window_name", "state", "expected", *_FATES, "reason"]
_COLUMNS = ["name", "state", *_FATES, "deletions"]


def run_vocabulary_load(files: Sequence[Path], settings: Settings, *, as_json: bool) -> None:
    """Load a vocabulary and print its size."""
    _show_vocabulary(load_vocabulary(files, settings), as_json=as_json)


def run_vocabulary_refresh(settings: Settings, *, as_json: bool) -> None:
    """Run the flow that fetches the vocabularies, and print what it did."""
    _quieten_prefect()
    from flows.refresh import refresh_vocabulary

    _show_vocabulary(refresh_vocabulary(settings.lake), as_json=as_json)


def _show_vocabulary(loaded: LoadedVocabulary, *, as_json: bool) -> None:
    if as_json:
        show.as_json(asdict(loaded))
        return
    state = "in force already" if loaded.catalog_version is None else f"catalog version {loaded.catalog_version}"
    show.lines(
        f"vocabulary {loaded.version[:12]}: {loaded.concepts:,} concepts, {loaded.counted:,} of them counted,"
        f" {loaded.names:,} names ({state})"
    )


def run_ingest(files: Sequence[Path], settings: Settings, *, as_json: bool) -> None:
    """Run the main flow on files and print what became of their records."""
    for path in files:
        if not path.is_file():
            raise UnreadableFileError(path, "no such file" if not path.exists() else "not a file")
    _quieten_prefect()
    from flows.ingest import ingest
    from flows.prepare.task_runners import one_server

    with one_server(settings), bytes_bar("reading", sum(path.stat().st_size for path in files)):
        result = ingest(list(files), settings.lake)
    if as_json:
        show.as_json(asdict(result))
        return
    if result.windows:
        show.as_table(result.windows, _COLUMNS)
    for name in result.already_loaded:
        show.lines(f"{name}: loaded already, nothing changed")
    show.lines(f"{settings.lake}: version {result.version}")


def run_collect(settings: Settings, source: str, span: "Span", *, force: bool, as_json: bool) -> None:
    """Collect from a source and print what came of every window; raises `IncompleteError` if one of them failed."""
    _quieten_failures()
    _quieten_prefect()
    from flows.collect import collect

    incomplete: IncompleteError | None = None
    try:
        result = collect(
            SourceName(source), span.since, span.until, span.query, span.dates, force=force, settings=settings
        )
    except IncompleteError as error:
        result, incomplete = error.result, error
    if as_json:
        show.as_json({**asdict(result), "lake": str(settings.lake)})
    else:
        _show_collected(result.windows)
        done = f"; {result.already_done:,} were done already" if result.already_done else ""
        left = f"; {result.left_to_others:,} are being collected by other runs" if result.left_to_others else ""
        show.lines(f"{settings.lake}: version {result.version}, {len(result.windows):,} windows collected{done}{left}")
    for alarm in result.alarms:
        show.note(alarm)
    if incomplete:
        raise incomplete


def run_up(settings: Settings, place: tuple[str, int], deployments: Path | None, *, only_deploy: bool) -> None:
    """Serve until stopped."""
    _quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.serving import ServeOptions, up

    prefect_file = (deployments or PROJECT / "prefect.yaml").resolve()
    up(settings, ServeOptions(*place, prefect_file=prefect_file, deploy_only=only_deploy))


def run_doctor(settings: Settings, place: tuple[str, int], deployments: Path | None, *, as_json: bool) -> None:
    """Print what all checks found; raises `ServingError` where something does not work."""
    _quieten_failures()
    _quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.doctor import examine

    found = examine(settings, (deployments or PROJECT / "prefect.yaml").resolve(), place)
    rows = [asdict(finding) for finding in found]
    show.as_json(rows) if as_json else show.as_table(rows, ["check", "state", "found", "mend"])
    faults = [row["check"] for row in rows if row["state"] == "fault"]
    if faults:
        raise ServingError(f"{len(faults)} things do not work: {', '.join(faults)}", "the list says how to mend them")


def show_dry_run(settings: Settings, asked: "BackfillRequest", *, as_json: bool) -> None:
    """Print what a backfill will take; Prefect has no part in it."""
    from flows.windows.backfill_plan import dry_run

    _quieten_failures()
    told = dry_run(asked, settings)
    if as_json:
        show.as_json(told)
        return
    show.as_table(told["windows"], ["window_name", "expected", "requests", "minutes"])
    in_total = told["total"]
    show.lines(
        f"{in_total['windows']:,} windows, {show.text(in_total['expected'])} records,"
        f" {in_total['requests']:,} requests, {in_total['minutes']:,} minutes at least;"
        f" {in_total['already_done']:,} windows are done already"
    )


def run_backfill(settings: Settings, asked: "BackfillRequest", parallel: int, *, as_json: bool) -> None:
    """Backfill and print what came of every window; raises `CollectError` if one of them failed."""
    _quieten_failures()
    _quieten_prefect()
    from flows.backfill import BackfillFailed, backfill

    span = asked.span
    size = span.window or WindowSize.MONTH
    dates = Dates.BOTH if len(span.dates) > 1 else Dates(span.dates[0])
    try:
        told = backfill(
            asked.source, span.since, span.until, size, mode=asked.mode, query=span.query, dates=dates,
            order=asked.order, parallel=parallel, lake=settings.lake,
        )  # fmt: skip
        result, failure = cast("BackfillResult", told), None
    except BackfillFailed as error:
        result, failure = error.result, error
    if as_json:
        show.as_json({**asdict(result), "lake": str(settings.lake)})
    else:
        _show_collected(result.windows)
        show.lines(
            f"{settings.lake}: version {result.version}, {len(result.windows):,} windows collected;"
            f" {result.already_done:,} were done already, {result.done_by_others:,} by other runs in the meantime"
        )
    if failure:
        raise failure


def _show_collected(windows: list[dict[str, Any]]) -> None:
    """The windows that held records or failed, each on a line; the others only counted."""
    told = [row for row in windows if row["received"] or row["state"] == "failed"]
    if told:
        show.as_table(told, _COLLECTED)
    if len(told) < len(windows):
        show.lines(f"{len(windows) - len(told):,} windows without records")


def _quieten_failures() -> None:
    """What fails is told by the verb itself, in one line."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    logging.getLogger("stamina").setLevel(logging.ERROR)


@cache
def _quieten_prefect() -> None:
    """Settings Prefect reads when it is imported.

    Registered before Prefect's own, the exit handler runs after them: Prefect keeps flows, and with them DuckDB's
    types, to the very end of the process, where DuckDB's binding would print a screenful about it.
    """
    for name, value in QUIET_PREFECT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    silence_exit()
    show.note("starting Prefect ...")

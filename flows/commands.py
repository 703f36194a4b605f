"""What the verbs that write do: run a flow, show its progress, print what it did."""

import atexit
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import show
from flows.errors import IncompleteError, ServingError
from flows.progress import bytes_bar
from flows.settings import Settings
from flows.sources.local_files import UnreadableFileError
from flows.vocabulary import load

if TYPE_CHECKING:
    from flows.sources.base import Span

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
    loaded = load(files, settings)
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

    with bytes_bar("reading", sum(path.stat().st_size for path in files)):
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
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")  # what fails is told below, in one line
    logging.getLogger("stamina").setLevel(logging.ERROR)
    _quieten_prefect()
    from flows.collect import collect

    incomplete: IncompleteError | None = None
    try:
        result = collect(source, span.since, span.until, span.query, span.dates, force=force, settings=settings)
    except IncompleteError as error:
        result, incomplete = error.result, error
    if as_json:
        show.as_json({**asdict(result), "lake": settings.lake})
    else:
        _show_collected(result.windows)
        done = f"; {result.already_done:,} were done already" if result.already_done else ""
        show.lines(f"{settings.lake}: version {result.version}, {len(result.windows):,} windows collected{done}")
    for alarm in result.alarms:
        show.note(alarm)
    if incomplete:
        raise incomplete


def run_up(settings: Settings, place: tuple[str, int], deployments: Path | None, *, only_deploy: bool) -> None:
    """Serve until stopped."""
    _quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.serving import How, up

    prefect_file = (deployments or PROJECT / "prefect.yaml").resolve()
    up(settings, How(*place, prefect_file=prefect_file, only_deploy=only_deploy))


def run_doctor(settings: Settings, place: tuple[str, int], deployments: Path | None, *, as_json: bool) -> None:
    """Print what all checks found; raises `ServingError` where something does not work."""
    logging.getLogger("stamina").setLevel(logging.ERROR)
    _quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.doctor import examine

    found = examine(settings, (deployments or PROJECT / "prefect.yaml").resolve(), place)
    rows = [asdict(finding) for finding in found]
    show.as_json(rows) if as_json else show.as_table(rows, ["check", "state", "found", "mend"])
    faults = [row["check"] for row in rows if row["state"] == "fault"]
    if faults:
        raise ServingError(f"{len(faults)} things do not work: {', '.join(faults)}", "the list says how to mend them")


def _show_collected(windows: list[dict[str, Any]]) -> None:
    """The windows that held records or failed, each on a line; the others only counted."""
    told = [row for row in windows if row["received"] or row["state"] == "failed"]
    if told:
        show.as_table(told, _COLLECTED)
    if len(told) < len(windows):
        show.lines(f"{len(windows) - len(told):,} windows without records")


@cache
def _quieten_prefect() -> None:
    """Settings Prefect reads when it is imported.

    Registered before Prefect's own, the exit handler runs after them: Prefect keeps flows, and with them DuckDB's
    types, to the very end of the process, where DuckDB's binding would print a screenful about it.
    """
    for name, value in QUIET_PREFECT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno()))
    show.note("starting Prefect ...")

"""What the verbs that write do: run a flow, show its progress, print what it did."""

import atexit
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from flows import show
from flows.progress import bytes_bar
from flows.settings import Settings
from flows.sources.local_files import UnreadableFileError
from flows.vocabulary import load

QUIET_PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
"""No telemetry, and only warnings on the terminal: the verbs print what was done themselves."""

_COLUMNS = ["name", "state", "received", "kept", "unchanged", "superseded", "duplicates", "rejected", "deletions"]


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

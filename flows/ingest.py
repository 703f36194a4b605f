"""The ingest flow: payloads -> documents -> mentions -> articles -> counts -> the next catalog.

copy        copy the files into the lake's raw folder; those the lake has already are skipped
prepare     parse, find sentences and mentions, write staged tables (one Prefect task per payload, in parallel)
commit      order versions, assign articles, count the changes, publish the next catalog (a few payloads at a time)
"""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

import errno
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb
from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.errors import NotLoadedError
from flows.prepare.payload import prepare
from flows.prepare.task_runners import task_runner
from flows.progress import advance_bytes
from flows.reporting.artifacts import ProgressArtifact, publish_windows
from flows.reporting.run_names import current_run_name
from flows.settings import Settings
from flows.sources import local_files
from flows.watches.alerts import announce_changes, track_watches
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import Commit, commit, loaded_payloads, vocabulary_version
from warehouse.commit.ledger import CollectedWindow, Payload, record_windows
from warehouse.commit.staging import Unit, nothing_readable
from warehouse.errors import LakeError, VocabularyChangedError
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

set_up_flow_run()

T = TypeVar("T")


@dataclass
class IngestResult:
    """Result of an ingest: the lake version, a row of table `windows` per payload, and the payloads it had already."""

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_loaded: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The payloads that were not loaded; each row has its `reason`."""
        return [row for row in self.windows if row["state"] == "failed" and not row.get("payload")]


@task(task_run_name="copy {payload.name}", cache_policy=NO_CACHE)
def copy_into_lake(lake: Lake, path: Path, payload: Payload) -> Path:
    """Copy one file into the lake's raw folder; return its path there."""
    return local_files.copy_into_lake(lake, path, payload)


@task(task_run_name="prepare {payload.name}", cache_policy=NO_CACHE)
def prepare_payload(lake: Lake, payload: Payload, vocabulary: str) -> Unit:
    """Parse and annotate one payload."""
    return prepare(lake, payload, vocabulary)


@task(task_run_name="commit", cache_policy=NO_CACHE)
def commit_units(lake: Lake, units: Sequence[Unit]) -> Commit | None:
    """Commit prepared payloads as the next version of the lake."""
    done = commit(lake, units)
    for unit in units:
        unit.discard()
    return done


def load_payloads(lake: Lake, files: Sequence[tuple[Path, Payload]]) -> list[dict[str, Any]]:
    """Copy, prepare and commit payloads; return their rows of `windows`.

    They are prepared in parallel and committed together. One that fails on the way is recorded as failed with its
    reason, and the others are committed without it. Starts over if the vocabulary was replaced meanwhile.
    """
    vocabulary = vocabulary_version(read_version(lake))
    attempts = Attempts()
    # Each unit is prepared with one vocabulary; the commit refuses units of another than the one in force.
    copied = [payload for path, payload in files if attempts.run(payload, partial(copy_into_lake, lake, path, payload))]
    futures = [(payload, prepare_payload.submit(lake, payload, vocabulary)) for payload in copied]
    try:
        units = [attempts.run(payload, partial(_wait_for_unit, future)) for payload, future in futures]
        rows = commit_separately(lake, [unit for unit in units if unit and attempts.check_readable(unit)], attempts)
    except VocabularyChangedError:
        if vocabulary == vocabulary_version(read_version(lake)):
            raise
        get_run_logger().info("the vocabulary was replaced: preparing again")
        return load_payloads(lake, files)
    return rows + record_windows(lake, attempts.failed)


def commit_separately(lake: Lake, units: Sequence[Unit], attempts: "Attempts") -> list[dict[str, Any]]:
    """Commit units together; if that fails, each half by itself, until the units that fail are alone."""
    if not units:
        return []
    if len(units) == 1:
        done = attempts.run(units[0].payload, partial(commit_units, lake, units))
        units[0].discard()  # whatever is wrong with it, the next attempt prepares the file again
        return done.windows if done else []
    try:
        done = commit_units(lake, units)
    except Exception as error:  # tried again with fewer units, until it is known which one it is
        if is_environmental(error):
            raise
        get_run_logger().warning("the commit of %d files failed, trying fewer at a time: %r", len(units), error)
        half = len(units) // 2
        return [row for part in (units[:half], units[half:]) for row in commit_separately(lake, part, attempts)]
    return done.windows if done else []


class Attempts:
    """Steps of a load, payload by payload; `failed` holds those that went wrong, for the ledger."""

    def __init__(self) -> None:
        self.failed: list[tuple[CollectedWindow, None]] = []

    def run(self, payload: Payload, step: Callable[[], T]) -> T | None:
        """Return the result of a step; or None if it fails, which is recorded with its reason.

        Raises errors that are none of this payload's, see `is_environmental`.
        """
        try:
            return step()
        except Exception as error:
            if is_environmental(error):
                raise
            self.fail(payload, str(error) if hasattr(error, "hint") else f"{type(error).__name__}: {error}")
            return None

    def check_readable(self, unit: Unit) -> bool:
        """Return whether anything could be read of a file a user named; if not, it is recorded with its reason."""
        reason = None if unit.payload.collected else nothing_readable(unit)
        if reason:
            unit.discard()  # the next attempt reads the file again
            self.fail(unit.payload, reason)
        return reason is None

    def fail(self, payload: Payload, reason: str) -> None:
        """Record a payload as failed, so that the next run tries it again."""
        plain = " ".join(os.fsencode(reason).decode("utf-8", "replace").split())[:_LONGEST_REASON]
        get_run_logger().warning("%s was not loaded: %s", payload.name, plain)
        self.failed.append((payload.window.failed(plain), None))


def is_environmental(error: Exception) -> bool:
    """Return whether an error is one of the lake or the machine: every further payload would fail in the same way."""
    if isinstance(error, duckdb.IOException):
        return os.strerror(errno.ENOSPC) in str(error)
    full = isinstance(error, OSError) and error.errno in _FULL_DISK
    return full or isinstance(error, LakeError | MemoryError | duckdb.OutOfMemoryException)


_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_LONGEST_REASON = 500


def _wait_for_unit(future: PrefectFuture[Unit]) -> Unit:
    unit = future.result()
    if Settings().runner != "threads":  # read in another process, which does not see the bar of this one
        advance_bytes(unit.payload.bytes)
    return unit


@flow(name="ingest", flow_run_name=current_run_name, task_runner=task_runner(Settings()), persist_result=False)
def ingest(files: list[Path], lake: Path | None = None) -> IngestResult:
    """Load files into the lake. Files whose content it has already change nothing.

    A file that cannot be loaded keeps none of the others from it. Raises `NotLoadedError` at the end if there were any.

    Args:
        files: Paths on the machine of the worker: PubMed XML, Europe PMC JSON or saved web pages, plain or .gz.
        lake: Folder of the lake; empty: the configured one.
    """
    settings = Settings() if lake is None else Settings(lake=lake)
    target = Lake.at(settings.lake)
    logger = get_run_logger()
    current = read_version(target)
    vocabulary_version(current)  # raises a clear error before any work if there is no vocabulary
    track_watches(settings)
    result = IngestResult(current.number)
    pending = _new_files(target, files, loaded_payloads(current), result)
    if pending:
        reannotate_if_rules_changed(target)
    progress = ProgressArtifact("ingest", len(pending))
    for begin in range(0, len(pending), settings.files_per_commit):
        group = pending[begin : begin + settings.files_per_commit]
        result.windows.extend(load_payloads(target, group))
        result.version = read_version(target).number
        logger.info("version %d: %s", result.version, ", ".join(payload.name for _, payload in group))
        progress.update(begin + len(group))
    announce_changes(settings)
    publish_windows(
        "ingest", "Files loaded", result.windows, [f"{name}: loaded already" for name in result.already_loaded]
    )
    if result.failed:
        first = result.failed[0]
        raise NotLoadedError(
            f"{len(result.failed):,} files were not loaded, {first['name']} first: {first['reason']}",
            "the others are loaded; correct or fetch these files again, and run the same command", result,
        )  # fmt: skip
    return result


def _new_files(
    lake: Lake, files: Sequence[Path], known: Collection[tuple[str, str]], result: IngestResult
) -> list[tuple[Path, Payload]]:
    """Return the files to load with their payloads; those the lake has, and unreadable ones, go to `result`."""
    attempts = Attempts()
    fresh: dict[tuple[str, str], tuple[Path, Payload]] = {}
    for path in files:
        unread = Payload("local_files", local_files.stored_name(path), "", 0, "")
        payload = attempts.run(unread, partial(local_files.describe_file, lake, path))
        if payload is None:
            continue
        if payload.key in known:
            attempts.run(payload, partial(local_files.repair_copy, lake, path, payload))
        if payload.key in known or payload.key in fresh:
            result.already_loaded.append(payload.name)
        else:
            fresh[payload.key] = (path, payload)
    result.windows.extend(record_windows(lake, attempts.failed))
    return list(fresh.values())

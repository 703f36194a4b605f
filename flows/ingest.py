"""The ingest flow: payloads -> documents -> mentions -> articles -> counts -> the next catalog.

copy        copy the files into the lake's raw folder; those the lake has already are skipped
prepare     parse, find sentences and mentions, write staged tables (one Prefect task per payload, in parallel)
commit      order versions, assign articles, count the changes, publish the next catalog (a few payloads at a time)
"""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

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
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import Unit
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import reannotate_if_rules_changed

set_up_flow_run()


@dataclass
class IngestResult:
    """Result of an ingest: the lake version, a row of table `windows` per payload, and the payloads it had already."""

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_loaded: list[str] = field(default_factory=list)


@task(task_run_name="copy {path.name}", cache_policy=NO_CACHE)
def copy_into_lake(lake: Lake, path: Path, payload: Payload) -> None:
    """Copy one file into the lake's raw folder."""
    local_files.copy_into_lake(lake, path, payload)


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


def prepare_and_commit(lake: Lake, payloads: Sequence[Payload]) -> Commit | None:
    """Prepare payloads in parallel and commit them together; start over if the vocabulary was replaced meanwhile."""
    vocabulary = vocabulary_version(read_version(lake))
    # Each unit is prepared with one vocabulary; the commit refuses units of another than the one in force.
    futures = [prepare_payload.submit(lake, payload, vocabulary) for payload in payloads]
    try:
        return commit_units(lake, [_wait_for_unit(future) for future in futures])
    except VocabularyChangedError:
        if vocabulary == vocabulary_version(read_version(lake)):
            raise
        get_run_logger().info("the vocabulary was replaced: preparing again")
        return prepare_and_commit(lake, payloads)


def _wait_for_unit(future: PrefectFuture[Unit]) -> Unit:
    unit = future.result()
    if Settings().runner != "threads":  # read in another process, which does not see the bar of this one
        advance_bytes(unit.payload.bytes)
    return unit


@flow(name="ingest", flow_run_name=current_run_name, task_runner=task_runner(Settings()), persist_result=False)
def ingest(files: list[Path], lake: Path | None = None) -> IngestResult:
    """Load files into the lake. Files whose content it has already change nothing.

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
    known = loaded_payloads(current)
    result = IngestResult(current.number)
    fresh: dict[tuple[str, str], tuple[Path, Payload]] = {}
    for path in files:
        payload = local_files.describe_file(target, path)
        if payload.key in known:
            local_files.repair_copy(target, path, payload)
        if payload.key in known or payload.key in fresh:
            result.already_loaded.append(payload.name)
        else:
            fresh[payload.key] = (path, payload)
    pending = list(fresh.values())
    if pending:
        reannotate_if_rules_changed(target)
    progress = ProgressArtifact("ingest", len(pending))
    for begin in range(0, len(pending), settings.files_per_commit):
        group = pending[begin : begin + settings.files_per_commit]
        for path, payload in group:
            copy_into_lake(target, path, payload)
        done = prepare_and_commit(target, [payload for _, payload in group])
        if done:
            result.version = done.version
            result.windows.extend(done.windows)
            logger.info("version %d: %s", done.version, ", ".join(payload.name for _, payload in group))
        progress.update(begin + len(group))
    announce_changes(settings)
    publish_windows(
        "ingest", "Files loaded", result.windows, [f"{name}: loaded already" for name in result.already_loaded]
    )
    return result

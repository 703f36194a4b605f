"""The main flow: payloads -> documents -> mentions -> articles -> counts -> the published catalog.

collect     take the files into the lake's raw folder; those it has already are left out
prepare     parse, find sentences and mentions, write staged tables (one Prefect task a payload, side by side)
commit      order versions, assign articles, count the change, put the next catalog in place (a few payloads at once)
"""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

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

silence_exit_of_flow_run()


@dataclass
class IngestResult:
    """What an ingest did: the catalog's version, one row of `windows` a payload, and the payloads it had already."""

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_loaded: list[str] = field(default_factory=list)


@task(task_run_name="take in {path.name}", cache_policy=NO_CACHE)
def take_in(lake: Lake, path: Path, payload: Payload) -> None:
    """Copy one file into the lake."""
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
    """Prepare payloads side by side and commit them together; again, where the vocabulary was replaced meanwhile."""
    vocabulary = vocabulary_version(read_version(lake))
    futures = [prepare_payload.submit(lake, payload, vocabulary) for payload in payloads]
    try:
        return commit_units(lake, [_prepared(future) for future in futures])
    except VocabularyChangedError:
        if vocabulary == vocabulary_version(read_version(lake)):
            raise
        get_run_logger().info("the vocabulary was replaced: preparing again")
        return prepare_and_commit(lake, payloads)


def _prepared(future: PrefectFuture[Unit]) -> Unit:
    unit = future.result()
    if Settings().runner != "threads":
        advance_bytes(unit.payload.bytes)
    return unit


@flow(name="ingest", task_runner=task_runner(Settings()), persist_result=False)
def ingest(files: list[Path], lake: Path | None = None) -> IngestResult:
    """Load PubMed XML files into the lake. Files it has already, by content, change nothing.

    Args:
        files: Files on the worker's machine: PubMed XML, Europe PMC JSON, saved pages; plain or .gz.
        lake: The lake's folder; without it, as configured.
    """
    settings = Settings() if lake is None else Settings(lake=lake)
    place = Lake.at(settings.lake)
    logger = get_run_logger()
    current = read_version(place)
    vocabulary_version(current)  # a clear error before any work, where there is none
    track_watches(settings)
    known = loaded_payloads(current)
    result = IngestResult(current.number)
    fresh: dict[tuple[str, str], tuple[Path, Payload]] = {}
    for path in files:
        payload = local_files.describe_file(place, path)
        if payload.key in known or payload.key in fresh:
            result.already_loaded.append(payload.name)
        else:
            fresh[payload.key] = (path, payload)
    waiting = list(fresh.values())
    if waiting:
        reannotate_if_rules_changed(place)
    progress = ProgressArtifact("ingest", len(waiting))
    for begin in range(0, len(waiting), settings.files_per_commit):
        group = waiting[begin : begin + settings.files_per_commit]
        for path, payload in group:
            take_in(place, path, payload)
        done = prepare_and_commit(place, [payload for _, payload in group])
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

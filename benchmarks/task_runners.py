"""Runs one bulk load on several task runners, each into its own lake, with one Prefect server for all of them.

    python -m benchmarks.task_runners FOLDER RUNNER[:WORKERS] ...

The files are FOLDER/files/*; the lakes FOLDER/<runner> hold a vocabulary. Prints one line of JSON for each runner: the
seconds until every worker has its vocabulary, of preparing and of committing, and how often each process built it.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from flows.process_setup import silence_exit, tune_allocator

tune_allocator()

from flows.quiet_prefect import QUIET_PREFECT

os.environ.update(QUIET_PREFECT | {"PREFECT_LOGGING_LEVEL": "ERROR"})

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.ingest import commit_units, prepare_payload
from flows.operations.temporary_server import temporary_server
from flows.prepare.payload import built_vocabulary, matching_vocabulary
from flows.prepare.task_runners import task_runner
from flows.settings import Settings
from flows.sources import local_files
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.lake import Lake


@task(cache_policy=NO_CACHE)
def count_builds(lake: Lake, version: str) -> tuple[int, int]:
    """Use the vocabulary; return the process id and how often that process has built a vocabulary."""
    matching_vocabulary(lake, version)
    time.sleep(0.2)
    return os.getpid(), built_vocabulary.cache_info().misses


@flow(persist_result=False)
def load(lake: Lake, files: Sequence[Path], workers: int) -> dict[str, Any]:
    """Run the load; return its seconds and how often each process built the vocabulary."""
    payloads = [local_files.describe_file(lake, path) for path in files]
    for path, payload in zip(files, payloads, strict=True):
        local_files.copy_into_lake(lake, path, payload)
    version = vocabulary_version(read_version(lake))
    times = [time.perf_counter()]
    _builds(lake, version, 2 * workers)
    times.append(time.perf_counter())
    futures = [prepare_payload.submit(lake, payload, version) for payload in payloads]
    units = [future.result() for future in futures]
    times.append(time.perf_counter())
    commit_units(lake, units)
    times.append(time.perf_counter())
    seconds = [later - earlier for earlier, later in pairwise(times)]
    timings = dict(zip(("start_s", "prepare_s", "commit_s"), seconds, strict=True))
    return {**timings, "builds": _builds(lake, version, 3 * workers)}


def _builds(lake: Lake, version: str, tasks: int) -> dict[str, int]:
    builds = [future.result() for future in [count_builds.submit(lake, version) for _ in range(tasks)]]
    return {str(pid): max(misses for other, misses in builds if other == pid) for pid, _ in builds}


def main(folder: Path, *runners: str) -> None:
    """Run the load on each runner, one after the other."""
    files = sorted((folder / "files").iterdir())
    with temporary_server():
        for name in runners:
            runner, _, workers = name.partition(":")
            settings = Settings(lake=folder / name, runner=runner, workers=int(workers or 2))
            built_vocabulary.cache_clear()
            run = load.with_options(task_runner=task_runner(settings))
            result = run(Lake.at(settings.lake), files, settings.workers)
            sys.stdout.write(json.dumps({"runner": name, **result}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    silence_exit()
    main(Path(sys.argv[1]), *sys.argv[2:])

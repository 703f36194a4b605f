"""Ingests files into lakes that hold the vocabulary, one lake a task runner, with one Prefect server for all of them.

python -m tests.flows.ingesting_process FOLDER WORKERS RUNNER...

The files are FOLDER/files/*, the lakes FOLDER/<runner>. Prints a line of JSON a runner: how many seconds preparing and
committing took, and by worker process how often it built the vocabulary.
"""

import json
import os
import sys
import time
from pathlib import Path

from flows.commands import QUIET_PREFECT

os.environ.update(QUIET_PREFECT | {"PREFECT_LOGGING_LEVEL": "ERROR"})

from prefect import flow, task

from flows.ingest import prepare_and_commit
from flows.prepare import vocabulary_of
from flows.runners import end_quietly, one_server, task_runner
from flows.settings import Settings
from flows.sources import local_files
from warehouse.catalog import read_version
from warehouse.commit import vocabulary_version
from warehouse.lake import Lake


@task
def built(lake, version):
    """This process, and how often it has built a vocabulary once this task has used it."""
    vocabulary_of(lake, version)
    time.sleep(0.2)
    return os.getpid(), vocabulary_of.cache_info().misses


@flow
def load(lake, files, workers):
    payloads = [local_files.payload_of(lake, path) for path in files]
    for path, payload in zip(files, payloads, strict=True):
        local_files.take_in(lake, path, payload)
    began = time.perf_counter()
    prepare_and_commit(lake, payloads)
    seconds = round(time.perf_counter() - began, 1)
    version = vocabulary_version(read_version(lake))
    found = [future.result() for future in [built.submit(lake, version) for _ in range(3 * workers)]]
    return seconds, {str(pid): max(misses for other, misses in found if other == pid) for pid, _ in found}


def main(folder, workers, *runners):
    files = sorted((Path(folder) / "files").iterdir())
    with one_server(Settings(runner="processes")):
        for name in runners:
            settings = Settings(lake=Path(folder) / name, runner=name, workers=int(workers))
            vocabulary_of.cache_clear()
            on_runner = load.with_options(task_runner=task_runner(settings))
            seconds, builds = on_runner(Lake.at(settings.lake), files, settings.workers)
            sys.stdout.write(json.dumps({"runner": name, "seconds": seconds, "builds": builds}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    end_quietly()
    main(*sys.argv[1:])

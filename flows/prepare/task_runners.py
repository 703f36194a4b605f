"""Task runners of the flows that prepare payloads, chosen by the setting `runner` (HOOFBEATS_RUNNER).

    threads     threads of one process, limited by Python's global interpreter lock
    processes   processes on this machine
    dask        a Dask cluster on this machine, for the duration of the flow run
    tcp://...   the workers of a Dask scheduler, which need Hoofbeats and the lake under the same path

HOOFBEATS_WORKERS is their number, except for an external scheduler. Commits always run in the process of the flow.
"""

import os
from typing import TYPE_CHECKING, Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.errors import FlowError
from flows.process_setup import end_with_parent, silence_exit, tune_allocator
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner


class RunnerMissingError(FlowError):
    """The configured task runner is not installed."""


def task_runner(settings: Settings) -> TaskRunner[Any]:
    """Return the configured task runner; raises `RunnerMissingError` if it needs Dask, which is not installed."""
    if settings.runner == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.workers)
    if settings.runner == "processes":
        return ProcessPoolTaskRunner(max_workers=settings.workers, initializer=set_up_worker_process)
    return _dask(settings)


def _dask(settings: Settings) -> "DaskTaskRunner":
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")  # read at import, here and in the workers
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise RunnerMissingError(
            f"the setting runner is {settings.runner!r}, but prefect-dask is not installed",
            "install the extra: pip install 'hoofbeats[dask]'; or set HOOFBEATS_RUNNER=processes",
        ) from error
    if settings.runner != "dask":
        return DaskTaskRunner(address=settings.runner)
    cluster = {
        "n_workers": settings.workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0",
        "preload": __name__,
    }  # fmt: skip
    return DaskTaskRunner(cluster_kwargs=cluster)


def dask_setup(worker: object) -> None:
    """Set up a Dask worker; Dask calls this because the worker preloads this module."""
    del worker
    set_up_worker_process()


def set_up_worker_process() -> None:
    """Prepare a process of a pool or of a Dask cluster, before it imports what it runs."""
    tune_allocator()
    end_with_parent()
    silence_exit()

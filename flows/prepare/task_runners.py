"""The task runner of each @flow that prepares payloads, by the one setting that names it (HOOFBEATS_RUNNER).

    threads     side by side in one process, as far as Python lets them
    processes   processes on this machine
    dask        a Dask cluster on this machine, for as long as the flow runs
    tcp://...   the workers of a Dask scheduler somewhere, with Hoofbeats installed and the lake under the same path

HOOFBEATS_WORKERS says how many; for a scheduler elsewhere, its workers do. The commit stays where the flow runs.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from flows.errors import FlowError
from flows.process_setup import silence_exit, tune_allocator
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner


class RunnerMissingError(FlowError):
    """The runner a setting names is not installed."""


def task_runner(settings: Settings) -> TaskRunner[Any]:
    """The runner the settings name; raises `RunnerMissingError` for Dask where it is not installed."""
    if settings.runner == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.workers)
    if settings.runner == "processes":
        return ProcessPoolTaskRunner(max_workers=settings.workers, initializer=set_up_worker_process)
    return _dask(settings)


def _dask(settings: Settings) -> "DaskTaskRunner":
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")  # here and in the workers, before it is imported
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
    """What a Dask worker that preloads this module does first."""
    del worker
    set_up_worker_process()


@contextlib.contextmanager
def one_server(settings: Settings) -> Iterator[None]:
    """All processes of a flow report to one Prefect server: without one of its own, each would start another (15 s)."""
    if settings.runner == "threads" or PREFECT_API_URL.value():
        yield
        return
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()  # the one Prefect starts for this process, and stops at its end
    server.start()
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        yield


def set_up_worker_process() -> None:
    """Prepare a process of a pool or of a Dask cluster, before it imports what it runs."""
    tune_allocator()
    silence_exit()

"""The temporary Prefect server of a verb: started if none is configured, and ended with the verb, however that ends."""

import contextlib
from collections.abc import Iterator
from subprocess import Popen
from typing import Any

from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.operations.processes import end_with_this_process


class _TemporaryServer(SubprocessASGIServer):
    """Prefect's own temporary server, which Prefect leaves running if this process is killed.

    The class of Prefect keeps one instance per process: whoever asks for it after this one gets this one.
    """

    def _run_uvicorn_command(self) -> Popen[Any]:
        process = super()._run_uvicorn_command()
        end_with_this_process(process.pid)  # at once: a process killed while the server starts must not leave it either
        return process


@contextlib.contextmanager
def temporary_server() -> Iterator[None]:
    """Start one Prefect server for the flows inside the block and their worker processes, unless one is configured.

    Without it each worker process would start a server of its own, which takes 15 seconds each. The server goes on
    until this process ends, because Prefect sends its last logs then.
    """
    if PREFECT_API_URL.value():
        yield
        return
    server = _TemporaryServer()
    server.start()
    with temporary_settings({PREFECT_API_URL: server.api_url}):
        yield

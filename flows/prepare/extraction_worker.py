"""Extract web pages in a separate process that can be killed, because lxml and trafilatura cannot be interrupted.

One worker extracts page after page. It is started for the first page, and again after it was killed or died. Rejection
reasons beyond those of `transforms.web.result`:

    timed_out    the page took longer than the limit; the worker was killed
    crashed      the worker died, for example at its memory limit
    failed       the extraction raised an error, which is the detail
"""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self, TypeAlias

from flows.process_setup import end_with_parent
from transforms.web import page as web_page
from transforms.web.result import Extraction, Rejection

Extract: TypeAlias = Callable[[bytes, str, web_page.Mode], Extraction | Rejection]

_START_TIMEOUT_S = 120.0  # importing trafilatura takes seconds, even on a busy machine
_JOIN_TIMEOUT_S = 1.0
_MEGABYTE = 1 << 20


class WorkerDidNotStart(RuntimeError):
    """The worker did not start: a fault of the environment, not of a page."""


class Extractor:
    """Extracts pages one at a time under a time limit; safe to share between threads. A context manager.

    `timeout_s` is the wall time per page, `memory_mb` the address space of the worker in MiB, `extract` the function to
    run in the worker, which must be importable by name.
    """

    def __init__(self, timeout_s: float = 20.0, memory_mb: int = 4096, extract: Extract = web_page.extract) -> None:
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._extract = extract
        self._lock = threading.Lock()
        self._worker: tuple[BaseProcess, Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return self._worker[0].pid if self._worker else None

    def extract(self, html: bytes, url: str, mode: web_page.Mode = "abstract") -> Extraction | Rejection:
        """Extract a page; reject it if that takes too long or kills the worker. Raises `WorkerDidNotStart`."""
        with self._lock:
            process, connection = self._worker if self._is_alive() and self._worker else self._start()
            try:
                connection.send((html, url, mode))
                if connection.poll(self._timeout_s):
                    answer: Extraction | Rejection = connection.recv()
                    return answer
            except (EOFError, ConnectionError):
                process.join(_JOIN_TIMEOUT_S)
                self._kill()
                return Rejection("crashed", f"the worker died over the page (exit code {process.exitcode})")
            except BaseException:
                self._kill()  # its result may still arrive, and must not be taken for that of the next page
                raise
            self._kill()
            return Rejection("timed_out", f"not done after {self._timeout_s:g} s")

    def close(self) -> None:
        """End the worker process."""
        with self._lock:
            self._kill()

    def _is_alive(self) -> bool:
        return self._worker is not None and self._worker[0].is_alive()

    def _start(self) -> tuple[BaseProcess, Connection]:
        self._kill()
        context = multiprocessing.get_context("spawn")  # forking a process with threads may deadlock
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._extract, self._memory_mb), daemon=True)
        process.start()
        theirs.close()
        self._worker = process, ours
        if not (ours.poll(_START_TIMEOUT_S) and _is_ready(ours)):
            process.join(_JOIN_TIMEOUT_S)
            self._kill()
            raise WorkerDidNotStart(f"the extraction worker did not start (exit code {process.exitcode})")
        return self._worker

    def _kill(self) -> None:
        if self._worker is not None:
            process, connection = self._worker
            self._worker = None
            connection.close()
            process.kill()
            process.join()


def _is_ready(connection: Connection) -> bool:
    try:
        return bool(connection.recv() == "ready")
    except EOFError:
        return False


def _serve(connection: Connection, extract: Extract, memory_mb: int) -> None:
    """Run in the worker: extract pages until the other end of the pipe is closed."""
    end_with_parent()  # also in the middle of a page that takes for ever
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_mb * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    connection.send("ready")
    while True:
        try:
            html, url, mode = connection.recv()
        except EOFError:
            return
        connection.send(_extract_safely(extract, html, url, mode))


def _extract_safely(extract: Extract, html: bytes, url: str, mode: web_page.Mode) -> Extraction | Rejection:
    try:
        return extract(html, url, mode)
    except Exception as error:  # noqa: BLE001 - recorded as the reason of the rejection
        return Rejection("failed", f"{type(error).__name__}: {error}"[:500])

"""Set-up of the processes that run Hoofbeats: memory allocators, an end with their parent, a silent standard error.

`tune_allocator` must be called before pyarrow is imported, so the entry points (the command, the flow modules, the
worker processes) call it above their other imports.
"""

import atexit
import logging
import multiprocessing
import os
import sys
import threading
from functools import cache
from multiprocessing.connection import wait

_GLIBC_MMAP_LIMIT = 31 << 20
"""Bytes; just below glibc's largest dynamic mmap threshold (32 MiB, see mallopt(3))."""


def tune_allocator() -> None:
    """Make the allocators of Arrow and glibc keep freed memory; call it before pyarrow is imported.

    An ingest frees and allocates large blocks all the time, and the kernel clears every page it hands out again. In a
    virtual machine that is a tenth of the running time.
    """
    # mimalloc, Arrow's allocator, reads this once, when the library is loaded: a huge page is cleared as a whole even
    # if little of it is used.
    os.environ.setdefault("MIMALLOC_ALLOW_THP", "0")
    # glibc raises its mmap threshold to the size of the largest block that was freed. Smaller blocks are then taken
    # from the heap, which is kept, instead of being mapped and unmapped. The zeroed block itself is never touched.
    bytes(_GLIBC_MMAP_LIMIT)


def end_with_parent() -> None:
    """End this worker process as soon as the process that started it has ended, also if that was killed.

    Otherwise a worker waits for its next work for ever. Does nothing in a process that multiprocessing did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        wait([parent.sentinel])
        os._exit(1)  # in whatever work it is: what it has not finished has no name yet

    threading.Thread(target=end, name="end with parent", daemon=True).start()


def silence_exit() -> None:
    """Send standard error to /dev/null while this process exits.

    Prefect keeps flows, and with them DuckDB's types, alive until the interpreter ends, where DuckDB's binding reports
    each of them as leaked.
    """
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno()))


@cache
def set_up_flow_run() -> None:
    """Set up a process that runs flows: expected failures are logged in one line.

    If a Prefect worker started the process for one flow run, its exit is silent as well.
    """
    from prefect.runtime import flow_run

    for name in RUN_LOGGERS:
        logging.getLogger(name).addFilter(summarize_failure)
    if flow_run.id:
        silence_exit()


RUN_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")
"""The loggers of Prefect's engine and of `get_run_logger`."""


def summarize_failure(record: logging.LogRecord) -> bool:
    """Replace the traceback of an expected error, one with a hint, by its message and hint. A logging filter.

    Where in the code it was raised helps nobody who has to act on it; a defect keeps its traceback.
    """
    error = record.exc_info[1] if record.exc_info else None
    hint = getattr(error, "hint", None)
    if error is not None and hint is not None:
        record.msg, record.args = "failed: %s%s", (error, f" ({hint})" if hint else "")
        record.exc_info = record.exc_text = None
    return True

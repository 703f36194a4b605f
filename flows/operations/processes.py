"""Child processes that a command starts, monitors and stops, together with their descendants."""

import atexit
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_TIMEOUT_S = 20.0
"""Seconds a process has to end after SIGTERM before it is killed."""


@dataclass(frozen=True)
class Child:
    """A child process with its name for messages."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def exit_code(self) -> int | None:
        """Exit code of the process, None while it runs."""
        return self.process.poll()

    def descendants(self) -> list[psutil.Process]:
        """Return the running descendants of the process."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def start(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> Child:
    """Start a process in its own session, so that Ctrl-C reaches only this one; its output goes to standard error.

    On Linux the kernel sends it SIGTERM if this process is killed and cannot stop it.
    """
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no locks
    )  # fmt: skip
    return Child(name, process)


_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
"""The option of prctl(2) that names the signal sent when the parent dies."""


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


_WATCHER = f"""
read -r _ && exit
kill "$1" 2>/dev/null || exit
sleep {STOP_TIMEOUT_S:.0f}
kill -9 "$1" 2>/dev/null
"""
"""Shell script that stops process $1 when its standard input ends without a line."""


def end_with_this_process(process_id: int) -> None:
    """Have a process stopped when this one ends in any way, also by SIGKILL; for processes that others start.

    A watcher reads a pipe that this process holds open: the kernel closes it when this process dies. At a regular exit
    the watcher gets a line and leaves the process alone.
    """
    watcher = subprocess.Popen(  # noqa: S603 - our own script
        ["/bin/sh", "-c", _WATCHER, "watcher", str(process_id)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,  # a signal to the terminal's processes must not reach the watcher
    )  # fmt: skip
    atexit.register(watcher.communicate, b"exits\n")


def stop(child: Child, *, descendants_first: bool = False) -> None:
    """Stop a process and its descendants with SIGTERM, then SIGKILL; none of them is left when this returns.

    `descendants_first` is for workers, which wait for their flow runs: a run that is stopped first can report its end
    to the server itself.
    """
    descendants = child.descendants()
    if descendants_first:
        _terminate(descendants)
    descendants = [*descendants, *child.descendants()]
    if child.exit_code is None:
        child.process.terminate()
        try:
            child.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            descendants += child.descendants()
            child.process.kill()
            child.process.wait()
    _terminate(descendants)


def _terminate(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        _signal(process, "terminate")
    _, alive = psutil.wait_procs(processes, timeout=STOP_TIMEOUT_S)
    for process in alive:
        _signal(process, "kill")
    psutil.wait_procs(alive, timeout=STOP_TIMEOUT_S)


def _signal(process: psutil.Process, method: str) -> None:
    """Signal a process if it still runs; psutil checks that its id has not been reused by another."""
    try:
        getattr(process, method)()
    except psutil.NoSuchProcess:
        return


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of this process with the given variables added."""
    return {**os.environ, **variables}


def executable(name: str) -> str:
    """Return the path of a command installed in the environment of the running Python."""
    return str(Path(sys.executable).with_name(name))

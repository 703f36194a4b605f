"""Processes a command starts, watches and stops, with all they started themselves."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_WITHIN_S = 20.0
"""What a process has to end by itself before it is killed."""


@dataclass(frozen=True)
class Child:
    """A process, by the name people know it by."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self.process.poll()

    def descendants(self) -> list[psutil.Process]:
        """The processes it started, and those started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def start(name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> Child:
    """Start a process in a session of its own, so that Ctrl-C reaches only this one; what it says goes to stderr.

    On Linux it is asked to end where this process is killed and cannot see to it any more.
    """
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no locks
    )  # fmt: skip
    return Child(name, process)


_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1
"""prctl(2)"""


def _end_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(child: Child, *, descendants_first: bool = False) -> None:
    """End a process and all it started: politely, and after a while not. Nothing of it is left when this returns.

    `descendants_first`: a worker would wait for its flow runs; ended first, they tell the server so themselves.
    """
    started = child.descendants()
    if descendants_first:
        _end(started)
    started = [*started, *child.descendants()]
    if child.exit_code is None:
        child.process.terminate()
        try:
            child.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            started += child.descendants()
            child.process.kill()
            child.process.wait()
    _end(started)


def _end(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        _signalled(process, "terminate")
    _, alive = psutil.wait_procs(processes, timeout=STOP_WITHIN_S)
    for process in alive:
        _signalled(process, "kill")
    psutil.wait_procs(alive, timeout=STOP_WITHIN_S)


def _signalled(process: psutil.Process, how: str) -> None:
    """Psutil makes sure that the number still is that process's, and no other's that came to have it."""
    try:
        getattr(process, how)()
    except psutil.NoSuchProcess:
        return


def environment(**more: str) -> dict[str, str]:
    """The environment of the running process, and more."""
    return {**os.environ, **more}


def executable(name: str) -> str:
    """A command that was installed beside the running Python."""
    return str(Path(sys.executable).with_name(name))

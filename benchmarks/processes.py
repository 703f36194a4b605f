"""Measuring a whole process from outside: CPU seconds with all its children, and its own peak memory."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_POLL_S = 0.02


@dataclass(frozen=True)
class Cost:
    """CPU (user + system) and wall seconds of a process with its children; peak resident memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raises `subprocess.CalledProcessError` if it fails, and repeats what it said.

    CPU is what the kernel charged the process and all descendants that were waited for; memory is the largest that the
    process itself held, polled.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
        peak = _Peak(process.pid)
        code = process.wait()
        peak.stop()
        if code:
            output.seek(0)
            told = output.read()
            sys.stderr.buffer.write(told)
            raise subprocess.CalledProcessError(code, command, told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - began, peak.largest_mb)


def measure_answer(module: str, *arguments: object) -> tuple[dict[str, Any], float]:
    """The JSON object a module prints when run, and the peak memory of its process in MB."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output)
        peak = _Peak(process.pid)
        code = process.wait()
        peak.stop()
        output.seek(0)
        if code:
            raise subprocess.CalledProcessError(code, command, output.read())
        return json.loads(output.read()), peak.largest_mb


def cpu_seconds() -> float:
    """CPU seconds (user + system) of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def python(module_or_code: str, *arguments: str) -> list[str]:
    """A command that runs code in this interpreter."""
    return [sys.executable, "-c", module_or_code, *arguments]


class _Peak:
    """Watches the resident memory of one process."""

    def __init__(self, pid: int) -> None:
        self.largest_mb = 0.0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_POLL_S):
            self.largest_mb = max(self.largest_mb, resident_mb(self._pid))


def resident_mb(pid: int) -> float:
    """Resident memory of the process itself, without its children, in MB; 0 once it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

"""Measures a process from outside: CPU seconds including its children, and its own peak memory."""

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
    """CPU (user + system) and wall-clock seconds of a process with its children; peak resident memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and return its cost; raises `subprocess.CalledProcessError` and repeats its output if it fails.

    CPU is what the kernel charged the process and all descendants that were waited for. Memory is that of the process
    itself, polled every 20 ms.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
        peak = _PeakMemory(process.pid)
        code = process.wait()
        peak.stop()
        if code:
            output.seek(0)
            text = output.read()
            sys.stderr.buffer.write(text)
            raise subprocess.CalledProcessError(code, command, text)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - start, peak.largest_mb)


def run_module(module: str, *arguments: object) -> tuple[dict[str, Any], float]:
    """Run a module and return the JSON object it prints, and the peak memory of its process in MB."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output)
        peak = _PeakMemory(process.pid)
        code = process.wait()
        peak.stop()
        output.seek(0)
        if code:
            raise subprocess.CalledProcessError(code, command, output.read())
        return json.loads(output.read()), peak.largest_mb


def cpu_seconds() -> float:
    """Return the CPU seconds (user + system) of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def python_command(code: str, *arguments: str) -> list[str]:
    """Return a command that runs code in this interpreter."""
    return [sys.executable, "-c", code, *arguments]


class _PeakMemory:
    """Polls the resident memory of one process in a thread."""

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
    """Return the resident memory of a process in MB, without its children; 0 if it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

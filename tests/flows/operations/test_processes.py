"""Processes are stopped with all descendants: some obey SIGTERM, some ignore it, some have their own session."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from flows.operations import processes
from flows.operations.processes import environment, start, stop

SLEEPERS = str(Path(__file__).parents[2] / "support" / "stubborn_processes.py")


def family(*arguments):
    child = start("sleeper", [sys.executable, SLEEPERS, "2", *arguments], environment())
    deadline = time.monotonic() + 30
    while len(child.descendants()) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return child, [psutil.Process(child.process.pid), *child.descendants()]


@pytest.mark.parametrize("arguments", [["polite"], ["deaf"], ["polite", "own session"]], ids=" ".join)
@pytest.mark.parametrize("descendants_first", [False, True])
def test_stop_ends_all_descendants(monkeypatch, arguments, descendants_first):
    monkeypatch.setattr(processes, "STOP_TIMEOUT_S", 0.5)
    child, everyone = family(*arguments)
    stop(child, descendants_first=descendants_first)
    assert child.exit_code is not None
    psutil.wait_procs(everyone, timeout=5)
    assert [one for one in everyone if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_stop_accepts_an_ended_process():
    child = start("short", [sys.executable, "-c", "raise SystemExit(3)"], environment())
    child.process.wait()
    stop(child)
    assert child.exit_code == 3
    assert child.descendants() == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_children_end_when_the_parent_is_killed():
    code = (
        "import sys, time; from flows.operations.processes import *;"
        f"child = start('sleeper', [sys.executable, {SLEEPERS!r}, '0', 'polite'], environment());"
        "print(child.process.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([child], timeout=10)[1] == []

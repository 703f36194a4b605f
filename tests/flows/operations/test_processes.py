"""Processes are stopped with all descendants: some obey SIGTERM, some ignore it, some have their own session."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from prefect.server.api.server import SubprocessASGIServer

from flows.operations import processes, temporary_server
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


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_process_that_others_start_ends_with_this_one(end):
    code = (
        "import subprocess, sys, time; from flows.operations.processes import end_with_this_process;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True);"
        "end_with_this_process(child.pid); print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(end)
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_a_process_that_exits_leaves_the_watched_one_to_its_owner():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as watched:
        code = f"from flows.operations.processes import end_with_this_process; end_with_this_process({watched.pid})"
        subprocess.run([sys.executable, "-c", code], check=True)
        time.sleep(0.2)
        assert watched.poll() is None
        watched.kill()


def test_the_temporary_server_is_watched_from_its_start(monkeypatch):
    watched = []
    monkeypatch.setattr(temporary_server, "end_with_this_process", watched.append)
    monkeypatch.setattr(SubprocessASGIServer, "_instances", {})
    monkeypatch.setattr(SubprocessASGIServer, "_run_uvicorn_command", lambda self: SimpleNamespace(pid=12))
    server = temporary_server._TemporaryServer()
    assert server._run_uvicorn_command().pid == 12
    assert watched == [12]
    assert SubprocessASGIServer() is server, "Prefect itself uses the same server"


def test_a_worker_process_ends_when_its_parent_is_killed():
    command = [sys.executable, "-m", "tests.support.waiting_worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([worker], timeout=10)[1] == []

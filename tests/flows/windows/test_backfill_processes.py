"""A killed backfill is resumed by the next one, and no window is loaded twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from flows.demo_literature.faults import Faults
from flows.demo_literature.server import LiteratureServer
from tests.support.collecting import NOW, new_lake, shelf
from tests.support.loading import query

PROJECT = Path(__file__).parents[3]
HOOFBEATS = str(Path(sys.executable).with_name("hoofbeats"))


def kill(process):
    """Kill a process and all its descendants at once, like a power failure."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def start(command, **more):
    return subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **more
    )


def wait_for(condition, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def windows(lake):
    return query(lake, "SELECT window_name, state, received, kept FROM windows ORDER BY window_name")


def assert_complete(lake, server, stocked, days):
    loaded = windows(lake)
    assert len(loaded) == len({name for name, *_ in loaded}) == days
    assert {state for _, state, _, _ in loaded} == {"done"}
    assert sum(kept for *_, kept in loaded) == sum(received for *_, received, _ in loaded) == len(stocked.records)
    assert query(lake, "SELECT count(*), count(DISTINCT document_id) FROM sightings") == [(len(stocked.records),) * 2]
    payloads = list(lake.raw.rglob("*.xml.gz"))
    assert len(payloads) == days
    assert not list(lake.raw.rglob("state.json"))


def asked_twice(server):
    """Count the requests of pages requested more than once."""
    asked = Counter(params["id"] for _, path, params in server.requests if path.endswith("efetch.fcgi"))
    return {ids: times for ids, times in asked.items() if times > 1}


def test_a_backfill_killed_twice_ends_complete(tmp_path):
    lake, stocked = new_lake(tmp_path), shelf(10, days=5)
    with LiteratureServer(stocked, NOW.date(), Faults({"slow_bytes": 1.0}), slow_write_delay_s=0.01) as server:
        command = [sys.executable, "-m", "tests.support.backfilling_process", server.url, str(lake.root), "5", "3"]
        for goal in (4, 9):
            killed = start(command)
            wait_for(lambda goal=goal: len(server.requests) >= goal, killed)
            kill(killed)
        server.faults = Faults()
        output, errors = (last := start(command)).communicate(timeout=120)
        assert last.returncode == 0, errors
        assert_complete(lake, server, stocked, 5)
        assert len(asked_twice(server)) <= 2 * 2  # the pages that were on their way when it was killed
    collected, failed, done = map(int, output.split())
    assert (collected + done, failed) == (5, 0)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_sixty_windows_killed_three_times(tmp_path):
    lake, stocked = new_lake(tmp_path), shelf(180, days=60)
    chance = random.Random(20261125)
    with LiteratureServer(stocked, NOW.date(), Faults({"slow_bytes": 1.0}), slow_write_delay_s=0.02) as server:
        environment = {
            **os.environ, "HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path / "prefect"),
            "HOOFBEATS_LAKE": str(lake.root), "HOOFBEATS_FIRST_WAIT_S": "0", "HOOFBEATS_FILES_PER_COMMIT": "7",
            **{f"HOOFBEATS_{name.upper()}": str(value) for name, value in server.settings.items()},
        }  # fmt: skip
        days = ["--since", "2026-03-10", "--until", "2026-05-08", "--window", "day"]
        command = [HOOFBEATS, "backfill", "--source", "pubmed_api", *days, "--json"]
        for _ in range(3):
            killed = start(command, env=environment)
            goal = len(server.requests) + chance.randrange(10, 40)
            wait_for(lambda goal=goal: len(server.requests) >= goal, killed)
            kill(killed)
            assert len(windows(lake)) < 60
        output, errors = (last := start(command, env=environment)).communicate(timeout=300)
        assert last.returncode == 0, errors
        assert '"failed"' not in output
        assert_complete(lake, server, stocked, 60)
        assert len(asked_twice(server)) <= 3 * 2
        again = subprocess.run(
            [*command, "--dry-run"], env=environment, cwd=PROJECT, capture_output=True, text=True, check=True
        )
    assert '"windows": []' in again.stdout

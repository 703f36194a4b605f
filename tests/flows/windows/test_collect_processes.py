"""Collecting processes: killed halfway, and their memory use."""

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
from flows.demo_literature.records import Release
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from tests.support.collecting import DAY, NOW, read_ids, records, shelf
from warehouse.lake import Lake

PROJECT = Path(__file__).parents[3]


def start(source, server, folder, per_page=400):
    command = [sys.executable, "-m", "tests.support.collecting_process", source, server.url, str(folder), str(per_page)]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def wait_for(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_killed_collection_is_resumed(tmp_path):
    stocked = shelf(300)
    with LiteratureServer(stocked, NOW.date(), Faults({"slow_bytes": 1.0}), slow_write_delay_s=0.005) as server:
        done = 0
        for more in (5, 12):
            killed = start("pubmed_api", server, tmp_path, 10)
            wait_for(lambda goal=done + more: len(server.requests) >= goal, killed)
            os.kill(killed.pid, signal.SIGKILL)
            killed.wait()
            time.sleep(0.1)
            done = len(server.requests)
        last = start("pubmed_api", server, tmp_path, 10)
        output, _ = last.communicate(timeout=60)
        asked = [params.get("id") or params["term"] for _, _, params in server.requests]
    assert output.startswith("created-2026-03-10 done 300")
    wanted = {",".join(map(str, page)) for page in pages(stocked, 10)}
    assert {ids for ids in asked if "crdt" not in ids} == wanted
    twice = {ids: times for ids, times in Counter(asked).items() if times > 1}
    assert sum(twice.values()) - len(twice) <= 2, (
        twice
    )  # beyond one search and 30 pages, the interrupted page of each kill
    [place] = [path for path in tmp_path.rglob("*.xml.gz") if not path.name.endswith(".part")]
    payload = type(
        "Payload", (), {"source": "pubmed", "name": place.name, "path": place.relative_to(tmp_path).as_posix()}
    )
    assert sorted(read_ids(Lake.at(tmp_path), payload)) == sorted(f"pubmed:{pmid}" for pmid in stocked.records)


def pages(stocked, size):
    pmids = sorted(stocked.records)
    return [pmids[at : at + size] for at in range(0, len(pmids), size)]


@pytest.mark.soak
def test_a_killed_download_is_resumed(tmp_path):
    release = Release("pubmed26n0001.xml.gz", DAY, tuple(records(3000).values()))
    stocked = Shelf((release,), frozenset({release.name}))
    with LiteratureServer(stocked, NOW.date(), Faults({"slow_bytes": 1.0}), slow_write_delay_s=0.1) as server:
        part = tmp_path / "raw" / "pubmed_files" / release.name / f"{release.name}.part"
        killed = start("pubmed_files", server, tmp_path)
        wait_for(lambda: part.exists() and part.stat().st_size > 0, killed)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        size = part.stat().st_size
        server.faults = Faults()
        output, _ = start("pubmed_files", server, tmp_path).communicate(timeout=60)
    assert output.startswith(f"{release.name} done")
    assert 0 < size < part.with_name(release.name).stat().st_size
    assert f"bytes={size}-" in server.ranges


@pytest.mark.soak
@pytest.mark.parametrize("source", ["pubmed_files", "pubmed_api"])
def test_memory_use_does_not_grow_with_the_window(tmp_path, source):
    """A file of 40 MB; 100,000 ids of two days in pages of 400."""
    noise = random.Random(1).randbytes(40 << 20)
    release = Release("pubmed26n0001.xml.gz", DAY, ())
    stocked = Shelf((release,), frozenset({release.name})) if source == "pubmed_files" else shelf(100_000, days=2)
    with LiteratureServer(stocked, NOW.date()) as server:
        server._files[release.name] = noise
        output, _ = start(source, server, tmp_path).communicate(timeout=900)
    *lines, megabytes = output.split("\n")[:-1]
    assert [line.split()[1] for line in lines] == ["done"] * (1 if source == "pubmed_files" else 2)
    assert int(megabytes) < 100

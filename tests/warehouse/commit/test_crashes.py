"""Crashes: kill -9 at every step and at random, concurrent writers and readers, a full disk, missing permissions."""

import os
import queue
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import killed_processes as crashing
from tests.support.killed_processes import differences, load_step, processes
from tests.support.small_lake import BOTH, ask, content, new_lake, pairs
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.publish import read_version

HOOFBEATS = str(Path(sys.executable).with_name("hoofbeats"))


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def killed(target, *arguments):
    """Whether the process was killed; it may not fail in any other way."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode in (0, -9), process.exitcode
    return process.exitcode == -9


@pytest.mark.timeout(300)
def test_a_kill_at_every_step_of_a_commit(lake, tmp_path):
    reference = new_lake(tmp_path / "reference")
    step = event = 1
    load_step(reference, 1)
    while killed(crashing.die_in_commit, lake, step, event):
        version = read_version(lake).number
        assert version in (1, 2)
        assert ask(lake, "SELECT count(*) FROM articles") == [(0 if version == 1 else 2,)]
        event += 1
    assert event > 20
    load_step(lake, 1)  # known already or not, the same work again ends in the same lake
    assert content(lake) == content(reference)
    assert differences(lake) == []


@pytest.mark.timeout(300)
def test_a_kill_at_every_step_of_maintenance(lake):
    for step in range(1, 4):
        load_step(lake, step)
    before = content(lake)
    event = 1
    while killed(crashing.die_in_maintenance, lake, event):
        assert crashing.find_inconsistency(lake) is None
        event += 1
    assert event > 10
    assert content(lake) == before
    assert differences(lake) == []


def kill_at_random(lake, kills, seed):
    """Kill a writer again and again, while readers read; returns the violations the readers saw."""
    chance = random.Random(seed)
    load_step(lake, 1)
    stop, violations, done = processes.Event(), processes.Queue(), processes.Queue()
    reader = processes.Process(target=crashing.watch_consistency, args=(lake, stop, violations))
    reader.start()
    commit_s = seconds_of_a_first_commit(lake, 2, done)
    finished = 2
    for _ in range(kills):
        writer = processes.Process(target=crashing.write_steps, args=(lake, finished + 1, 1000, done))
        writer.start()
        done.get(timeout=60)  # it has started
        writer.join(chance.uniform(0, 3 * commit_s))
        writer.kill()
        writer.join()
        finished = max(finished, last_step(done))
        committed = ask(lake, "SELECT max(replace(name, 'step-', '')::INTEGER) FROM windows")[0][0] or 0
        assert committed >= finished, "a commit that had returned is lost"
        finished = committed
        assert crashing.find_inconsistency(lake) is None
    stop.set()
    reader.join()
    assert reader.exitcode == 0
    return finished, drained(violations)


def seconds_of_a_first_commit(lake, step, done):
    writer = processes.Process(target=crashing.write_steps, args=(lake, step, 1, done))
    writer.start()
    done.get(timeout=60)  # it has started
    began = time.monotonic()
    writer.join()
    assert writer.exitcode == 0
    return time.monotonic() - began


def last_step(done):
    return max(drained(done), default=0)


def drained(items):
    found = []
    while True:
        try:
            found.append(items.get(timeout=0.05))
        except queue.Empty:
            return found


def expected_after(steps, folder):
    reference = new_lake(folder)
    for step in range(1, steps + 1):
        load_step(reference, step)
    return content(reference)


@pytest.mark.timeout(300)
def test_six_random_kills(lake, tmp_path):
    finished, violations = kill_at_random(lake, kills=6, seed=1)
    assert violations == []
    assert finished > 2
    load_step(lake, finished + 1)
    assert content(lake) == expected_after(finished + 1, tmp_path / "reference")
    assert differences(lake) == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_thousand_random_kills(lake):
    finished, violations = kill_at_random(lake, kills=1000, seed=2)
    assert violations == []
    load_step(lake, finished + 1)
    assert differences(lake) == []


@pytest.mark.timeout(300)
def test_two_writers_at_once_lose_nothing(lake):
    writers = [processes.Process(target=crashing.load_articles_of_writer, args=(lake, number, 6)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert pairs(lake) == {BOTH: 12}
    assert read_version(lake).number == 13
    assert differences(lake) == []


def test_a_writer_waits_while_another_holds_the_lock(lake):
    with lake.writing():
        process = processes.Process(target=crashing.load_articles_of_writer, args=(lake, 1, 1))
        process.start()
        time.sleep(2)
        assert process.is_alive()
        assert read_version(lake).number == 1
    process.join(30)
    assert process.exitcode == 0
    assert read_version(lake).number == 2


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def run_verb(*arguments, size=None):
    return subprocess.run(
        [HOOFBEATS, *map(str, arguments)],
        capture_output=True, text=True, check=False, preexec_fn=limit_files(size) if size else None,
    )  # fmt: skip


@pytest.mark.parametrize("size", [1_000, 100_000])
def test_a_file_size_limit_leaves_the_lake_intact(lake, size):
    for step in range(1, 4):
        load_step(lake, step)
    before = content(lake)
    done = run_verb("undo", 3, "--lake", lake.root, size=size)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert content(lake) == before
    assert run_verb("undo", 3, "--lake", lake.root).returncode == 0
    assert content(lake) != before


@pytest.fixture
def mounted(tmp_path):
    """A small file system of its own; needs the right to mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(path):
    with path.open("wb", buffering=0) as stream:
        while True:
            stream.write(b"\0" * 4096)


def test_a_full_disk_is_a_clear_error_and_harms_nothing(mounted):
    lake = new_lake(mounted / "lake")
    load_step(lake, 1)
    before = content(lake)
    filler = mounted / "filler"
    with pytest.raises(OSError, match="No space"):
        fill(filler)
    done = run_verb("undo", 2, "--lake", lake.root)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert content(lake) == before
    filler.unlink()
    load_step(lake, 2)
    assert differences(lake) == []


def test_a_read_only_lake_can_be_read_and_says_why_it_cannot_be_written(mounted):
    lake = new_lake(mounted / "lake")
    load_step(lake, 1)
    load_step(lake, 2)
    before = content(lake)
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    assert content(lake) == before
    assert run_verb("status", "--lake", lake.root).returncode == 0
    done = run_verb("undo", 2, "--lake", lake.root)
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)


def read_through(lake, commits):
    """One connection in plain DuckDB, kept open while another process commits, folds and collects."""
    import duckdb

    everything = (
        "SELECT count(*), (SELECT sum(articles) FROM cooccurrences), (SELECT count(*) FROM mentions),"
        " (SELECT count(*) FROM documents), (SELECT max(batch) FROM batches) FROM articles"
    )
    load_step(lake, 1)
    with duckdb.connect(str(lake.catalog), read_only=True) as reader:
        seen = reader.execute(everything).fetchall()
        done = processes.Queue()
        writer = processes.Process(target=crashing.write_steps, args=(lake, 2, commits, done))
        writer.start()
        while writer.is_alive():
            assert reader.execute(everything).fetchall() == seen
            last_step(done)
        writer.join()
        assert writer.exitcode == 0
        assert reader.execute(everything).fetchall() == seen
    assert ask(lake, "SELECT count(*) FROM windows") == [(1 + commits,)]
    assert max(map(len, map(read_version(lake).segments, SEGMENT_TABLES))) < 100


@pytest.mark.timeout(300)
def test_a_reader_of_fifteen_commits_sees_one_version(lake):
    read_through(lake, 15)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_reader_of_two_hundred_commits_sees_one_version(lake):
    read_through(lake, 200)

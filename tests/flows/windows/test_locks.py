"""One run at a time collects a window, and all runs share the rate limit of a host."""

import logging
import threading
import time
from itertools import pairwise
from unittest.mock import Mock

import pytest

from flows import collect as collecting
from flows.demo_literature.server import LiteratureServer
from flows.http.client import Client
from flows.http.rate_limits import RateLimits
from flows.sources.base import dated_windows
from flows.windows.collect_window import LakeSnapshot, collect_window, make_source
from flows.windows.locks import WindowLocks
from tests.support.collecting import NOW, new_lake, settings, shelf, span
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.lake import Lake


def first_window(days=3):
    return next(iter(dated_windows("pubmed_api", span(days), "created")))


def test_a_window_is_held_by_one_run_at_a_time(tmp_path):
    window, lake = first_window(), Lake.at(tmp_path)
    most, holding, lock = 0, 0, threading.Lock()

    def hold_often():
        nonlocal most, holding
        for _ in range(25):
            locks = WindowLocks(lake)
            assert locks.acquire(window, 60)
            with lock:
                holding += 1
                most = max(most, holding)
            time.sleep(0.0005)
            with lock:
                holding -= 1
            locks.release(window)

    threads = [threading.Thread(target=hold_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert not list((tmp_path / "locks" / "pubmed_api").iterdir())


def test_a_locked_window_is_released_at_the_end(tmp_path):
    window, lake = first_window(), Lake.at(tmp_path)
    with WindowLocks(lake) as locks:
        assert locks.acquire(window)
        assert not WindowLocks(lake).acquire(window)
    assert WindowLocks(lake).acquire(window)


def test_a_scheduled_run_skips_a_window_locked_by_a_backfill(tmp_path, monkeypatch):
    lake = new_lake(tmp_path)

    def side_by_side(lake, source, windows):
        known = LakeSnapshot.from_version(read_version(lake))
        return [collect_window(lake, source, window, known, lambda: NOW) for window in windows]

    monkeypatch.setattr(collecting, "_collect_group", side_by_side)
    monkeypatch.setattr(collecting, "commit_units", commit)
    monkeypatch.setattr(collecting, "get_run_logger", lambda: logging.getLogger("test"))
    monkeypatch.setattr(collecting, "ProgressArtifact", Mock())
    with (
        LiteratureServer(shelf(3, days=3), NOW.date()) as server,
        Client(config := settings(server, lake.root)) as client,
    ):
        source = make_source("pubmed_api", client, config, read_version(lake), lambda: NOW)
        planned = source.plan(span(3))
        with WindowLocks(lake) as backfill:
            assert backfill.acquire(planned[0])
            result = collecting._collect_all(lake, source, planned, [], force=False, windows_per_commit=2)
        assert [row["window_name"] for row in result.windows] == ["created-2026-03-11", "created-2026-03-12"]
        assert (result.left_to_others, result.already_done) == (1, 0)
        again = collecting._collect_all(lake, source, planned, [], force=False, windows_per_commit=2)
    assert [row["window_name"] for row in again.windows] == ["created-2026-03-10"]
    assert (again.left_to_others, again.already_done) == (0, 2)


@pytest.mark.parametrize("runs", [1, 3])
def test_runs_share_the_rate_limit_of_a_host(tmp_path, runs):
    times = []

    def ask_often():
        rates = RateLimits({"host": 25.0}, 1000.0, tmp_path)
        for _ in range(12 // runs):
            rates.wait("host")
            times.append(time.time())

    threads = [threading.Thread(target=ask_often) for _ in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    assert len(times) == 12
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.03
    assert times[-1] - times[0] < 3


def test_hosts_have_separate_rate_limits(tmp_path):
    rates = RateLimits({"slow": 0.1, "fast": 1000.0}, 1000.0, tmp_path)
    began = time.monotonic()
    for host in ("slow", "fast", "fast", "other"):
        rates.wait(host)
    assert time.monotonic() - began < 2

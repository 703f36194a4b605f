"""Processes that are killed: what runs in them, and what must hold afterwards."""

import multiprocessing
import os
import signal
import sys

from tests.support.small_lake import load, record, unit
from warehouse.catalog.publish import connect
from warehouse.upkeep.audit import audit
from warehouse.upkeep.compaction import compact
from warehouse.upkeep.garbage import collect_garbage

A, B = "MESH:D1", "MESH:D2"
STEPS = ("open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir")
"""Audit events that stand for a step of the protocol: everything Python does to the file system."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.support.killed_processes"])


def load_step(lake, step):
    """Commit number `step`: revises article 1, adds an article, deletes the one before."""
    headings = [A, B] if step % 2 else [A]
    records = [record(1, step, headings=headings), record(100 + step, step, headings=[A, B], text=[(A, 1), (B, 1)])]
    return load(lake, unit(lake, f"step-{step}", records, [(100 + step - 1, step)]))


def kill_self_at(lake, event_number):
    """From now on, die at the n-th step that concerns the lake."""
    seen = 0
    root = str(lake.root)

    def hook(event, arguments):
        nonlocal seen
        if event in STEPS and arguments and str(arguments[0]).startswith(root):
            seen += 1
            if seen == event_number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def die_in_commit(lake, step, event_number):
    kill_self_at(lake, event_number)
    load_step(lake, step)


def die_in_maintenance(lake, event_number):
    kill_self_at(lake, event_number)
    compact(lake, fanout=2)
    collect_garbage(lake, keep_latest=1, grace_s=-1)


def write_on(lake, first, steps, done):
    """Commit step after step, fold and collect now and then; tells each commit that returned."""
    done.put(0)
    for step in range(first, first + steps):
        load_step(lake, step)
        done.put(step)
        if step % 7 == 0:
            compact(lake, fanout=4)
            collect_garbage(lake, keep_latest=5, grace_s=-1)


def load_named(lake, writer, count):
    """One of several writers: adds articles of its own."""
    for number in range(count):
        pmid = 1_000 * writer + number
        load(lake, unit(lake, f"writer-{writer}-{number}", [record(pmid, 1, headings=[A, B])]))


def read_on(lake, stop, violations):
    """Reconnect again and again; tell every violation of what must hold in each version."""
    while not stop.is_set():
        violation = broken(lake)
        if violation:
            violations.put(violation)


def broken(lake):
    """What does not hold in the current version: counts, articles and ledger must tell the same story."""
    with connect(lake) as connection:
        [[articles, counted, pairs, wanted, documents, sightings]] = connection.execute(
            """
            SELECT
                (SELECT count(*) FROM article_keys WHERE in_index),
                (SELECT sum(articles) FROM corpus_counts WHERE basis = 'index'),
                (SELECT coalesce(sum(articles), 0) FROM cooccurrences WHERE basis = 'index'),
                (SELECT count(*) FROM articles WHERE len(headings) = 2),
                (SELECT count(*) FROM documents),
                (SELECT count(*) FROM sightings)
            """
        ).fetchall()
        held = articles == (counted or 0) and pairs == wanted and documents == sightings
        return None if held else (articles, counted, pairs, wanted, documents, sightings)


def differences(lake):
    with connect(lake) as connection:
        return audit(connection)

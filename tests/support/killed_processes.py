"""Functions that run in processes which tests kill, and the conditions that must hold afterwards."""

import multiprocessing
import os
import signal
import sys

from tests.support.small_lake import load_units, record, stage_unit
from warehouse.catalog.publish import connect
from warehouse.commit.compaction import compact
from warehouse.upkeep.audit import audit
from warehouse.upkeep.garbage import collect_garbage

A, B = "MESH:D1", "MESH:D2"
STEPS = ("open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir")
"""Audit events counted as steps of a commit: everything Python does to the file system, but for repeated reading."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.support.killed_processes"])


def load_step(lake, step):
    """Commit number `step`: revises article 1, adds an article, deletes the one before."""
    headings = [A, B] if step % 2 else [A]
    records = [
        record(1, step, headings=headings),
        record(100 + step, step, headings=[A, B], text=[(A, 1), (B, 1)]),
    ]
    return load_units(lake, stage_unit(lake, f"step-{step}", records, [(100 + step - 1, step)]))


def kill_self_at(lake, event_number):
    """Kill this process at the n-th file system event in the lake's folder that finds other files than the one before.

    A file is opened for reading when it has just been written (to flush it): that counts. Reading it again, or reading
    one that was there before, does not.
    """
    seen = 0
    root = str(lake.root)
    known = {str(path) for path in lake.root.rglob("*")}

    def hook(event, arguments):
        nonlocal seen
        if event not in STEPS or not arguments or not str(arguments[0]).startswith(root):
            return
        path = str(arguments[0])
        if event == "open" and path in known and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
            return
        known.add(path)
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


def write_steps(lake, first, steps, done):
    """Commit step after step, with some compactions and garbage collections; puts the number of each finished step."""
    done.put(0)
    for step in range(first, first + steps):
        load_step(lake, step)
        done.put(step)
        if step % 7 == 0:
            compact(lake, fanout=4)
            collect_garbage(lake, keep_latest=5, grace_s=-1)


def load_articles_of_writer(lake, writer, count):
    """Commit articles of one of several writers, one a commit."""
    for number in range(count):
        pmid = 1_000 * writer + number
        load_units(lake, stage_unit(lake, f"writer-{writer}-{number}", [record(pmid, 1, headings=[A, B])]))


def watch_consistency(lake, stop, violations):
    """Connect again and again; put every inconsistency found in a version."""
    while not stop.is_set():
        inconsistency = find_inconsistency(lake)
        if inconsistency:
            violations.put(inconsistency)


def find_inconsistency(lake):
    """The contradicting numbers of the current version, None if counts, articles and ledger agree."""
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
        consistent = articles == (counted or 0) and pairs == wanted and documents == sightings
        return None if consistent else (articles, counted, pairs, wanted, documents, sightings)


def differences(lake):
    with connect(lake) as connection:
        return audit(connection)

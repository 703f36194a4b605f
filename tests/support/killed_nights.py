"""Nights in processes that are killed, and the expected content of the lake at the end."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from flows.demo_literature.render import article_set
from flows.settings import Settings
from flows.sources.base import Span
from tests.support.collecting import collect, new_lake
from tests.support.loading import fingerprints, load_files, query
from tests.support.nights import BEGIN, PLANTED
from warehouse.catalog.publish import connect
from warehouse.upkeep.audit import audit

PROJECT = Path(__file__).parents[2]


SEED = 20261125


VOLATILE = {"documents", "mentions", "sightings", "deletions", "rejected"}
"""Tables whose rows also contain from where and when they came."""


def environment(server, lake, **more):
    values = {**server.settings, "lake": lake.root, "first_wait_s": 0, "page_delay_s": 0.01}
    return {**os.environ, **{f"HOOFBEATS_{name.upper()}": str(value) for name, value in values.items()}, **more}


def night_process(how, night, last, environment_of_night):
    command = [sys.executable, "-m", "tests.support.night_process", how, str(night), str(last)]
    return subprocess.Popen(
        command, cwd=PROJECT, env=environment_of_night, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def killed_at_random(process, draw, longest_s):
    """Kill a process after a random time unless it ends before; return whether it was killed."""
    try:
        process.communicate(timeout=draw.uniform(0.5, longest_s))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode == -9


def finish(process):
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output.decode()


def bulk_load(planned, folder, server):
    """Load all files at once, and the preprints."""
    lake = new_lake(folder)
    places = [folder / release.name.removesuffix(".gz") for release in planned.shelf.releases]
    for place, release in zip(places, planned.shelf.releases, strict=True):
        place.write_bytes(article_set(release))
    load_files(lake, *places)
    asked = Span(BEGIN, planned.last_day, None, ("created",))
    now = dt.datetime.combine(planned.last_day, dt.time(23), dt.UTC)
    collect("europepmc", Settings(lake=lake.root, **server.settings), asked, now=now)
    return lake


def counts(lake):
    return {name: fingerprint for name, fingerprint in fingerprints(lake).items() if name not in VOLATILE}


def check(planned, lake, reference):
    """Check that every planted record is counted once and all counts equal those of the bulk load."""
    assert {pmid for (pmid,) in query(lake, "SELECT pmid FROM articles WHERE pmid IS NOT NULL")} == set(planned.live)
    assert query(lake, "SELECT count(*) FROM articles") == [(len(planned.live) + len(planned.shelf.preprints),)]
    retracted = query(lake, "SELECT pmid FROM articles WHERE retracted_on IS NOT NULL")
    assert {pmid for (pmid,) in retracted} == planned.retracted
    together = "SELECT articles FROM count_together([['MESH:{}'], ['MESH:{}']], basis := 'index')".format(*PLANTED)
    assert query(lake, together) == [(len(planned.planted),)]
    assert counts(lake) == counts(reference)
    with connect(lake) as connection:
        assert audit(connection) == []
    [sums] = query(
        lake, "SELECT sum(received), sum(kept + unchanged + superseded + duplicates + rejected) FROM windows"
    )
    assert sums[0] == sums[1] > 0

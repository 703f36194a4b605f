"""Simulated nights of scheduled work, killed at random moments, give the same lake as one bulk load."""

import random

from flows.demo_literature.server import LiteratureServer
from flows.settings import Settings
from tests.support.collecting import new_lake
from tests.support.killed_nights import SEED, bulk_load, check, environment, killed_at_random, night_process
from tests.support.nights import BEGIN, nights, run_night


def test_the_planted_cases():
    """The nights contain late headings, corrections, deletions and a retraction."""
    planned = nights(5)
    first_versions = {}
    for release in planned.shelf.releases:
        for one in release.records:
            first_versions.setdefault(one.pmid, one)
    live = planned.live
    changed = {pmid for pmid, one in live.items() if one != first_versions[pmid]}
    assert len([pmid for pmid in changed if not first_versions[pmid].headings and live[pmid].headings]) >= 6
    assert len([pmid for pmid in changed if live[pmid].title != first_versions[pmid].title]) >= 2
    assert planned.retracted
    assert set(first_versions) - set(live)
    assert len(planned.planted) > 20


def test_five_nights(tmp_path):
    planned, draw = nights(5), random.Random(SEED)
    lake = new_lake(tmp_path / "nightly")
    with LiteratureServer(planned.shelf, BEGIN) as server:
        for night in range(1, 6):
            server.today = planned.day(night)
            if night in (2, 4):
                killed_at_random(night_process("steps", night, 5, environment(server, lake)), draw, 3.0)
            run_night(night, 5, Settings(**{**server.settings, "lake": lake.root}))
        reference = bulk_load(planned, tmp_path / "bulk", server)
    check(planned, lake, reference)

"""A lake under random work: after every step its counts equal a full recount, and its records what was received."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.warehouse.small_lake import digest, load, new_lake, record, unit
from warehouse.audit import audit
from warehouse.catalog import connect
from warehouse.fold import fold
from warehouse.garbage import collect
from warehouse.undo import undo

CONCEPTS = ["MESH:D1", "MESH:D2", "MESH:D3", "MESH:D4"]
pmids = st.integers(1, 6)
versions = st.integers(1, 30)
concepts = st.lists(st.sampled_from(CONCEPTS), unique=True, max_size=3)
RETRACTED_ON = dt.date(2020, 1, 1)


class Lake(RuleBasedStateMachine):
    """Records of six articles in any order of release; the model is the list of what was received and not undone."""

    @initialize()
    def start(self):
        self.folder = Path(tempfile.mkdtemp())
        self.lake = new_lake(self.folder / "lake")
        self.received = {}  # batch -> (records, deletions)
        self.payloads = 0

    def teardown(self):
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    @rule(
        pmid=pmids, version=versions, headings=concepts, year=st.sampled_from([None, 1999, 2000]),
        retracted=st.sampled_from([None, None, RETRACTED_ON]),
    )  # fmt: skip
    def insert_or_correct(self, pmid, version, headings, year, retracted):
        self.payload([record(pmid, version, headings=headings, year=year, retracted_on=retracted)], [])

    @rule(pmid=pmids, version=versions)
    def delete(self, pmid, version):
        self.payload([], [(pmid, version)])

    @rule(
        records=st.lists(st.tuples(pmids, versions, concepts), min_size=2, max_size=6),
        deleted=st.tuples(pmids, versions),
    )
    def load_many(self, records, deleted):
        self.payload([record(pmid, version, headings=found) for pmid, version, found in records], [deleted])

    def payload(self, records, deletions):
        self.payloads += 1
        done = load(self.lake, unit(self.lake, f"payload-{self.payloads}", records, deletions))
        self.received[done.version] = (records, deletions)

    @rule(choice=st.randoms(use_true_random=False))
    def undo_one(self, choice):
        if self.received:
            batch = choice.choice(sorted(self.received))
            undo(self.lake, batch)
            del self.received[batch]

    @rule()
    def fold_segments(self):
        fold(self.lake, at_least=2)

    @rule()
    def collect_garbage(self):
        collect(self.lake, keep_latest=2, grace_s=-1)

    @invariant()
    def counts_equal_a_recount(self):
        if hasattr(self, "lake"):
            with connect(self.lake) as connection:
                assert audit(connection, articles_at_once=3) == []
                told = connection.execute("SELECT pmid, headings, year FROM articles ORDER BY pmid").fetchall()
            assert told == self.expected()

    def expected(self):
        """The articles that must stand: of each PMID the latest release, unless a deletion is as late."""
        last = {}
        for records, deletions in self.received.values():
            for told in records:
                rank = (told["version"], 0, digest(told))
                last[told["pmid"]] = max(last.get(told["pmid"], ((0,),)), (rank, told), key=lambda pair: pair[0])
            for pmid, version in deletions:
                last[pmid] = max(last.get(pmid, ((0,),)), ((version, 1, ""), None), key=lambda pair: pair[0])
        return [
            (pmid, told["headings"], told.get("year", 2000))
            for pmid, (_, told) in sorted(last.items())
            if told is not None
        ]


def run(examples, steps):
    run_state_machine_as_test(
        Lake,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.timeout(600)
def test_a_short_life():
    run(examples=3, steps=8)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_thousand_steps():
    run(examples=20, steps=50)

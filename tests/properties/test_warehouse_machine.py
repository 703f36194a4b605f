"""A lake under random operations: after every step, counts equal a recount, and articles equal those of a model."""

import datetime as dt
import shutil
import tempfile
from collections import Counter
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.small_lake import (
    europepmc_record,
    load_units,
    new_lake,
    record,
    record_digest,
    stage_unit,
    staged_documents,
)
from transforms.duplicates import blocking
from transforms.duplicates.deduplicate import deduplicate
from warehouse.catalog.publish import connect
from warehouse.commit.compaction import compact
from warehouse.revision.record_verdicts import record_verdict
from warehouse.revision.undo import undo
from warehouse.upkeep.audit import audit
from warehouse.upkeep.garbage import collect_garbage

CONCEPTS = ["MESH:D1", "MESH:D2", "MESH:D3", "MESH:D4"]
RETRACTED_ON = dt.date(2020, 1, 1)
PMIDS = st.integers(1, 4)
VERSIONS = st.integers(1, 30)
FIELDS = st.fixed_dictionaries(
    {
        "headings": st.lists(st.sampled_from(CONCEPTS), unique=True, max_size=3),
        "year": st.sampled_from([None, 1999, 2000]),
        "abstract": st.sampled_from(["An abstract.", "This is the first reported case of asthma in a lymph node."]),
        "retracted_on": st.sampled_from([None, None, RETRACTED_ON]),
        "title": st.sampled_from(["Salt and nodules of the thyroid", "Honey for the heart", "Iodine in valley towns"]),
        "authors": st.sampled_from([[], ["Brandt, Uwe"], ["Rao, Anil"]]),
        "pages": st.sampled_from([None, "1-9", "10-14"]),
        "volume": st.sampled_from([None, "26"]),
    }
)
RECORDS = st.one_of(
    st.builds(lambda pmid, version, fields: record(pmid, version, **fields), PMIDS, VERSIONS, FIELDS),
    st.builds(
        lambda name, version, pmid, fields: europepmc_record(name, version, pmid, **fields),
        st.sampled_from("XYZ"), VERSIONS, st.none() | PMIDS, FIELDS,
    ),
)  # fmt: skip
DOCUMENTS = [f"pubmed:{pmid}" for pmid in range(1, 5)] + [f"europepmc:{name}" for name in "XYZ"]
DELETIONS = st.lists(st.tuples(st.sampled_from(DOCUMENTS), VERSIONS), max_size=2)
VERDICTS = pa.schema([("document_a", pa.string()), ("document_b", pa.string()), ("same", pa.bool_())])
PAIRS = st.sampled_from(list(combinations(DOCUMENTS, 2)))


class Lake(RuleBasedStateMachine):
    """Records of seven documents in any order of release; the model is all records and verdicts that are not undone."""

    @initialize()
    def start(self):
        self.folder = Path(tempfile.mkdtemp())
        self.lake = new_lake(self.folder / "lake")
        self.received = {}  # batch -> (records, deletions)
        self.verdicts = {}  # batch -> (two documents, whether they are the same article)
        self.payloads = 0

    def teardown(self):
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    @rule(inserted=RECORDS)
    def insert_or_revise(self, inserted):
        self.load_payload([inserted], [])

    @rule(deletions=DELETIONS)
    def delete(self, deletions):
        self.load_payload([], deletions)

    @rule(records=st.lists(RECORDS, min_size=2, max_size=6), deletions=DELETIONS)
    def load_payload(self, records, deletions):
        self.payloads += 1
        committed = load_units(self.lake, stage_unit(self.lake, f"payload-{self.payloads}", records, deletions))
        self.received[committed.version] = (records, deletions)

    @rule(pair=PAIRS, same=st.booleans())
    def record_verdict(self, pair, same):
        known = {row["document_id"] for records, _ in self.received.values() for row in records}
        if known >= set(pair):
            self.verdicts[record_verdict(self.lake, pair, same=same, said_by="a machine")] = (tuple(sorted(pair)), same)

    @rule(choice=st.randoms(use_true_random=False))
    def undo_one(self, choice):
        batches = sorted([*self.received, *self.verdicts])
        if batches:
            batch = choice.choice(batches)
            undo(self.lake, batch)
            self.received.pop(batch, None)
            self.verdicts.pop(batch, None)

    @rule()
    def compact_segments(self):
        compact(self.lake, fanout=2)

    @rule()
    def collect_garbage(self):
        collect_garbage(self.lake, keep_latest=2, grace_s=-1)

    @invariant()
    def counts_equal_a_recount(self):
        if not hasattr(self, "lake"):
            return
        with connect(self.lake) as connection:
            assert audit(connection, articles_at_once=3) == []
            assigned = connection.execute("SELECT document_id, article_id FROM documents WHERE is_current").fetchall()
            pairs = connection.execute(
                "SELECT concept_a, concept_b, sum(articles) FROM cooccurrences WHERE basis = 'index' GROUP BY ALL"
            ).fetchall()
        current = self.current()
        articles = self.articles(current)
        assert dict(assigned) == articles
        assert {(a, b): n for a, b, n in pairs} == self.pairs(current, self.clusters(articles))

    def current(self):
        """The latest version of each document, unless a deletion is as late."""
        last = {}
        for records, deletions in self.received.values():
            for row in records:
                rank = (row["version"], 0, record_digest(row))
                last[row["document_id"]] = max(
                    last.get(row["document_id"], ((0,),)), (rank, row), key=lambda pair: pair[0]
                )
            for document, version in deletions:
                last[document] = max(last.get(document, ((0,),)), ((version, 1, ""), None), key=lambda pair: pair[0])
        return {document: row for document, (_, row) in last.items() if row is not None}

    def articles(self, current):
        """The articles that deduplicating all current records at once gives, under the latest verdicts."""
        latest = {pair: same for _, (pair, same) in sorted(self.verdicts.items())}
        verdicts = pa.Table.from_pylist(
            [{"document_a": a, "document_b": b, "same": same} for (a, b), same in latest.items()], VERDICTS
        )
        table = deduplicate(staged_documents("any", [row for _, row in sorted(current.items())]), verdicts)
        return dict(zip(table["document_id"].to_pylist(), table["article_id"].to_pylist(), strict=True))

    def clusters(self, articles):
        """The documents of each article."""
        by_article = {}
        for document, article in articles.items():
            by_article.setdefault(article, set()).add(document)
        return by_article.values()

    def pairs(self, current, clusters):
        counted = Counter()
        for cluster in clusters:
            rows = [current[document] for document in cluster]
            if all(row["retracted_on"] is None for row in rows):
                concepts = {concept for row in rows for concept in row["headings"]}
                counted.update(combinations(sorted(concepts), 2))
        return dict(counted)


def run(examples, steps):
    """Run the machine, with a block limit so small that blocks exceed it now and then."""
    profile = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BLOCK_LIMIT", 3)
        run_state_machine_as_test(Lake, settings=profile)


@pytest.mark.timeout(600)
def test_a_short_life():
    run(examples=3, steps=8)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_thousand_steps():
    run(examples=20, steps=50)

"""Deduplication in one run: the contract, independence of order and batches, manual decisions, the seed page."""

import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.dedup_records import documents, labelled
from transforms.duplicates import blocking
from transforms.duplicates.article_ids import article_id
from transforms.duplicates.blocking import affected_documents, blocking_keys, candidate_pairs
from transforms.duplicates.clustering import ALONE, ARTICLE_ASSIGNMENTS, MANUAL, cluster
from transforms.duplicates.decisions import decide_pairs
from transforms.duplicates.deduplicate import deduplicate

PAPER = {
    "title": "Iodised salt and the growth of thyroid nodules in valley towns",
    "authors": ["Brandt, Uwe", "Lindqvist, Karin"],
    "journal": "Thyroid",
    "year": 2016,
    "volume": "26",
    "pages": "201-209",
}
VERDICTS = pa.schema([("document_a", pa.string()), ("document_b", pa.string()), ("same", pa.bool_())])


def verdicts(*rows):
    return pa.Table.from_pylist([{"document_a": a, "document_b": b, "same": same} for a, b, same in rows], VERDICTS)


def articles(table, *arguments):
    found = deduplicate(table, *arguments)
    return dict(zip(found["document_id"].to_pylist(), found["article_id"].to_pylist(), strict=True))


class StoredDecisions:
    """Documents, keys and edges as a warehouse stores them, updated batch by batch."""

    def __init__(self):
        self.documents = self.keys = self.edges = self.articles = None

    def add(self, batch):
        """Add documents, or replace those with the same ids."""
        ids = batch["document_id"].combine_chunks()
        fresh = blocking_keys(batch)
        if self.documents is None:
            self.documents, self.keys = batch, fresh
            self.edges, self.articles = decide_pairs(candidate_pairs(fresh), batch), {}
            self._cluster()
            return
        former = self.keys.filter(pc.is_in(self.keys["document_id"], ids))
        self.documents = pa.concat_tables([self._without(self.documents, ids), batch])
        self.keys = pa.concat_tables([self._without(self.keys, ids), fresh])
        changed = affected_documents(self.keys, ids, former)
        a, b = (pc.is_in(self.edges[name], changed) for name in ("document_a", "document_b"))
        pairs = candidate_pairs(self.keys, changed)
        self.edges = pa.concat_tables([self.edges.filter(pc.invert(pc.or_(a, b))), decide_pairs(pairs, self.documents)])
        self._cluster()

    def _cluster(self):
        found = cluster(self.edges, self.documents)
        self.articles.update(zip(found["document_id"].to_pylist(), found["article_id"].to_pylist(), strict=True))

    @staticmethod
    def _without(table, ids):
        return table.filter(pc.invert(pc.is_in(table["document_id"], ids)))


def in_batches(table, seed, batches):
    """Return the article ids of documents added in random order, in the given number of batches."""
    order = list(range(table.num_rows))
    rng = random.Random(seed)
    rng.shuffle(order)
    cuts = sorted(rng.sample(range(1, len(order)), batches - 1)) if batches > 1 else []
    stored = StoredDecisions()
    for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        stored.add(table.take(pa.array(order[start:end])))
    return stored.articles


def test_rows_come_in_the_order_of_the_documents_with_rule_and_evidence():
    found = deduplicate(documents([PAPER, {**PAPER, "authors": ["Brandt U"]}, {"title": "Another matter altogether"}]))
    assert found.schema == ARTICLE_ASSIGNMENTS
    assert found["document_id"].to_pylist() == ["d0", "d1", "d2"]
    assert found["article_id"].to_pylist() == [article_id([], ["d0", "d1"])] * 2 + [article_id([], ["d2"])]
    assert found["rule"].to_pylist() == ["same title, authors and place"] * 2 + [ALONE]
    assert '"pages": "same"' in found["evidence"][0].as_py()
    assert found["evidence"][2].as_py() is None


def test_only_a_title_and_an_id_are_required():
    bare = documents([{"title": "One"}, {}]).select(["document_id", "title"])
    assert len(set(articles(bare).values())) == 2
    assert deduplicate(bare.slice(0, 0)).num_rows == 0


def test_a_repeated_document_id_is_refused():
    with pytest.raises(ValueError, match="more than once"):
        deduplicate(documents([{"document_id": "x", "title": "A"}, {"document_id": "x", "title": "B"}]))


def test_the_smallest_pmid_names_the_article():
    assert set(articles(documents([PAPER, {**PAPER, "pmid": 777}])).values()) == {777}


def test_no_article_has_two_pmids_even_through_a_third_record():
    table = documents([{**PAPER, "pmid": 1}, PAPER, {**PAPER, "pmid": 2}])
    found = articles(table)
    assert found["d0"] != found["d2"]
    assert found["d1"] == found["d0"]


def test_a_notice_is_not_joined_through_a_third_record():
    vague = {name: PAPER[name] for name in ("title", "authors", "journal", "year", "volume")}
    table = documents([PAPER, vague, {**PAPER, "title": "Erratum: " + PAPER["title"], "pages": "409"}])
    found = articles(table)
    assert found["d0"] == found["d1"] != found["d2"]


def test_manual_decisions_override_rules_both_ways_and_for_third_records():
    table = documents([PAPER, PAPER, {**PAPER, "title": "Erratum: " + PAPER["title"], "pages": "409"}])
    apart = deduplicate(table, verdicts(("d1", "d0", False)))
    assert len(set(apart["article_id"].to_pylist())) == 3
    joined = deduplicate(table, verdicts(("d2", "d0", True), ("d1", "d2", True)))
    assert len(set(joined["article_id"].to_pylist())) == 1
    assert joined["rule"].to_pylist() == [MANUAL] * 3
    assert articles(table, verdicts(("d0", "gone", False))) == articles(table)


def test_undoing_a_merge_restores_the_former_ids():
    alone, both = documents([PAPER]), documents([PAPER, {**PAPER, "pmid": 5}])
    assert articles(both)["d0"] == 5
    assert articles(both, verdicts(("d0", "d1", False)))["d0"] == articles(alone)["d0"]


def test_the_seed_page_and_its_records_are_one_article():
    title = "Cytodiagnosis of two findings in one cervical lymph node, in a patient with T cell leukemia"
    text = "Blood formation outside the marrow is a rare find. " * 6 + "Our case may be the second to be reported."
    pubmed = {
        **PAPER,
        "document_id": "pubmed:27000001",
        "source": "pubmed",
        "pmid": 27000001,
        "doi": "10.1000/cyto.16",
        "title": title + ".",
        "abstract": text,
    }
    europepmc = {
        **pubmed,
        "document_id": "europepmc:27000001",
        "source": "europepmc",
        "title": title,
        "authors": ["Brandt U", "Lindqvist K"],
    }
    page = {
        "document_id": "web:1",
        "source": "web",
        "title": title + " | Read by QxMD",
        "abstract": text + " Full text links We have located links.",
    }
    assert set(articles(documents([page, europepmc, pubmed])).values()) == {27000001}


@pytest.mark.data
def test_the_real_seed_page(data_dir):
    text = (data_dir / "seed" / "read-by-qxmd.txt").read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("Cytodiagnosis"))
    abstract = " ".join((data_dir / "seed" / "expected-abstract.txt").read_text(encoding="utf-8").split())
    record = {
        "title": title,
        "abstract": abstract,
        "authors": ["Kaur, Simran"],
        "journal": "J Cytol",
        "year": 2016,
        "pmid": 27000001,
    }
    rows = [record, {**record, "authors": ["Kaur S"], "doi": "10.1000/x"}, {"title": title, "abstract": abstract}]
    assert set(articles(documents(rows)).values()) == {27000001}


WORDS = ("salt", "iodine", "growth", "nodule", "valley", "heart", "honey", "block")
RECORD = st.fixed_dictionaries(
    {"title": st.lists(st.sampled_from(WORDS), min_size=3, max_size=4).map(" ".join)},
    optional={
        "authors": st.lists(st.sampled_from(["Brandt, Uwe", "Rao, Anil", "Sato, Ken"]), min_size=1, max_size=2),
        "pages": st.sampled_from(["1-9", "10-14", "15"]),
        "volume": st.sampled_from(["1", "2"]),
        "year": st.sampled_from([2001, 2002]),
        "journal": st.sampled_from(["Thyroid", "Heart"]),
        "pmid": st.integers(1, 4),
        "doi": st.sampled_from(["10.1000/a", "10.1000/b"]),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.lists(RECORD, min_size=2, max_size=14), st.integers(0, 2**16), st.integers(1, 4), st.integers(2, 6))
def test_order_and_batches_do_not_matter_even_for_blocks_above_the_limit(rows, seed, batches, limit):
    table = documents(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BLOCK_LIMIT", limit)
        whole = articles(table)
        assert in_batches(table, seed, min(batches, table.num_rows)) == whole
        pmids = dict(zip(table["document_id"].to_pylist(), table["pmid"].to_pylist(), strict=True))
    for article in set(whole.values()):
        assert len({pmids[document] for document, found in whole.items() if found == article} - {None}) <= 1


@settings(max_examples=25, deadline=None)
@given(st.lists(RECORD, min_size=3, max_size=10), st.lists(RECORD, min_size=1, max_size=3), st.integers(2, 5))
def test_a_changed_record_is_decided_again(rows, revised, limit):
    after = documents([*revised, *rows[len(revised) :]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BLOCK_LIMIT", limit)
        stored = StoredDecisions()
        stored.add(documents(rows))
        stored.add(documents(revised))
        assert stored.articles == articles(after.slice(0, max(len(rows), len(revised))))


def mixed_sets(data_dir, share):
    tables = []
    for name in ("neuroimaging", "diabetes", "digital_work"):
        table, _ = labelled(data_dir / "dedup" / f"{name}.parquet")
        at = table.schema.get_field_index("document_id")
        named = pa.array([f"{name}:{document}" for document in table["document_id"].to_pylist()])
        tables.append(table.set_column(at, "document_id", named).slice(0, int(table.num_rows * share)))
    return pa.concat_tables(tables)


@pytest.mark.data
def test_order_and_batches_do_not_matter_for_real_records(data_dir):
    table = mixed_sets(data_dir, 0.06)
    whole = articles(table)
    assert len(set(whole.values())) < table.num_rows
    for seed in range(3):
        assert in_batches(table, seed, 2 + seed) == whole


@pytest.mark.data
@pytest.mark.soak
def test_ten_orders_and_batches_of_complete_sets(data_dir):
    table = mixed_sets(data_dir, 1.0)
    whole = articles(table)
    for seed in range(10):
        assert in_batches(table, seed, 1 + seed) == whole

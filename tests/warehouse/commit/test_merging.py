"""Articles with several records: merged, split, renamed, and counted only once throughout."""

import pytest

from tests.support.small_lake import (
    BOTH,
    ask,
    content,
    europepmc_record,
    load_units,
    new_lake,
    pairs,
    record,
    record_digest,
    stage_unit,
)
from transforms.duplicates.article_ids import article_id, own_article_ids
from transforms.schema.records import DOCUMENTS
from warehouse.catalog.publish import connect
from warehouse.commit.ingest import OUTCOMES
from warehouse.errors import IncompatibleKeysError, UnknownDocumentError
from warehouse.revision.record_verdicts import record_verdict
from warehouse.revision.undo import undo
from warehouse.upkeep.audit import audit

A, B = BOTH


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def articles(lake):
    """document -> article, of the documents that count."""
    return dict(ask(lake, "SELECT document_id, article_id FROM documents WHERE is_current ORDER BY 1"))


def alone(document_id):
    return own_article_ids(DOCUMENTS.from_rows([{"document_id": document_id}]))[0].as_py()


def hashed(document_id):
    """The id of an article without a PMID of its own."""
    return article_id([], [document_id])


def audited(lake):
    with connect(lake) as connection:
        return audit(connection, articles_at_once=2)


def test_records_of_two_sources_with_one_pmid_are_one_article(lake):
    load_units(
        lake, stage_unit(lake, "a", [record(5, headings=[A]), europepmc_record("MED/5", pmid=5, text=[(A, 1), (B, 1)])])
    )
    assert articles(lake) == {"europepmc:MED/5": 5, "pubmed:5": 5}
    assert ask(lake, "SELECT article_id, document_id, sources, documents FROM articles") == [
        (5, "pubmed:5", ["europepmc", "pubmed"], 2)
    ]
    assert pairs(lake, "any") == {}, "the text that counts is that of the preferred record"
    assert ask(lake, "SELECT document_a, document_b, article_a, article_b, verdict, rule FROM duplicate_pairs") == [
        ("europepmc:MED/5", "pubmed:5", 5, 5, "same", "same PMID")
    ]
    assert audited(lake) == []


def test_a_further_record_of_an_article_is_reported_as_a_duplicate(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, headings=BOTH)]))
    done = load_units(lake, stage_unit(lake, "b", [europepmc_record("MED/5", pmid=5), europepmc_record("PPR1")]))
    [window] = done.windows
    assert {fate: window[fate] for fate in OUTCOMES if window[fate]} == {"kept": 1, "duplicates": 1}
    assert pairs(lake) == {BOTH: 1}


def test_the_order_of_arrival_does_not_matter(tmp_path):
    payloads = {
        "a": [record(5, 1, headings=[A])],
        "b": [europepmc_record("MED/5", 1, pmid=5, headings=[B]), europepmc_record("PPR1", 1, headings=BOTH)],
        "c": [europepmc_record("PPR1", 2, pmid=5, headings=BOTH), record(5, 2, headings=[A, "MESH:D3"])],
    }
    expected = None
    for order in ("abc", "cab", "bca"):
        lake = new_lake(tmp_path / order)
        for name in order:
            load_units(lake, stage_unit(lake, name, payloads[name]))
        expected = expected or content(lake)
        assert content(lake) == expected, order
        assert set(articles(lake).values()) == {5}
    assert audited(lake) == []


def test_a_changed_record_leaves_its_article(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, headings=[A]), europepmc_record("X", 1, pmid=5, headings=[B])]))
    assert pairs(lake) == {BOTH: 1}
    load_units(lake, stage_unit(lake, "b", [europepmc_record("X", 2, headings=[B])]))
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    assert pairs(lake) == {}
    load_units(lake, stage_unit(lake, "c", [europepmc_record("X", 3, pmid=5, headings=[B])]))
    assert pairs(lake) == {BOTH: 1}
    assert audited(lake) == []


def test_after_a_deletion_the_other_record_represents_the_article(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, headings=[A]), europepmc_record("X", 1, pmid=5, headings=[B])]))
    load_units(lake, stage_unit(lake, "b", [], [(5, 9)]))
    assert ask(lake, "SELECT article_id, document_id FROM articles") == [(5, "europepmc:X")]
    assert ask(lake, "SELECT count(*) FROM documents") == [(2,)]
    load_units(lake, stage_unit(lake, "c", [], [("europepmc:X", 9)]))
    assert ask(lake, "SELECT count(*) FROM articles") == [(0,)]
    assert ask(lake, "SELECT count(*) FROM documents") == [(2,)]
    load_units(lake, stage_unit(lake, "d", [record(5, 10, headings=[A])]))
    assert ask(lake, "SELECT article_id, document_id FROM articles") == [(5, "pubmed:5")]
    assert audited(lake) == []


def test_manual_verdicts_merge_and_split_articles(lake):
    load_units(
        lake,
        stage_unit(lake, "a", [record(5, headings=[A]), europepmc_record("X", headings=[B]), record(7, headings=[A])]),
    )
    before = content(lake)
    joined = record_verdict(lake, ("pubmed:5", "europepmc:X"), same=True, said_by="a reader", note="the same case")
    assert articles(lake) == {"europepmc:X": 5, "pubmed:5": 5, "pubmed:7": 7}
    assert pairs(lake) == {BOTH: 1}
    assert ask(lake, f"SELECT title FROM article({alone('europepmc:X')})") == [("Title of 5",)], "a former id"
    record_verdict(lake, ("pubmed:7", "europepmc:X"), same=True, said_by="a reader")
    assert set(articles(lake).values()) == {5}
    assert ask(lake, "SELECT article_id FROM article(7)") == [(5,)]
    parted = record_verdict(lake, ("europepmc:X", "pubmed:7"), same=False, said_by="another reader")
    assert articles(lake) == {"europepmc:X": 5, "pubmed:5": 5, "pubmed:7": 7}
    undo(lake, parted)
    assert set(articles(lake).values()) == {5}
    undo(lake, joined)
    assert articles(lake) == {"europepmc:X": 7, "pubmed:5": 5, "pubmed:7": 7}
    undo(lake, joined + 1)
    assert content(lake) == before
    assert audited(lake) == []


def test_a_manual_verdict_overrides_a_shared_pmid(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, headings=[A]), europepmc_record("X", pmid=5, headings=[B])]))
    record_verdict(lake, ("pubmed:5", "europepmc:X"), same=False, said_by="a reader")
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    load_units(
        lake, stage_unit(lake, "b", [record(5, 2, headings=BOTH), europepmc_record("X", 2, pmid=5, headings=[A])])
    )
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    assert audited(lake) == []


def test_a_verdict_needs_two_stored_records(lake):
    load_units(lake, stage_unit(lake, "a", [record(5), record(6)]))
    with pytest.raises(UnknownDocumentError, match="pubmed:9"):
        record_verdict(lake, ("pubmed:5", "pubmed:9"), same=True, said_by="a reader")
    with pytest.raises(UnknownDocumentError, match="one record"):
        record_verdict(lake, ("pubmed:5", "pubmed:5"), same=True, said_by="a reader")


def test_undoing_an_ingest_splits_the_articles_it_merged(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, headings=[A])]))
    before = content(lake)
    batch = load_units(lake, stage_unit(lake, "b", [europepmc_record("X", pmid=5, headings=[B])])).version
    assert pairs(lake) == {BOTH: 1}
    undo(lake, batch)
    assert content(lake) == before
    assert record_digest(record(5)) != record_digest(record(6))
    assert audited(lake) == []


PAPER = {"title": "Iodised salt and nodules of the thyroid in valley towns", "authors": ["Brandt, Uwe"], "pages": "1-9"}


def test_records_without_a_shared_identifier_are_merged_by_their_content(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, volume="26", **PAPER)]))
    load_units(lake, stage_unit(lake, "b", [europepmc_record("X", volume="26", **PAPER | {"authors": ["Brandt U"]})]))
    assert set(articles(lake).values()) == {5}
    [(rule, evidence)] = ask(lake, "SELECT rule, evidence FROM duplicate_pairs")
    assert rule == "same title, authors and place"
    assert '"pages": "same"' in evidence
    assert audited(lake) == []


def test_two_articles_that_claim_one_pmid_do_not_become_one(lake):
    other = {"title": "Raw honey after surgery of the heart in old dogs", "authors": ["Rao, Anil"], "pages": "77-80"}
    load_units(lake, stage_unit(lake, "a", [record(5, **PAPER), europepmc_record("X", pmid=5, **other)]))
    assert articles(lake) == {"europepmc:X": hashed("europepmc:X"), "pubmed:5": 5}
    load_units(lake, stage_unit(lake, "b", [], [(5, 9)]))
    assert articles(lake) == {"europepmc:X": 5}, "the number falls to the one that is left"
    load_units(lake, stage_unit(lake, "c", [record(5, 10, **PAPER)]))
    assert articles(lake)["pubmed:5"] == 5 != articles(lake)["europepmc:X"]
    assert audited(lake) == []


@pytest.mark.parametrize("volume", ["1", "2", "3", "4", "5", "6"])
def test_of_two_contents_of_one_release_the_current_one_names_the_article(lake, volume):
    with_pmid, without = europepmc_record("X", 28, pmid=3, volume=volume, **PAPER), europepmc_record("X", 28, **PAPER)
    load_units(lake, stage_unit(lake, "a", [with_pmid, without]))
    load_units(
        lake,
        stage_unit(lake, "b", [record(3, title="Raw honey after surgery of the heart in old dogs", authors=["Rao"])]),
    )
    load_units(lake, stage_unit(lake, "c", [], [(3, 9)]))
    load_units(lake, stage_unit(lake, "d", [record(3, 8)]))
    assert audited(lake) == []


def test_links_are_stated_or_follow_from_the_rule_that_kept_two_records_apart(lake):
    notice = {"title": "Erratum: " + PAPER["title"], "authors": ["Brandt, Uwe"], "pages": "40"}
    stated = [{"kind": "retraction_in", "document_id": "pubmed:9", "citation": "Thyroid. 2017"}]
    load_units(lake, stage_unit(lake, "a", [record(5, relations=stated, **PAPER), record(6, **notice)]))
    assert ask(lake, "SELECT article_id, related_id, kind, evidence FROM links ORDER BY kind") == [
        (6, 5, "erratum_for", "different PMIDs"),
        (None, 5, "retraction_of", "stated"),
    ]
    assert ask(lake, "SELECT DISTINCT verdict FROM duplicate_pairs") == [("different",)]


def test_an_updated_preprint_is_linked_to_its_published_article(lake):
    update = [{"kind": "update_in", "document_id": "pubmed:9", "citation": None}]
    load_units(
        lake, stage_unit(lake, "a", [record(5, publication_types=["Preprint"], relations=update), record(9, **PAPER)])
    )
    assert ask(lake, "SELECT article_id, related_id, kind FROM links") == [(5, 9, "preprint_of")]


def test_keys_made_by_other_rules_are_not_compared(lake, monkeypatch):
    load_units(lake, stage_unit(lake, "a", [record(5, **PAPER)]))
    monkeypatch.setattr("warehouse.commit.pair_decisions.KEYS_VERSION", "another")
    with pytest.raises(IncompatibleKeysError, match="other rules") as raised:
        load_units(lake, stage_unit(lake, "b", [record(6, **PAPER)]))
    assert "hoofbeats rebuild" in raised.value.hint

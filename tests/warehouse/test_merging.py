"""Articles that are told of by several records: joined, parted, renamed, and counted once all the while."""

from itertools import permutations

import pytest

from tests.warehouse.small_lake import digest, load, new_lake, other_record, record, unit
from tests.warehouse.test_commit import BOTH, ask, content, pairs
from transforms.identity import own_article_ids
from transforms.schema import DOCUMENTS
from warehouse.audit import audit
from warehouse.catalog import connect
from warehouse.commit import FATES
from warehouse.errors import UnknownDocumentError
from warehouse.undo import undo
from warehouse.verdicts import say

A, B = BOTH


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def articles(lake):
    """document -> article, of the documents that count."""
    return dict(ask(lake, "SELECT document_id, article_id FROM documents WHERE is_current ORDER BY 1"))


def alone(document_id):
    return own_article_ids(DOCUMENTS.from_rows([{"document_id": document_id}]))[0].as_py()


def audited(lake):
    with connect(lake) as connection:
        return audit(connection, articles_at_once=2)


def test_records_of_two_sources_with_one_pmid_are_one_article(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A]), other_record("MED/5", pmid=5, text=[(A, 1), (B, 1)])]))
    assert articles(lake) == {"europepmc:MED/5": 5, "pubmed:5": 5}
    assert ask(lake, "SELECT article_id, document_id, sources, documents FROM articles") == [
        (5, "pubmed:5", ["europepmc", "pubmed"], 2)
    ]
    assert pairs(lake, "any") == {}, "the text that counts is that of the preferred record"
    assert ask(lake, "SELECT document_a, document_b, rule, evidence FROM duplicate_pairs") == [
        ("europepmc:MED/5", "pubmed:5", "same_pmid", "PMID 5")
    ]
    assert audited(lake) == []


def test_a_record_that_joins_an_article_is_told_apart_as_a_duplicate(lake):
    load(lake, unit(lake, "a", [record(5, headings=BOTH)]))
    done = load(lake, unit(lake, "b", [other_record("MED/5", pmid=5), other_record("PPR1")]))
    [window] = done.windows
    assert {fate: window[fate] for fate in FATES if window[fate]} == {"kept": 1, "duplicates": 1}
    assert pairs(lake) == {BOTH: 1}


def test_the_order_of_arrival_does_not_matter(tmp_path):
    payloads = {
        "a": [record(5, 1, headings=[A])],
        "b": [other_record("MED/5", 1, pmid=5, headings=[B]), other_record("PPR1", 1, headings=BOTH)],
        "c": [other_record("PPR1", 2, pmid=5, headings=BOTH), record(5, 2, headings=[A, "MESH:D3"])],
    }
    expected = None
    for order in permutations(payloads):
        lake = new_lake(tmp_path / "".join(order))
        for name in order:
            load(lake, unit(lake, name, payloads[name]))
        expected = expected or content(lake)
        assert content(lake) == expected, order
        assert set(articles(lake).values()) == {5}
    assert audited(lake) == []


def test_a_changed_record_leaves_its_article(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A]), other_record("X", 1, pmid=5, headings=[B])]))
    assert pairs(lake) == {BOTH: 1}
    load(lake, unit(lake, "b", [other_record("X", 2, headings=[B])]))
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    assert pairs(lake) == {}
    load(lake, unit(lake, "c", [other_record("X", 3, pmid=5, headings=[B])]))
    assert pairs(lake) == {BOTH: 1}
    assert audited(lake) == []


def test_a_deleted_record_leaves_and_the_other_stands_for_the_article(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A]), other_record("X", 1, pmid=5, headings=[B])]))
    load(lake, unit(lake, "b", [], [(5, 9)]))
    assert ask(lake, "SELECT article_id, document_id FROM articles") == [(5, "europepmc:X")]
    assert ask(lake, "SELECT count(*) FROM documents") == [(2,)]
    load(lake, unit(lake, "c", [], [("europepmc:X", 9)]))
    assert ask(lake, "SELECT count(*) FROM articles") == [(0,)]
    assert ask(lake, "SELECT count(*) FROM documents") == [(2,)]
    load(lake, unit(lake, "d", [record(5, 10, headings=[A])]))
    assert ask(lake, "SELECT article_id, document_id FROM articles") == [(5, "pubmed:5")]
    assert audited(lake) == []


def test_a_person_joins_and_parts_articles(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A]), other_record("X", headings=[B]), record(7, headings=[A])]))
    before = content(lake)
    joined = say(lake, ("pubmed:5", "europepmc:X"), same=True, said_by="a reader", note="the same case")
    assert articles(lake) == {"europepmc:X": 5, "pubmed:5": 5, "pubmed:7": 7}
    assert pairs(lake) == {BOTH: 1}
    assert ask(lake, f"SELECT title FROM article({alone('europepmc:X')})") == [("Title of 5",)], "a former id"
    say(lake, ("pubmed:7", "europepmc:X"), same=True, said_by="a reader")
    assert set(articles(lake).values()) == {5}
    assert ask(lake, "SELECT article_id FROM article(7)") == [(5,)]
    parted = say(lake, ("europepmc:X", "pubmed:7"), same=False, said_by="another reader")
    assert articles(lake) == {"europepmc:X": 5, "pubmed:5": 5, "pubmed:7": 7}
    undo(lake, parted)
    assert set(articles(lake).values()) == {5}
    undo(lake, joined)
    assert articles(lake) == {"europepmc:X": 7, "pubmed:5": 5, "pubmed:7": 7}
    undo(lake, joined + 1)
    assert content(lake) == before
    assert audited(lake) == []


def test_a_persons_verdict_overrules_a_shared_pmid(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A]), other_record("X", pmid=5, headings=[B])]))
    say(lake, ("pubmed:5", "europepmc:X"), same=False, said_by="a reader")
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    load(lake, unit(lake, "b", [record(5, 2, headings=BOTH), other_record("X", 2, pmid=5, headings=[A])]))
    assert articles(lake) == {"europepmc:X": alone("europepmc:X"), "pubmed:5": 5}
    assert audited(lake) == []


def test_a_verdict_needs_two_records_of_the_lake(lake):
    load(lake, unit(lake, "a", [record(5), record(6)]))
    with pytest.raises(UnknownDocumentError, match="pubmed:9"):
        say(lake, ("pubmed:5", "pubmed:9"), same=True, said_by="a reader")
    with pytest.raises(UnknownDocumentError, match="one record"):
        say(lake, ("pubmed:5", "pubmed:5"), same=True, said_by="a reader")


def test_undoing_a_load_parts_what_it_joined(lake):
    load(lake, unit(lake, "a", [record(5, headings=[A])]))
    before = content(lake)
    batch = load(lake, unit(lake, "b", [other_record("X", pmid=5, headings=[B])])).version
    assert pairs(lake) == {BOTH: 1}
    undo(lake, batch)
    assert content(lake) == before
    assert digest(record(5)) != digest(record(6))
    assert audited(lake) == []

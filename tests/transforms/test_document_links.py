"""Links that sources state, and those that decisions tell; what stands in a decision."""

import json

import pyarrow as pa
import pytest

from tests.transforms.dedup_records import documents
from transforms.blocking import candidates, keys
from transforms.document_links import LINKS, STATED, find_links
from transforms.duplicate_decisions import EDGES, decide, explain
from transforms.duplicate_rules import ACCEPTS, VETOES

PAPER = {
    "title": "Iodised salt and the growth of thyroid nodules",
    "authors": ["Brandt, Uwe"],
    "journal": "Thyroid",
    "year": 2016,
    "volume": "26",
    "pages": "201-209",
}


def decided(*rows):
    table = documents(rows)
    return decide(candidates(keys(table)), table)


def links(*rows):
    found = find_links(decided(*rows), documents(rows))
    assert found.schema == LINKS
    return [tuple(row.values()) for row in found.to_pylist()]


def stated(kind, other):
    return {"relations": [{"kind": kind, "document_id": other, "citation": "Thyroid. 2016"}]}


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("erratum_for", ("d0", "pubmed:9", "erratum_for", STATED)),
        ("erratum_in", ("pubmed:9", "d0", "erratum_for", STATED)),
        ("retraction_in", ("pubmed:9", "d0", "retraction_of", STATED)),
        ("comment_on", ("d0", "pubmed:9", "comment_on", STATED)),
        ("update_of", ("d0", "pubmed:9", "version_of", STATED)),
        ("correctedand_republished_in", ("pubmed:9", "d0", "version_of", STATED)),
    ],
)
def test_stated_links_have_a_direction(kind, link):
    assert links({**PAPER, **stated(kind, "pubmed:9")}) == [link]


def test_a_preprint_says_that_it_was_updated():
    preprint = {**PAPER, "publication_types": ["Preprint"], **stated("update_in", "pubmed:9")}
    assert links(preprint) == [("d0", "pubmed:9", "preprint_of", STATED)]


@pytest.mark.parametrize("relation", [("cites", "pubmed:9"), ("erratum_in", None), ("comment_on", "d0")])
def test_what_is_no_link(relation):
    assert links({**PAPER, **stated(*relation)}) == []


def test_both_sides_and_a_decision_give_one_link():
    notice = {**PAPER, "title": "Erratum: " + PAPER["title"], "pages": "409", **stated("erratum_for", "d0")}
    assert links({**PAPER, **stated("erratum_in", "d1")}, notice) == [("d1", "d0", "erratum_for", STATED)]


def test_two_replies_and_parts_are_not_linked():
    assert links({**PAPER, "title": "Reply", "pages": "3"}, {**PAPER, "title": "Reply", "pages": "5"}) == []
    assert links({**PAPER, "title": "Care: part 1"}, {**PAPER, "title": "Care: part 2"}) == []


def test_a_decision_names_its_rule_and_evidence():
    found = decided(PAPER, {**PAPER, "authors": ["Brandt U"], "year": 2017})
    assert found.schema == EDGES
    [edge] = found.to_pylist()
    assert (edge["document_a"], edge["document_b"], edge["verdict"]) == ("d0", "d1", "same")
    assert edge["rule"] in ACCEPTS
    assert json.loads(edge["evidence"]) == {
        "title": "equal",
        "authors": 100,
        "journal": "same",
        "volume": "same",
        "pages": "same",
    }
    [edge] = decided(PAPER, {**PAPER, "pages": "301-309"}).to_pylist()
    assert (edge["verdict"], edge["rule"]) == ("different", "different pages")
    assert edge["rule"] in VETOES


def test_a_decision_depends_on_its_two_documents_alone():
    pair = [PAPER, {**PAPER, "pages": "301-309"}]
    others = [{**PAPER, "title": f"Another title about salt {n}"} for n in range(5)]
    pairs = pa.table({"document_a": ["d0"], "document_b": ["d1"]})
    assert decide(pairs, documents([*pair, *others])) == decide(pairs, documents(pair))


def test_pairs_without_any_likeness_are_not_listed():
    pairs = pa.table({"document_a": ["d0"], "document_b": ["d1"]})
    assert decide(pairs, documents([PAPER, {"title": "Honey and the heart"}])).num_rows == 0


def test_any_two_documents_can_be_explained():
    told = explain(documents([PAPER, {**PAPER, "pages": "301-309"}]))
    assert (told["verdict"], told["rule"]) == ("different", "different pages")
    assert told["vetoes"] == ["different pages"]
    assert told["accepts"]
    assert told["evidence"]["pages"] == "different"
    told = explain(documents([PAPER, {"title": "Honey eaten by goats in mountain towns"}]))
    assert (told["verdict"], told["rule"], told["accepts"], told["vetoes"]) == ("different", None, [], [])

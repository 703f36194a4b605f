"""Links inferred from decisions, and the contents of a decision."""

import json

import pyarrow as pa

from tests.support.dedup_records import documents
from transforms.duplicates.blocking import blocking_keys, candidate_pairs
from transforms.duplicates.decisions import EDGES, decide_pairs, explain
from transforms.duplicates.features import Features
from transforms.duplicates.links import INFERRED_LINKS, infer_links
from transforms.duplicates.rules import ACCEPTS, VETOES

PAPER = {
    "title": "Iodised salt and the growth of thyroid nodules",
    "authors": ["Brandt, Uwe"],
    "journal": "Thyroid",
    "year": 2016,
    "volume": "26",
    "pages": "201-209",
}


def decide_all(*rows):
    table = documents(rows)
    return decide_pairs(candidate_pairs(blocking_keys(table)), table)


def links(*rows):
    table = infer_links(decide_all(*rows), Features(documents(rows)))
    assert table.schema == INFERRED_LINKS
    return [(row["link_from"], row["link"]) for row in table.to_pylist() if row["link"]]


def test_a_link_has_a_direction():
    notice = {**PAPER, "title": "Erratum: " + PAPER["title"], "pages": "409"}
    assert links(PAPER, notice) == [("d1", "erratum_for")]
    assert links(notice, PAPER) == [("d0", "erratum_for")]


def test_two_replies_or_two_parts_are_not_linked():
    assert links({**PAPER, "title": "Reply", "pages": "3"}, {**PAPER, "title": "Reply", "pages": "5"}) == []
    assert links({**PAPER, "title": "Care: part 1"}, {**PAPER, "title": "Care: part 2"}) == []


def test_a_decision_names_its_rule_and_evidence():
    table = decide_all(PAPER, {**PAPER, "authors": ["Brandt U"], "year": 2017})
    assert table.schema == EDGES
    [edge] = table.to_pylist()
    assert (edge["document_a"], edge["document_b"], edge["verdict"]) == ("d0", "d1", "same")
    assert edge["rule"] in ACCEPTS
    assert json.loads(edge["evidence"]) == {
        "title": "equal",
        "authors": 100,
        "journal": "same",
        "volume": "same",
        "pages": "same",
    }
    [edge] = decide_all(PAPER, {**PAPER, "pages": "301-309"}).to_pylist()
    assert (edge["verdict"], edge["rule"]) == ("different", "different pages")
    assert edge["rule"] in VETOES


def test_a_decision_depends_on_its_two_documents_alone():
    pair = [PAPER, {**PAPER, "pages": "301-309"}]
    others = [{**PAPER, "title": f"Another title about salt {n}"} for n in range(5)]
    pairs = pa.table({"document_a": ["d0"], "document_b": ["d1"]})
    assert decide_pairs(pairs, documents([*pair, *others])) == decide_pairs(pairs, documents(pair))


def test_dissimilar_pairs_are_omitted():
    pairs = pa.table({"document_a": ["d0"], "document_b": ["d1"]})
    assert decide_pairs(pairs, documents([PAPER, {"title": "Honey and the heart"}])).num_rows == 0


def test_any_two_documents_can_be_explained():
    explanation = explain(documents([PAPER, {**PAPER, "pages": "301-309"}]))
    assert (explanation["verdict"], explanation["rule"]) == ("different", "different pages")
    assert explanation["vetoes"] == ["different pages"]
    assert explanation["accepts"]
    assert explanation["evidence"]["pages"] == "different"
    explanation = explain(documents([PAPER, {"title": "Honey eaten by goats in mountain towns"}]))
    assert (explanation["verdict"], explanation["rule"], explanation["accepts"], explanation["vetoes"]) == (
        "different",
        None,
        [],
        [],
    )

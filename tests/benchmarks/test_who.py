"""The measure of subjects on rows made here, in the forms of the labelled sets."""

import pytest

from benchmarks.quality.who import measure_articles, measure_expressions
from transforms.schema.records import DOCUMENTS


def sentence(text, **marked):
    subject = {name: {"text": [[words]], "start": [[text.index(words)]]} for name, words in marked.items()}
    return {"context": text, "annotations": [{"events": [{"Subject": subject} if marked else {}]}]}


def test_expressions_are_scored_by_overlap_and_only_where_a_subject_is_marked():
    figures = measure_expressions(
        [
            sentence("A 45-year-old man had pain.", Age="45-year-old", Gender="man"),
            sentence("A 46-year-old woman had pain.", Gender="woman"),
            sentence("A 47-year-old had pain."),
        ]
    )
    assert (figures["age"]["precision"], figures["age"]["recall"]) == (0.5, 1.0)
    assert figures["age"]["all_sentences"]["precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["sex"]["f1"] == 1.0


def test_articles_are_compared_with_their_rows_and_absent_ones_left_out():
    documents = DOCUMENTS.from_rows(
        [
            {"document_id": "pubmed:1", "title": "Gout: report of two cases"},
            {"document_id": "pubmed:2", "title": "Crystals"},
        ]
    )
    rows = [
        {"document_id": "pubmed:1", "sub": "human", "case": 1, "n": 3},
        {"document_id": "pubmed:2", "sub": "none", "case": 0, "n": None},
        {"document_id": "pubmed:9", "sub": "none", "case": 0, "n": None},
    ]
    figures = measure_articles(rows, documents)
    assert figures["subjects"] == {"n": 2, "share": 1.0}
    assert figures["case_report"]["f1"] == 1.0
    assert (figures["cases"]["n"], figures["cases"]["share"]) == (1, 0.0)

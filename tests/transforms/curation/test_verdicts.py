import datetime as dt

import pyarrow as pa
import pytest

from tests.support.small_vocabularies import tables
from transforms.annotation.annotate import annotate
from transforms.curation.verdicts import VerdictError, apply_verdicts, check_verdicts
from transforms.schema.mentions import CURATED_VERDICTS
from transforms.schema.records import DOCUMENTS
from transforms.vocabulary.compiled import build

NAMES = {"T:1": ["Anemia", "Low Blood"], "T:2": ["Fever", "Anemia, Febrile"], "T:3": ["Low Blood"]}
TEXT = DOCUMENTS.from_rows(
    [
        {
            "document_id": "t:1",
            "title": "Anemia",
            "abstract": "Anemias without fever. ANEMIA again.",
            "headings": ["T:1"],
        },
        {"document_id": "t:2", "title": "Anemia", "abstract": "Fever."},
    ]
)


def verdict(decision, day=1, **what):
    return {"verdict": decision, "author": "A. Curator", "decided_on": dt.date(2026, 1, day), **what}


def verdicts(*rows):
    return CURATED_VERDICTS.from_rows(rows)


def on_mention(decision, text, concept_id="T:1", document_id="t:1", **more):
    return verdict(decision, document_id=document_id, text=text, concept_id=concept_id, **more)


def annotated(*rows, vocabulary=None):
    known = vocabulary or build(*tables(NAMES))
    corrected = apply_verdicts(annotate(TEXT, known), verdicts(*rows)).to_pylist()
    return [(m["document_id"], m["text"], m["assertion"]) for m in corrected if m["basis"] == "text"]


ANNOTATED = [
    ("t:1", "Anemia", "present"),
    ("t:1", "Anemias", "present"),
    ("t:1", "fever", "negated"),
    ("t:1", "ANEMIA", "present"),
    ("t:2", "Anemia", "present"),
    ("t:2", "Fever", "present"),
]


def test_without_verdicts_nothing_changes():
    assert annotated() == ANNOTATED


def test_a_wrong_mention_is_removed_throughout_its_document():
    assert annotated(on_mention("wrong", "anemia")) == [
        one for one in ANNOTATED if one[:2] not in {("t:1", "Anemia"), ("t:1", "ANEMIA")}
    ]


def test_a_verdict_with_an_offset_applies_to_that_mention_only():
    assert annotated(on_mention("wrong", "Anemia", start=0)) == ANNOTATED[1:]
    assert annotated(on_mention("wrong", "Anemia", start=1)) == ANNOTATED


def test_a_verdict_overrides_the_cues():
    assert annotated(on_mention("present", "fever", "T:2"))[2] == ("t:1", "fever", "present")
    assert annotated(on_mention("other", "fever", "T:2"))[2] == ("t:1", "fever", "other")


def test_the_last_verdict_holds_and_can_be_taken_back():
    wrong, back = on_mention("wrong", "Anemia", day=1), on_mention("as annotated", "Anemia", day=2)
    assert annotated(back, wrong) == ANNOTATED
    assert len(annotated(wrong | {"decided_on": dt.date(2026, 1, 3)}, back)) == len(ANNOTATED) - 2


def test_verdicts_do_not_apply_to_headings():
    corrected = apply_verdicts(annotate(TEXT, build(*tables(NAMES))), verdicts(on_mention("wrong", "Anemia")))
    assert corrected.filter(pa.array([basis == "index" for basis in corrected["basis"].to_pylist()]))[
        "text"
    ].to_pylist() == ["Anemia"]


def test_a_forbidden_name_is_matched_in_no_form():
    known = build(*tables(NAMES), verdicts(verdict("never", name="anemia", concept_id="T:1")))
    assert annotated(vocabulary=known) == [one for one in ANNOTATED if one[1].lower() == "fever"]
    assert known.version != build(*tables(NAMES)).version


def test_a_name_may_be_forbidden_for_one_concept_or_for_all():
    def annotated_concepts(*rows):
        known = build(*tables(NAMES), verdicts(*rows))
        mentions = annotate(pa.table({"document_id": ["t:1"], "title": ["low blood, febrile anaemia"]}), known)
        return mentions["concept_id"].to_pylist()

    assert annotated_concepts() == ["T:3", "T:2"]
    assert annotated_concepts(verdict("never", name="Low Blood", concept_id="T:3")) == ["T:1", "T:2"]
    assert annotated_concepts(verdict("never", name="low bloods")) == ["T:2"]
    assert annotated_concepts(verdict("never", name="low blood"), verdict("as annotated", day=2, name="low blood")) == [
        "T:3",
        "T:2",
    ]
    assert annotated_concepts(verdict("never", name="Febrile Anaemia", concept_id="T:2")) == ["T:3", "T:1"]


@pytest.mark.parametrize(
    "row",
    [
        verdict("never"),
        verdict("wrong", name="Anemia"),
        verdict("never", document_id="t:1", text="Anemia", concept_id="T:1"),
        verdict("wrong", document_id="t:1", concept_id="T:1"),
        verdict("never", name="Anemia") | {"author": None},
        verdict("never", name="Anemia") | {"decided_on": None},
        verdict("maybe", document_id="t:1", text="Anemia", concept_id="T:1"),
    ],
)
def test_a_verdict_that_cannot_be_followed_is_an_error(row):
    with pytest.raises(VerdictError, match="is invalid"):
        check_verdicts(verdicts(row))

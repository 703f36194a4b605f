import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.abbreviations import find_definitions
from transforms.annotation.annotate import annotate

KNOWN = vocabulary(
    {
        "T:1": ["Hematopoiesis, Extramedullary"],
        "T:2": ["Acute Kidney Injury", "AKI"],
        "T:3": ["Atrophic Dermatitis"],
        "T:4": ["Alzheimer Disease", "AD"],
        "T:5": ["Acquired Immunodeficiency Syndrome", "AIDS"],
        "T:6": ["Tumor Protein p53", "TP53"],
    }
)


def defined(text):
    return [(one.short, text[one.start : one.end]) for one in find_definitions(text)]


def annotated(title, abstract=""):
    rows = annotate(pa.table({"document_id": ["t:1"], "title": [title], "abstract": [abstract]}), KNOWN).to_pylist()
    return [(row["text"], row["concept_id"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Extramedullary hematopoiesis (EMH) is rare.", [("EMH", "Extramedullary hematopoiesis")]),
        ("No brackets, no abbreviation EMH.", []),
        ("The na\u00efve \u03b1 acute renal failure (ARF) cases", [("ARF", "acute renal failure")]),
        ("The patient (a man) had fever (n = 3).", []),
        ("lymph (LYMPH)", []),
    ],
)
def test_definitions_and_offsets_of_their_long_forms(text, pairs):
    assert defined(text) == pairs


def test_a_defined_abbreviation_carries_its_concept_through_the_text():
    assert annotated("Extramedullary hematopoiesis (EMH)", "EMH is rare. Two EMHs; EMHX is something else.") == [
        ("Extramedullary hematopoiesis", "T:1"),
        ("EMH", "T:1"),
        ("EMH", "T:1"),
        ("EMHs", "T:1"),
    ]


def test_a_definition_overrides_the_vocabulary():
    assert annotated("Atrophic dermatitis (AD) in childhood.", "AD heals.") == [
        ("Atrophic dermatitis", "T:3"),
        ("AD", "T:3"),
        ("AD", "T:3"),
    ]
    assert annotated("Aortic kink index (AKI).", "AKI in acute kidney injury.") == [("acute kidney injury", "T:2")]


def test_a_short_acronym_needs_a_definition_or_its_full_name():
    assert annotated("AKI is common.") == []
    assert annotated("AKI is common.", "Acute kidney injury is too.") == [
        ("AKI", "T:2"),
        ("Acute kidney injury", "T:2"),
    ]
    assert annotated("AIDS is known to all; TP53 is long enough.") == [("AIDS", "T:5"), ("TP53", "T:6")]


def test_a_definition_applies_to_its_own_document_only():
    texts = ["Atrophic dermatitis (AD).", "AD alone."]
    rows = annotate(pa.table({"document_id": ["t:1", "t:2"], "title": texts}), KNOWN).to_pylist()
    assert {row["document_id"] for row in rows} == {"t:1"}


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("aAbB 1().,;-\u00e9\u0301\U0001f600\n"), max_size=60))
def test_any_text_gives_definitions_within_it(text):
    for one in find_definitions(text):
        assert 0 <= one.start < one.end <= len(text)
        assert one.short in text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300_000,
        "(A)(B) " * 50_000,
        " ".join(f"alpha beta{n} (AB{n})" for n in range(20_000)),
        "Xalpha (XA) " + "XA " * 99_999,
    ],
    ids=["brackets", "pairs", "definitions", "occurrences"],
)
def test_hostile_texts_cost_no_more_than_their_length(text):
    assert annotated(text) == []

import pyarrow as pa
import pytest

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.annotate import annotate

KNOWN = vocabulary(
    {
        "T:1": ["Breast Cancer"],
        "T:2": ["Ovarian Cancer"],
        "T:3": ["Breast"],
        "T:4": ["Hepatitis B"],
        "T:5": ["Hepatitis C"],
        "T:6": ["Acute Renal Failure"],
        "T:7": ["Colon Cancer"],
        "T:8": ["Head Neck Cancer", "Hand"],
    }
)


def annotated(title):
    rows = annotate(pa.table({"document_id": ["t:1"], "title": [title]}), KNOWN).to_pylist()
    return [(row["text"], row["concept_id"], row["assertion"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "words", "concepts"),
    [
        ("breast and ovarian cancers in one family", "breast and ovarian cancers", ["T:1", "T:2"]),
        ("of breast or ovarian cancer", "breast or ovarian cancer", ["T:1", "T:2"]),
        ("breast, colon and ovarian cancer", "breast, colon and ovarian cancer", ["T:1", "T:2", "T:7"]),
        ("breast, colon, and ovarian cancer", "breast, colon, and ovarian cancer", ["T:1", "T:2", "T:7"]),
        ("hepatitis B and C", "hepatitis B and C", ["T:4", "T:5"]),
    ],
)
def test_names_that_share_a_word_are_all_mentioned(text, words, concepts):
    assert [(mention, concept) for mention, concept, _ in annotated(text)] == [(words, concept) for concept in concepts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("breast. And ovarian cancer", [("breast", "T:3", "present"), ("ovarian cancer", "T:2", "present")]),
        ("hand and ovarian cancer", [("hand", "T:8", "present"), ("ovarian cancer", "T:2", "present")]),
        ("ovarian cancer and ovarian cancer", [("ovarian cancer", "T:2", "present")] * 2),
        ("ovarian cancer and hepatitis B", [("ovarian cancer", "T:2", "present"), ("hepatitis B", "T:4", "present")]),
    ],
)
def test_names_without_a_shared_word_are_unchanged(text, expected):
    assert annotated(text) == expected


def test_the_assertion_of_the_expression_holds_for_both_names():
    assert {assertion for _, _, assertion in annotated("No breast or ovarian cancer was found.")} == {"negated"}

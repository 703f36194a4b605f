import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.annotate import annotate
from transforms.schema.records import DOCUMENTS
from transforms.vocabulary.changes import compare_vocabularies, find_affected

NAMES = {
    "T:1": ["Lymph Node", "Nodes, Swollen"],
    "T:2": ["Node"],
    "T:3": ["Breast Cancer"],
    "T:4": ["Ovarian Cancer", "OVC"],
    "T:5": ["Tumor", "Tumour Cell"],
    "T:6": ["Cell"],
}
OLD = vocabulary(NAMES)
WORDS = [
    "lymph",
    "node",
    "nodes",
    "swollen",
    "breast",
    "and",
    "ovarian",
    "cancer",
    "OVC",
    "(OVC)",
    "tumour",
    "cells",
    "no",
]
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", ", ", ". ", "-"])), max_size=14).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def changed(**concepts):
    """NAMES with other names for some concepts ('T1' for T:1); an empty list removes one."""
    other = NAMES | {f"T:{key[1:]}": names for key, names in concepts.items()}
    return vocabulary({key: names for key, names in other.items() if names})


def rows(*titles, headings=()):
    return DOCUMENTS.from_rows(
        {"document_id": f"t:{at}", "title": title, "headings": list(headings)} for at, title in enumerate(titles)
    )


def test_equal_vocabularies_have_no_difference():
    assert not compare_vocabularies(OLD, changed())
    assert find_affected(rows("Lymph node"), compare_vocabularies(OLD, changed())).to_pylist() == [False]


def test_an_added_synonym_affects_the_documents_with_its_words_in_any_form():
    difference = compare_vocabularies(OLD, changed(T2=["Node", "Glandular Lump"]))
    assert difference.names == ("Glandular Lump",)
    texts = ["Glandular lumps", "lumps, some of them glandular", "a glandular tumour", "lump", ""]
    assert find_affected(rows(*texts), difference).to_pylist() == [True, True, False, False, False]


def test_a_concept_that_is_no_longer_counted_affects_its_headings():
    difference = compare_vocabularies(OLD, changed(T6=[]))
    assert difference.concepts == {"T:6"}
    assert find_affected(rows("nothing", headings=["T:6"]), difference).to_pylist() == [True]
    assert find_affected(rows("nothing", headings=["T:5"]), difference).to_pylist() == [False]


def test_another_preferred_name_affects_headings_and_text():
    difference = compare_vocabularies(OLD, changed(T5=["Tumour Cell", "Tumor"]))
    assert difference.concepts == {"T:5"}
    assert find_affected(rows("tumours", "cell"), difference).to_pylist() == [True, False]


CHANGES = [
    changed(T1=["Lymph Node"]),
    changed(T2=[]),
    changed(T3=["Breast Cancer", "Cancer"]),
    changed(T3=[]),
    changed(T4=["Ovarian Cancer"]),
    changed(T4=["Cancer", "Ovarian Cancer", "OVC"]),
    changed(T5=["Tumor", "Swollen Cell"]),
    changed(T6=["Cell", "Node"]),
    changed(T7=["No Cancer", "Swollen"]),
]


@settings(max_examples=120, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(CHANGES))
def test_unaffected_documents_are_annotated_the_same(titles, new):
    documents = rows(*titles)
    flags = find_affected(documents, compare_vocabularies(OLD, new))
    same = documents.filter(pa.compute.invert(flags))
    assert annotate(same, OLD).equals(annotate(same, new))

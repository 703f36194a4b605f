import pickle

import pyarrow as pa
import pytest

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.annotate import annotate
from transforms.schema.mentions import MENTIONS
from transforms.schema.records import DOCUMENTS

NAMES = {
    "T:01": ["Hematopoiesis, Extramedullary", "Haematopoiesis, Extramedullary"],
    "T:02": ["Leukemic Infiltration"],
    "T:03": ["Lymph Nodes"],
    "T:04": ["Nodes"],
    "T:05": ["Crohn Disease", "Enteritis, Regional"],
    "T:06": ["Acquired Immunodeficiency Syndrome", "AIDS"],
    "T:07": ["Hearing Aids", "Aid"],
    "T:08": ["Tumor Necrosis Factor-alpha", "TNF-alpha"],
    "T:09": ["Cyclic AMP", "cAMP"],
    "T:10": ["Metastasis"],
    "T:11": ["Glass"],
    "T:12": ["Eyeglasses", "Glasses"],
    "T:13": ["Cold"],
    "T:14": ["Common Cold", "Cold"],
    "T:15": ["Chill", "Shiver"],
    "T:16": ["Tremor", "Shiver"],
    "T:17": ["Vitamin B 12"],
    "T:18": ["5'-Nucleotidase"],
    "T:19": ["Ab"],
    "T:20": ["1984"],
    "T:21": ["Xenon (gas)"],
    "T:22": ["1,2-Dimethylhydrazine"],
    "T:23": ["Pneumonia"],
    "T:24": ["Therapy, Drug, Combined"],
    "T:25": ["Uncounted Thing"],
    "T:26": ["Genetics"],
}
KNOWN = vocabulary(NAMES, uncounted=["T:25"])


def document(title="", abstract=None, **more):
    return {"document_id": "pubmed:1", "article_id": 1, "title": title, "abstract": abstract, **more}


def mentions(*rows):
    return annotate(DOCUMENTS.from_rows(rows), KNOWN).to_pylist()


def annotated(text):
    """(words, concept) of each mention in an abstract."""
    return [(row["text"], row["concept_id"]) for row in mentions(document("", text))]


def test_a_mention_has_every_column():
    assert mentions(document("Two cases.", "None known. Leukemic infiltration seen.")) == [
        {
            "concept_id": "T:02",
            "article_id": 1,
            "document_id": "pubmed:1",
            "section": "abstract",
            "sentence": 2,
            "sentence_start": 23,
            "sentence_end": 50,
            "start": 23,
            "end": 44,
            "text": "Leukemic infiltration",
            "assertion": "present",
            "basis": "text",
        }
    ]


def test_the_title_is_its_own_section():
    row = mentions(document("Leukemic infiltration"))[0]
    assert (row["section"], row["sentence"], row["sentence_start"], row["sentence_end"]) == ("title", 0, 0, 21)


def test_the_table_has_the_declared_schema_even_when_empty():
    assert annotate(DOCUMENTS.empty(), KNOWN).schema == MENTIONS.without("batch").arrow
    assert annotate(DOCUMENTS.from_rows([document("nothing")]), KNOWN).schema == MENTIONS.without("batch").arrow


def test_absent_columns_are_null():
    table = annotate(pa.table({"title": ["Lymph nodes"]}), KNOWN)
    assert table.select(["concept_id", "article_id", "document_id"]).to_pylist() == [
        {"concept_id": "T:03", "article_id": None, "document_id": None}
    ]
    assert len(annotate(pa.table({"document_id": ["pubmed:1"]}), KNOWN)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "extramedullary hematopoiesis",
        "Extramedullary Haematopoiesis",
        "EXTRAMEDULLARY HEMATOPOIESIS",
        "extramedullary-hematopoiesis",
        "hematopoiesis, extramedullary",
        "extramédullary hematopoïesis",
        "extrame\u0301dullary hematopoiesis",
    ],
)
def test_written_forms(text):
    assert annotated(f"We saw {text}.") == [(text, "T:01")]


def test_the_longest_name_wins_and_uses_up_its_words():
    assert annotated("lymph nodes and nodes") == [("lymph nodes", "T:03"), ("nodes", "T:04")]


@pytest.mark.parametrize(
    "gap", [". ", " (", ")", ": ", "; ", "  ", " - ", "&lt;", " &amp; ", "+", "_", "\u200b\u200b. ", " | ", ","]
)
def test_gaps_that_break_a_name(gap):
    assert ("T:02") not in [concept for _, concept in annotated(f"leukemic{gap}infiltration")]


@pytest.mark.parametrize("gap", [" ", "-", "/", "'", "\u2019", "\u2010", "\u2013", "\u00a0"])
def test_gaps_that_a_name_may_span(gap):
    assert annotated(f"leukemic{gap}infiltration") == [(f"leukemic{gap}infiltration", "T:02")]


def test_a_comma_only_where_the_name_has_one():
    assert annotated("1,2-dimethylhydrazine") == [("1,2-dimethylhydrazine", "T:22")]
    assert annotated("1 2-dimethylhydrazine") == []
    assert annotated("lymph, nodes") == [("nodes", "T:04")]


def test_escaped_entities_are_gaps_and_shift_nothing():
    text = "p&lt;0.05 in &lt;i&gt;lymph nodes&lt;/i&gt; and lymph&lt;nodes"
    rows = mentions(document("", text))
    assert [(row["text"], (" " + text)[row["start"] : row["end"]]) for row in rows] == [
        ("lymph nodes", "lymph nodes"),
        ("nodes", "nodes"),
    ]


def test_nothing_spans_title_and_abstract_sentences_or_sections():
    assert [row["concept_id"] for row in mentions(document("Lymph", "nodes"))] == ["T:04"]
    assert annotated("Swollen lymph. Nodes grew.") == [("Nodes", "T:04")]
    sections = [{"label": "AIM", "start": 1, "end": 6}, {"label": "RESULTS", "start": 7, "end": 12}]
    assert [row["concept_id"] for row in mentions(document("", "lymph nodes", sections=sections))] == ["T:04"]


def test_possessives_are_not_words():
    assert annotated("Crohn's disease, Crohn\u2019s Disease and Crohn disease") == [
        ("Crohn's disease", "T:05"),
        ("Crohn\u2019s Disease", "T:05"),
        ("Crohn disease", "T:05"),
    ]


def test_acronyms_keep_their_case():
    assert annotated("AIDS aids Aids cAMP camp CAMP") == [
        ("AIDS", "T:06"),
        ("aids", "T:07"),
        ("Aids", "T:07"),
        ("cAMP", "T:09"),
    ]


def test_greek_letters():
    assert annotated("TNF-\u03b1 and TNF-alpha and tumor necrosis factor \u03b1") == [
        ("TNF-\u03b1", "T:08"),
        ("TNF-alpha", "T:08"),
        ("tumor necrosis factor \u03b1", "T:08"),
    ]


def test_plurals_where_safe():
    assert annotated("metastases and a lymph node") == [("metastases", "T:10"), ("lymph node", "T:03")]
    assert annotated("genetic") == []
    assert annotated("K. pneumoniae") == []


def test_the_form_of_the_text_precedes_other_forms():
    assert annotated("glass glasses") == [("glass", "T:11"), ("glasses", "T:12")]


def test_preferred_names_precede_synonyms_and_ties_are_all_mentioned():
    assert annotated("a cold") == [("cold", "T:13")]
    assert annotated("a shiver") == [("shiver", "T:15"), ("shiver", "T:16")]


def test_names_that_never_match():
    assert annotated("Ab in 1984, xenon gas, combined drug therapy") == []
    assert annotated("an uncounted thing") == []


def test_numbers_within_names():
    assert annotated("vitamin B 12, vitamin B-12; 5'-nucleotidase") == [
        ("vitamin B 12", "T:17"),
        ("vitamin B-12", "T:17"),
        ("5'-nucleotidase", "T:18"),
    ]


def test_words_are_whole():
    assert annotated("anodes glassware Pneumoniae") == []


def test_headings():
    rows = mentions(document("Nodes", headings=["T:05", "T:99", "T:25", "T:05", "T:03"]))
    assert [(row["concept_id"], row["section"], row["basis"], row["text"]) for row in rows] == [
        ("T:04", "title", "text", "Nodes"),
        ("T:05", "headings", "index", "Crohn Disease"),
        ("T:03", "headings", "index", "Lymph Nodes"),
    ]
    assert {
        key: rows[1][key] for key in ("sentence", "sentence_start", "sentence_end", "start", "end", "assertion")
    } == {
        "sentence": None,
        "sentence_start": None,
        "sentence_end": None,
        "start": None,
        "end": None,
        "assertion": "present",
    }


def test_headings_alone_need_no_text():
    table = pa.table({"document_id": ["pubmed:1", "pubmed:2"], "headings": [["T:03"], None]})
    assert annotate(table, KNOWN)["concept_id"].to_pylist() == ["T:03"]


def test_offsets_count_code_points():
    row = mentions(document("\U0001d6fc \u03b1 \U0001f600", "lymph nodes"))[0]
    assert (row["start"], row["end"], row["text"]) == (6, 17, "lymph nodes")


def test_documents_come_in_order_each_text_before_headings():
    first = document("Nodes", "glass", headings=["T:10"])
    rows = mentions(first, document("Metastasis") | {"document_id": "pubmed:2"})
    assert [(row["document_id"], row["concept_id"]) for row in rows] == [
        ("pubmed:1", "T:04"),
        ("pubmed:1", "T:11"),
        ("pubmed:1", "T:10"),
        ("pubmed:2", "T:10"),
    ]


def test_an_empty_vocabulary_finds_nothing():
    assert len(annotate(DOCUMENTS.from_rows([document("Lymph nodes", "No.")]), vocabulary({}))) == 0


def test_columns_with_only_nulls():
    nothing = pa.table({name: pa.nulls(2) for name in ("document_id", "title", "abstract", "sections", "headings")})
    assert len(annotate(nothing, KNOWN)) == 0


def test_a_vocabulary_survives_pickling():
    copy = pickle.loads(pickle.dumps(KNOWN))
    table = DOCUMENTS.from_rows([document("Lymph nodes", "A shiver in AIDS.", headings=["T:10"])])
    assert annotate(table, copy).equals(annotate(table, KNOWN))

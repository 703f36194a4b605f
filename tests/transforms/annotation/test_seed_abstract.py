"""The abstract this project started from, with the whole of MeSH."""

import pyarrow as pa
import pytest

from transforms.annotation.annotate import annotate
from transforms.vocabulary.compiled import build, read_vocabulary

OWN_CASE = 5
"""The sentence that names both findings and the place; those before it tell what is known of one of them."""


@pytest.fixture(scope="module")
def mentions(data_dir):
    with (data_dir / "vocab/desc2024.xml.gz").open("rb") as stream:
        tables = read_vocabulary(stream, "desc2024.xml.gz")
    vocabulary = build(tables.concepts, tables.names, tables.ancestors)
    abstract = " ".join((data_dir / "seed/expected-abstract.txt").read_text("utf-8").split())
    rows = annotate(pa.table({"document_id": ["seed"], "abstract": [abstract]}), vocabulary).to_pylist()
    return [row | {"name": vocabulary.names[row["concept_id"]]} for row in rows]


@pytest.mark.data
def test_the_three_findings_are_affirmed_together_in_the_authors_own_sentence(mentions):
    own = {row["name"] for row in mentions if row["sentence"] == OWN_CASE and row["assertion"] == "present"}
    assert own >= {"Hematopoiesis, Extramedullary", "Leukemia", "Lymph Nodes"}


@pytest.mark.data
def test_background_findings_are_mentions_of_another_sentence(mentions):
    where = {row["name"]: row["sentence"] for row in mentions}
    assert where["Lymphoma"] == where["Thalassemia"] == 3


@pytest.mark.data
def test_the_abbreviation_carries_its_concept_to_the_last_sentence(mentions):
    assert {row["sentence"] for row in mentions if row["text"] == "EMH"} == set(range(1, 8))


@pytest.mark.data
def test_a_hedge_about_the_rank_of_the_case_is_not_a_negation(mentions):
    assert {row["assertion"] for row in mentions if row["sentence"] == 6} == {"present"}

import datetime as dt

import pyarrow as pa
import pytest

from transforms.counting.articles import summarize_articles
from transforms.duplicates.article_ids import FIRST_HASHED_ID, article_id
from transforms.schema.records import DOCUMENTS

SCHEMA = DOCUMENTS.without("batch")


def document(**fields):
    return {
        "document_id": "pubmed:1",
        "article_id": 1,
        "version": 5,
        "source": "pubmed",
        "title": "A case.",
        "languages": ["eng"],
        **fields,
    }


def described(*documents):
    return summarize_articles(SCHEMA.from_rows(documents)).to_pylist()


def test_pubmed_is_preferred_and_sources_are_joined():
    [article] = described(
        document(
            document_id="europepmc:9", source="europepmc", abstract="A long abstract.", entered_on=dt.date(2020, 1, 1)
        ),
        document(abstract=None, entered_on=dt.date(2020, 5, 5), headings=["MESH:D1"]),
    )
    assert article["document_id"] == "pubmed:1"
    assert article["sources"] == ["europepmc", "pubmed"]
    assert article["entered_on"] == dt.date(2020, 1, 1)
    assert article["in_index"]
    assert not article["has_abstract"]


@pytest.mark.parametrize("end", ["...", "…", "(ABSTRACT TRUNCATED AT 250 WORDS)", "(abstract truncated) "])
def test_of_one_source_a_whole_abstract_is_preferred_to_a_longer_part(end):
    [article] = described(
        document(document_id="web:1", source="web", abstract="A long abstract that ends too early " + end),
        document(document_id="web:2", source="web", abstract="A whole abstract."),
        document(document_id="web:3", source="web", abstract=None),
    )
    assert article["document_id"] == "web:2"


@pytest.mark.parametrize(
    ("fields", "covered"),
    [
        ({}, True),
        ({"languages": ["ger"], "title": "Ein Fall."}, False),
        ({"languages": ["ger"], "title": "[A case.]"}, True),
        ({"languages": ["ger", "eng"]}, True),
        ({"languages": [], "title": "A case."}, True),
        ({"title": ""}, False),
        ({"languages": ["fre"], "title": "[Not Available]."}, False),
    ],
)
def test_population_of_text_needs_a_title_in_a_covered_language(fields, covered):
    assert described(document(**fields))[0]["in_text"] is covered


@pytest.mark.parametrize(
    ("types", "case_report", "notice"),
    [
        (["Journal Article", "Case Reports"], True, False),
        (["Retraction of Publication"], False, True),
        (["Published Erratum"], False, True),
        (["Journal Article"], False, False),
        (None, False, False),
    ],
)
def test_publication_types_tell_case_reports_and_notices(types, case_report, notice):
    [article] = described(document(publication_types=types))
    assert (article["is_case_report"], article["is_notice"]) == (case_report, notice)


def test_a_case_report_by_one_document_is_one_and_subjects_are_the_first_that_a_document_gives():
    [article] = described(
        document(is_case_report=False),
        document(document_id="europepmc:9", source="europepmc", is_case_report=True, cases=2, subjects="human"),
        document(document_id="web:1", source="web", is_case_report=True, cases=3, subjects="animal"),
    )
    assert (article["is_case_report"], article["cases"], article["subjects"]) == (True, 2, "human")


def test_what_the_preparation_found_overrules_the_publication_types():
    [article] = described(document(is_case_report=True, publication_types=["Letter"]))
    assert article["is_case_report"]


def test_a_retraction_known_to_any_source_counts():
    [article] = described(document(), document(document_id="web:1", source="web", retracted_on=dt.date(2021, 6, 1)))
    assert article["retracted_on"] == dt.date(2021, 6, 1)


def test_the_smallest_pmid_names_the_article():
    assert article_id([30, 7], ["pubmed:30", "pubmed:7"]) == 7


def test_an_article_without_pmid_is_named_by_its_smallest_document_in_any_order():
    first = article_id([], ["web:b", "europepmc:PPR1"])
    assert first == article_id([], ["europepmc:PPR1", "web:b"])
    assert first != article_id([], ["web:b"])
    assert FIRST_HASHED_ID <= first < 2**63


def test_the_id_of_an_article_never_changes_between_releases():
    assert article_id([], ["europepmc:PPR1"]) == 4705610801919994275


def test_articles_come_sorted():
    ids = [row["article_id"] for row in described(document(article_id=9), document(article_id=3))]
    assert ids == [3, 9]


def test_no_documents_no_articles():
    assert summarize_articles(pa.Table.from_pylist([], schema=SCHEMA.arrow)).num_rows == 0


def test_articles_come_in_order():
    numbers = [7 * number % 5003 for number in range(1, 5003)]
    articles = described(*(document(document_id=f"pubmed:{number}", article_id=number) for number in numbers))
    assert [article["article_id"] for article in articles] == list(range(1, 5003))

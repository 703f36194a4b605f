"""The row of `documents` made of an extraction."""

import datetime

import pytest

from tests.support import made_pages
from tests.support.made_pages import article
from transforms.schema.records import PARSED_DOCUMENTS
from transforms.text.section_marks import find_marks
from transforms.web.addresses import normalize_url
from transforms.web.document import labelled_sections, to_document_table
from transforms.web.page import Extraction, extract

FETCHED = datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def document_row(
    html, url="https://www.Made-Journal.example/doi/10.5555/made.2031.0003?utm_source=x#top", fetched_at=FETCHED
):
    result = extract(html.encode(), url)
    assert isinstance(result, Extraction)
    table = to_document_table(result, fetched_at, "raw/web/1.html.gz", 7)
    assert table.schema == PARSED_DOCUMENTS.arrow
    assert table.num_rows == 1
    return table.to_pylist()[0]


def test_all_columns_of_a_page():
    item = article("structured")
    row = document_row(made_pages.oxford(item))
    assert row["document_id"] == "web:made-journal.example/doi/10.5555/made.2031.0003"
    assert row["version"] == 2031_0000_126_25689007
    assert (row["source"], row["doi"], row["pmid"], row["title"]) == ("web", item.doi, None, item.title)
    assert (row["abstract"], row["languages"], row["journal"]) == (item.plain, ["eng"], "Journal of Made Medicine")
    assert (row["published_on"], row["published_precision"], row["year"]) == (datetime.date(2031, 3, 9), "day", 2031)
    assert (row["entered_on"], row["raw_file"], row["raw_position"]) == (FETCHED.date(), "raw/web/1.html.gz", 7)
    assert row["authors"] == ["Doe, Jane Q.", "Roe, Richard"]
    assert row["pages"] == "11-19"


@pytest.mark.parametrize("build", [made_pages.oxford, made_pages.pubmed, made_pages.lww, made_pages.jama])
def test_sections_are_spans_of_title_and_abstract(build):
    item = article("structured")
    row = document_row(build(item))
    text = f"{row['title']} {row['abstract']}"
    result = [(part["label"], text[part["start"] : part["end"]]) for part in row["sections"]]
    assert result == [tuple(section) for section in item.sections]


def test_abstract_is_null_for_an_article_without_one():
    row = document_row(made_pages.pubmed(article("none")))
    assert row["abstract"] is None
    assert row["sections"] == []
    assert row["pmid"] == 99999903


def test_a_page_fetched_later_has_a_greater_version_and_the_same_digest():
    html = made_pages.oxford(article("plain"))
    first, later = document_row(html), document_row(html, fetched_at=FETCHED + datetime.timedelta(days=400))
    assert first["version"] < later["version"]
    assert first["digest"] == later["digest"]
    assert document_row(made_pages.oxford(article("short_case")))["digest"] != first["digest"]


@pytest.mark.parametrize(
    ("date", "first_day"), [("1955", "1955-01-01"), ("1977-11", "1977-11-01"), ("2019-04-15", "2019-04-15")]
)
def test_published_on_keeps_the_precision_of_the_date(date, first_day):
    result = Extraction("u", "A title", None, None, date=date)
    row = to_document_table(result, FETCHED, "f").to_pylist()[0]
    assert row["published_on"].isoformat() == first_day
    assert row["published_precision"] == {4: "year", 7: "month", 10: "day"}[len(date)]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.org/A/b/?b=2&a=1&utm_medium=x#part", "example.org/A/b?a=1&b=2"), ("http://www.example.org:80/", "example.org"),
        ("https://user:word@example.org/x", "example.org/x"), ("https://example.org/article?id=10.1371/x", "example.org/article?id=10.1371%2Fx"),
        ("http://[broken", "http://[broken"), ("", ""),
    ],
)  # fmt: skip
def test_normalize_url(url, expected):
    assert normalize_url(url) == expected


def test_a_section_ends_before_a_copyright_notice():
    text = "AIM: To hum. RESULTS: Some soup. © 1999 Made Press."
    assert [(label, text[start:end]) for label, start, end in labelled_sections(text, find_marks(text), 0)] == [
        ("AIM", "To hum."), ("RESULTS", "Some soup."),
    ]  # fmt: skip

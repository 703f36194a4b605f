"""References read back by readers of their formats, hostile titles and names included."""

import csv
import io

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from transforms.publishing.references import REFERENCE_COLUMNS, to_bibtex, to_csv, to_ris

ROW = dict.fromkeys(REFERENCE_COLUMNS) | {
    "article_id": 12, "pmid": 12, "doi": "10.1/a_b", "title": "Gout & 5% of β-thalassemia", "year": 1999,
    "authors": ["Müller, Ana B", "The Gout and Pain Group"], "journal": "J Gout", "volume": "3", "issue": "2",
    "pages": "952-4", "publication_types": ["Case Reports", "Journal Article"],
}  # fmt: skip
WEB = dict.fromkeys(REFERENCE_COLUMNS) | {"article_id": 2**62 + 1, "title": "No PMID", "retracted_on": "2020-01-01"}


def test_ris():
    first, second = rispy.loads(to_ris([ROW, WEB]))
    assert first["title"] == ROW["title"]
    assert first["authors"] == ROW["authors"]
    assert (first["start_page"], first["end_page"], first["year"]) == ("952", "954", "1999")
    assert first["urls"] == ["https://pubmed.ncbi.nlm.nih.gov/12/"]
    assert second["notes"] == ["retracted"]
    assert to_ris([ROW]).startswith("TY  - JOUR\n")


def test_bibtex():
    read = bibtexparser.parse_string(to_bibtex([ROW, WEB]))
    first, second = read.entries
    assert (first.key, second.key) == ("pmid12", f"article{2**62 + 1}")
    fields = {name: field.value for name, field in first.fields_dict.items()}
    assert fields["title"] == r"{Gout \& 5\% of \ensuremath{\beta}-thalassemia}"
    assert fields["author"] == r"M\"uller, Ana B and {The Gout and Pain Group}"
    assert (fields["pages"], fields["doi"]) == ("952--4", "10.1/a_b")
    assert second.fields_dict["note"].value == "retracted"


def test_csv():
    formula = {**ROW, "title": "=HYPERLINK(1)", "pages": "-1"}
    header, first, second = csv.reader(io.StringIO(to_csv([ROW, formula])))
    assert tuple(header) == REFERENCE_COLUMNS
    record = dict(zip(REFERENCE_COLUMNS, first, strict=True))
    assert record["authors"] == "Müller, Ana B; The Gout and Pain Group"
    assert (record["year"], record["pmcid"]) == ("1999", "")
    assert (second[REFERENCE_COLUMNS.index("title")], second[REFERENCE_COLUMNS.index("pages")]) == (
        "'=HYPERLINK(1)",
        "'-1",
    )


@pytest.mark.parametrize("write", [to_ris, to_bibtex, to_csv])
def test_no_articles_give_no_references(write):
    assert len(write([]).splitlines()) <= 1


TEXT = st.none() | st.text(max_size=30)


@given(TEXT, st.lists(TEXT, max_size=3), TEXT)
def test_no_text_breaks_out_of_its_reference(title, authors, journal):
    rows = [{**ROW, "title": title, "authors": authors, "journal": journal, "doi": journal}, {**ROW, "pmid": 13}]
    assert [reference["accession_number"] for reference in rispy.loads(to_ris(rows))] == ["12", "13"]
    read = bibtexparser.parse_string(to_bibtex(rows))
    assert ([entry.key for entry in read.entries], read.failed_blocks) == (["pmid12", "pmid13"], [])
    assert len(list(csv.reader(io.StringIO(to_csv(rows))))) == 3


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("M\u00fcller, Ana B", r"M\"uller, Ana B"),
        ("van der Berg, A", "van der Berg, A"),
        ("The Gout Group", "{The Gout Group}"),
        ("Committee on Gout and Pain, London", "{Committee on Gout and Pain, London}"),
        ("Department of Surgery, Paris, France", "{Department of Surgery, Paris, France}"),
        ("Hypertension Study Investigators, Second Phase", "{Hypertension Study Investigators, Second Phase}"),
        ("Gout Working Party, Inc", "{Gout Working Party, Inc}"),
    ],
)
def test_authors_in_bibtex(author, written):
    [entry] = bibtexparser.parse_string(to_bibtex([{**ROW, "authors": [author]}])).entries
    assert entry.fields_dict["author"].value == written


@pytest.mark.parametrize("write", [to_ris, to_bibtex, to_csv])
def test_control_characters_are_left_out(write):
    hostile = "Red\x1b[31m\x07\x9b2J gout\x08\x7f"
    row = {**ROW, "title": hostile, "authors": [hostile], "journal": hostile, "doi": hostile, "pages": hostile}
    written = write([row])
    assert "Red gout" in written
    assert all(character.isprintable() or character in "\n\t" for character in written)

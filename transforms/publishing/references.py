"""Export articles as references: RIS, BibTeX and CSV.

Abstracts are left out, because we may have no right to pass them on.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from pylatexenc.latexencode import UnicodeToLatexEncoder

from transforms.text.normalize import collapse_whitespace, without_controls

Row = dict[str, Any]

REFERENCE_COLUMNS = (
    "article_id", "pmid", "doi", "pmcid", "title", "authors", "journal", "year", "volume", "issue", "pages",
    "publication_types", "published_on", "entered_on", "retracted_on",
)  # fmt: skip
"""The columns of `articles` that the rows must have, in the order of the CSV."""

_FORMULA_STARTS = ("=", "+", "-", "@")
_GROUP_WORD = re.compile(
    r"\b(?:and|et|und|y|of|for|on|academy|agency|alliance|association|board|center|centre|college|collaborat\w*|commission"
    r"|committee|consorti\w*|council|department|federation|foundation|group\w*|hospital|initiative|institut\w*|investigators?"
    r"|ministry|network|organi[sz]ation|panel|program(?:me)?|project|registry|services?|societ\w*|stud(?:y|ies)|task|team"
    r"|trials?|union|universit\w*|working)\b|\d|&",
    re.IGNORECASE,
)
_LATEX = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)


class _RisWriter(rispy.RisWriter):  # type: ignore[misc]
    """RIS without the running number that rispy writes before each reference, which some programs cannot read."""

    def set_header(self, count: int) -> str:
        del count
        return ""


def to_ris(articles: Sequence[Row]) -> str:
    """Return references in RIS, with the tags of rispy's default mapping."""
    return str(rispy.dumps([_ris_reference(row) for row in articles], implementation=_RisWriter)).strip("\n") + "\n"


def _ris_reference(row: Row) -> Row:
    first, last = _first_and_last(_single_line(row["pages"]) or "")
    reference = {
        "type_of_reference": "JOUR",
        "title": _single_line(row["title"]),
        "authors": [name for name in map(_single_line, row["authors"] or ()) if name],
        "secondary_title": _single_line(row["journal"]),
        "year": row["year"] and str(row["year"]),
        "volume": _single_line(row["volume"]),
        "number": _single_line(row["issue"]),
        "start_page": first,
        "end_page": last,
        "doi": _single_line(row["doi"]),
        "accession_number": row["pmid"] and str(row["pmid"]),
        "urls": [url] if (url := _url(row)) else None,
        "notes": ["retracted"] if row["retracted_on"] else None,
    }
    return {name: value for name, value in reference.items() if value}


def _first_and_last(pages: str) -> tuple[str, str]:
    """Return the first and last page of a range, the last completed: '952-4' -> '952', '954'."""
    first, _, last = pages.partition("-")
    shared = len(first) - len(last)
    return first, first[:shared] + last if first.isdigit() and last.isdigit() and shared > 0 else last


def to_bibtex(articles: Sequence[Row]) -> str:
    """Return references in BibTeX (ASCII); keys are 'pmid12345', or 'article' and the id where there is no PMID."""
    return str(write_string(Library([_bibtex_entry(row) for row in articles])))


def _bibtex_entry(row: Row) -> Entry:
    fields = {
        "title": _bibtex_title(row["title"]),
        "author": " and ".join(name for author in row["authors"] or () if (name := _bibtex_author(author))),
        "journal": _latex(row["journal"]),
        "year": row["year"] and str(row["year"]),
        "volume": _latex(row["volume"]),
        "number": _latex(row["issue"]),
        "pages": (_latex(row["pages"]) or "").replace("-", "--"),
        "doi": _verbatim(row["doi"]),
        "pmid": row["pmid"] and str(row["pmid"]),
        "url": _verbatim(_url(row)),
        "note": "retracted" if row["retracted_on"] else None,
    }
    key = f"pmid{row['pmid']}" if row["pmid"] else f"article{row['article_id']}"
    return Entry("article", key, [Field(name, value) for name, value in fields.items() if value])


def _bibtex_title(title: str | None) -> str:
    """Return a title in braces, so that BibTeX styles keep its capitals."""
    text = _latex(title)
    return f"{{{text}}}" if text else ""


def _bibtex_author(name: str) -> str:
    """Return a person as 'Family, Given', and a group in braces, so that BibTeX does not split its name."""
    text = _latex(name)
    return text if not text or _is_person(_single_line(name) or "") else f"{{{text}}}"


def _is_person(name: str) -> bool:
    """Whether a name is 'Family, Given'. Groups may have commas too: 'Committee on Gout and Pain, London'."""
    return name.count(",") == 1 and not _GROUP_WORD.search(name)


def to_csv(articles: Sequence[Row]) -> str:
    """Return references as CSV with a header; lists are joined by '; '.

    A cell that a spreadsheet would evaluate as a formula gets a leading apostrophe.
    """
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(REFERENCE_COLUMNS)
    writer.writerows([_csv_cell(row[name]) for name in REFERENCE_COLUMNS] for row in articles)
    return output.getvalue()


def _csv_cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = _single_line(text) or ""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _url(row: Row) -> str | None:
    if row["pmid"]:
        return f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    return f"https://doi.org/{_single_line(row['doi'])}" if row["doi"] else None


def _latex(text: str | None) -> str:
    return str(_LATEX.unicode_to_latex(_single_line(text) or ""))


def _verbatim(text: str | None) -> str:
    """Return text that BibTeX takes verbatim, without the characters that would end the field."""
    return (_single_line(text) or "").translate({ord(mark): None for mark in "{}\\"})


def _single_line(text: str | None) -> str | None:
    """Return text on one line, as a line break would start another field, and without control characters."""
    return None if text is None else collapse_whitespace(without_controls(text))

"""Articles as references: RIS, BibTeX and CSV. Abstracts are left out: they may not be ours to hand on."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from pylatexenc.latexencode import UnicodeToLatexEncoder

Row = dict[str, Any]

COLUMNS = (
    "article_id", "pmid", "doi", "pmcid", "title", "authors", "journal", "year", "volume", "issue", "pages",
    "publication_types", "published_on", "entered_on", "retracted_on",
)  # fmt: skip
"""What the rows hold: columns of `articles`."""

_FORMULA = ("=", "+", "-", "@")
_LATEX = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)


class _Ris(rispy.RisWriter):  # type: ignore[misc]
    """Without the line number before each reference: not all programs read it."""

    def set_header(self, count: int) -> str:
        del count
        return ""


def ris(articles: Sequence[Row]) -> str:
    """RIS, as reference managers import it; the tags are those of rispy's mapping."""
    return str(rispy.dumps([_reference(row) for row in articles], implementation=_Ris)).strip("\n") + "\n"


def _reference(row: Row) -> Row:
    first, last = _first_and_last(_line(row["pages"]) or "")
    told = {
        "type_of_reference": "JOUR",
        "title": _line(row["title"]),
        "authors": [name for name in map(_line, row["authors"] or ()) if name],
        "secondary_title": _line(row["journal"]),
        "year": row["year"] and str(row["year"]),
        "volume": _line(row["volume"]),
        "number": _line(row["issue"]),
        "start_page": first,
        "end_page": last,
        "doi": row["doi"],
        "accession_number": row["pmid"] and str(row["pmid"]),
        "urls": [url] if (url := _url(row)) else None,
        "notes": ["retracted"] if row["retracted_on"] else None,
    }
    return {name: value for name, value in told.items() if value}


def _first_and_last(pages: str) -> tuple[str, str]:
    """'952-4' as PubMed has it -> '952', '954'."""
    first, _, last = pages.partition("-")
    shared = len(first) - len(last)
    return first, first[:shared] + last if first.isdigit() and last.isdigit() and shared > 0 else last


def bibtex(articles: Sequence[Row]) -> str:
    """BibTeX in ASCII, a key an article: pmid12345, else article and its number."""
    return str(write_string(Library([_entry(row) for row in articles])))


def _entry(row: Row) -> Entry:
    told = {
        "title": _title(row["title"]),
        "author": " and ".join(name for each in row["authors"] or () if (name := _author(each))),
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
    return Entry("article", key, [Field(name, value) for name, value in told.items() if value])


def _title(title: str | None) -> str:
    """Braced, so that styles leave its capitals alone."""
    text = _latex(title)
    return f"{{{text}}}" if text else ""


def _author(name: str) -> str:
    """A person as 'Family, Given'; a group braced, so that no part of it is taken for a name."""
    text = _latex(name)
    return text if not text or "," in name else f"{{{text}}}"


def comma_separated(articles: Sequence[Row]) -> str:
    """CSV with a header; lists are joined by '; '. Cells that a spreadsheet would run as formulas begin with '."""
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in articles)
    return told.getvalue()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    text = _line(text) or ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _url(row: Row) -> str | None:
    if row["pmid"]:
        return f"https://pubmed.ncbi.nlm.nih.gov/{row['pmid']}/"
    return f"https://doi.org/{_line(row['doi'])}" if row["doi"] else None


def _latex(text: str | None) -> str:
    return str(_LATEX.unicode_to_latex(_line(text) or ""))


def _verbatim(text: str | None) -> str:
    """What BibTeX takes as it is, without what would end the field."""
    return (_line(text) or "").translate({ord(mark): None for mark in "{}\\"})


def _line(text: str | None) -> str | None:
    """Text on one line: a line break would begin another field."""
    return None if text is None else " ".join(text.split())

"""An `Extraction` of a web page -> its row of `documents`, of source 'web'.

The normalized address of the page is the id of the record. Another page or record of the same article is a document of
its own; deduplication joins them.
"""

import datetime
from hashlib import blake2b

import pyarrow as pa

from transforms.schema.records import PARSED_DOCUMENTS
from transforms.text.section_marks import Mark
from transforms.web.addresses import normalize_url
from transforms.web.language import to_pubmed_language
from transforms.web.result import Extraction

_PRECISION = {4: "year", 7: "month", 10: "day"}
_FIELD, _ITEM = "\x1e", "\x1f"


def to_document_table(
    extraction: Extraction, fetched_at: datetime.datetime | None, raw_file: str, raw_position: int = 0
) -> pa.Table:
    """Return the extraction as a table of one row, with the schema `PARSED_DOCUMENTS`.

    fetched_at (aware, UTC): when the page was received; it gives the version of the record and its entered_on. None for
    a page saved by hand, whose date is not known. raw_file, raw_position: where the payload is stored.
    """
    title = extraction.title or ""
    published_on, precision = _published(extraction.date)
    language = to_pubmed_language(extraction.language)
    row: dict[str, object] = {
        "document_id": f"web:{normalize_url(extraction.url)}",
        "version": _version(fetched_at, raw_position) if fetched_at else 0,
        "source": "web",
        "pmid": extraction.pmid,
        "doi": extraction.doi,
        "pmcid": extraction.pmcid,
        "title": title,
        "abstract": extraction.abstract,
        "sections": labelled_sections(extraction.abstract, extraction.marks, len(title) + 1),
        "authors": list(extraction.authors),
        "journal": extraction.journal,
        "issn": extraction.issn,
        "year": published_on.year if published_on else None,
        "volume": extraction.volume,
        "issue": extraction.issue,
        "pages": extraction.pages,
        "languages": [language] if language else [],
        "publication_types": [],
        "headings": [],
        "major_headings": [],
        "keywords": [],
        "relations": [],
        "published_on": published_on,
        "published_precision": precision,
        "entered_on": fetched_at.date() if fetched_at else None,
        "raw_file": raw_file,
        "raw_position": raw_position,
    }
    row["digest"] = _digest(row)
    return PARSED_DOCUMENTS.from_rows([row])


def labelled_sections(abstract: str | None, marks: tuple[Mark, ...], offset: int) -> list[tuple[str, int, int]]:
    """Return the labelled parts as in `documents.sections`: label, start and end of the text after it, plus `offset`.

    A part ends where the next mark begins, be it a label, a truncation or a copyright notice.
    """
    parts = []
    text = abstract or ""
    starts = [mark.start for mark in marks] + [len(text)]
    for number, mark in enumerate(marks):
        if mark.kind == "label":
            part = text[mark.end : starts[number + 1]]
            start = mark.end + len(part) - len(part.lstrip())
            end = mark.end + len(part.rstrip())
            if start < end:
                label = text[mark.start : mark.end].rstrip(" :.")
                parts.append((label, offset + start, offset + end))
    return parts


def _published(date: str | None) -> tuple[datetime.date | None, str | None]:
    """Return the first day and the precision of a date: '1977-01' -> 1977-01-01, 'month'."""
    if date is None:
        return None, None
    return datetime.date.fromisoformat(date + "0000-01-01"[len(date) :]), _PRECISION[len(date)]


def _version(fetched_at: datetime.datetime, position: int) -> int:
    """Return a version as in `transforms.payloads.record_versions`: 0 as file number, the day of the year as part.

    The last eight digits are the second of the day and the position.
    """
    day = fetched_at.timetuple()
    second_of_day = day.tm_hour * 3600 + day.tm_min * 60 + day.tm_sec
    return ((day.tm_year * 10_000) * 1_000 + day.tm_yday) * 100_000_000 + second_of_day * 1_000 + position % 1_000


def _digest(row: dict[str, object]) -> str:
    """Return BLAKE2b-128 over what the page says of the article, not when it was fetched or where it is stored.

    Digests are stored, so names, order and separators of the fields must not change.
    """
    outside = {"version", "entered_on", "raw_file", "raw_position"}
    fields = [f"{name}{_ITEM}{value}" for name, value in row.items() if name not in outside]
    return blake2b(_FIELD.join(fields).encode(), digest_size=16).hexdigest()

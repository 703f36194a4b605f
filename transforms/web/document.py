"""What was extracted from a web page -> the row of `documents` of source 'web'.

The page's address, in one form, is the record's own id. A page whose text, DOI or PMID is that of another record is a
further document of the same article: that is for the deduplication to find.
"""

import datetime
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow as pa

from transforms.schema.records import PARSED_DOCUMENTS
from transforms.text.section_marks import Mark
from transforms.web.language import pubmed_language
from transforms.web.result import Extraction

_TRACKING = frozenset(
    ("fbclid", "gclid", "mc_cid", "mc_eid", "ref", "referrer", "source", "cookieset", "jsessionid", "_hsenc")
)
_PORTS = {"http": ":80", "https": ":443"}
_PRECISION = {4: "year", 7: "month", 10: "day"}
_FIELD, _ITEM = "\x1e", "\x1f"


def document(found: Extraction, fetched_at: datetime.datetime | None, raw_file: str, raw_position: int = 0) -> pa.Table:
    """One row of the schema `PARSED_DOCUMENTS`.

    fetched_at (aware, UTC): when the page was received: it orders the versions of the record and is its entered_on, of
    which the first received counts; None for a page saved by hand, whose date nobody knows. raw_file, raw_position:
    where the payload is kept.
    """
    title = found.title or ""
    published_on, precision = _published(found.date)
    language = pubmed_language(found.language)
    row: dict[str, object] = {
        "document_id": f"web:{address(found.url)}",
        "version": _version(fetched_at, raw_position) if fetched_at else 0,
        "source": "web",
        "pmid": found.pmid,
        "doi": found.doi,
        "pmcid": found.pmcid,
        "title": title,
        "abstract": found.abstract,
        "sections": sections(found.abstract, found.marks, len(title) + 1),
        "authors": list(found.authors),
        "journal": found.journal,
        "issn": found.issn,
        "year": published_on.year if published_on else None,
        "volume": found.volume,
        "issue": found.issue,
        "pages": found.pages,
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


def address(url: str) -> str:
    """An address in one form: host in lower case, without scheme, port, fragment, tracking and closing slash."""
    try:
        parts = urlsplit(url.strip())
        query = [(key, value) for key, value in parse_qsl(parts.query) if not _is_tracking(key)]
    except ValueError:
        return url.strip()
    host = (
        parts.netloc.rpartition("@")[2]
        .lower()
        .removesuffix(_PORTS.get(parts.scheme.lower(), ":80"))
        .removeprefix("www.")
    )
    return host + parts.path.rstrip("/") + (f"?{urlencode(sorted(query))}" if query else "")


def sections(abstract: str | None, marks: tuple[Mark, ...], offset: int) -> list[tuple[str, int, int]]:
    """The labelled parts as in `documents.sections`: label, start and end of what follows it, moved on by `offset`.

    A part ends where the next label or a closing mark begins.
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
    """'1977-01' -> its first day and 'month'."""
    if date is None:
        return None, None
    return datetime.date.fromisoformat(date + "0000-01-01"[len(date) :]), _PRECISION[len(date)]


def _version(fetched_at: datetime.datetime, position: int) -> int:
    """Digits YYYYNNNNFFFPPPPPPPP as of every source: the day of the year for the part, before the second of the day."""
    day = fetched_at.timetuple()
    second_of_day = day.tm_hour * 3600 + day.tm_min * 60 + day.tm_sec
    return ((day.tm_year * 10_000) * 1_000 + day.tm_yday) * 100_000_000 + second_of_day * 1_000 + position % 1_000


def _is_tracking(key: str) -> bool:
    return key.lower().startswith("utm_") or key.lower() in _TRACKING


def _digest(row: dict[str, object]) -> str:
    """Over what the page says of the article, so not when it was fetched, nor where it is kept."""
    outside = {"version", "entered_on", "raw_file", "raw_position"}
    fields = [f"{name}{_ITEM}{value}" for name, value in row.items() if name not in outside]
    return blake2b(_FIELD.join(fields).encode(), digest_size=16).hexdigest()

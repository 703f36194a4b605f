"""One Europe PMC record (JSON) -> the columns of `documents`.

Fields: https://europepmc.org/docs/EBI_Europe_PMC_Web_Service_Reference.pdf. Reads results of type core and lite, and
older dumps in which every value is wrapped in a list. Field names are compared without regard to case, because their
case differs between versions of the service. Any field may be absent. Subject headings are not read: the service names
them without the identifiers this project needs, and records of source MED have them in PubMed.
"""

import datetime as dt
import html
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from transforms.payloads.parsed import Relation, Section
from transforms.payloads.publication_types import publication_type
from transforms.pubmed.dates import PublicationDate, read_citation_date, read_printed_date
from transforms.text.normalize import (
    collapse_whitespace,
    normalize_doi,
    normalize_pmcid,
    normalize_pmid,
    without_controls,
)

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|bold|br|code|div|em|h[1-6]|i|inline-formula|italic|jats:[a-z-]+|li|mml:[a-z]+|ol|p|sc|sec|small"
    r"|span|strong|sub|sup|table|tbody|td|th|title|tr|tt|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"</?(?:br|div|h[1-6]|li|ol|p|sec|table|td|th|title|tr|ul|jats:(?:p|title|sec))\b", re.IGNORECASE)
"""Tags that separate words; all others stand within a word, as in H<sub>2</sub>O."""
_LABEL = re.compile(r"<h[1-6]\b[^<>]*>((?:(?!<h[1-6]\b).){0,500}?)</h[1-6]\s*>", re.IGNORECASE | re.DOTALL)
"""A heading, up to the next heading and of at most 500 characters, so that headings without an end cost little."""
_DEEPEST_FIELD = 32
_LAST_YEAR = 2199  # a later date, such as 9999-12-31, stands for none
_SPACES = re.compile(r"\s+")
_NAME_AND_INITIALS = re.compile(r"(.+) ([A-Z]{1,4})")
_YEAR = re.compile(r"[12][0-9]{3}")
_UNKNOWN_DAY = dt.date(1900, 1, 1)
"""Retraction date of a retracted article without any date: it must not be NULL, which means not retracted."""


class TooDeepError(ValueError):
    """A record has a field that is nested too deeply to be one of Europe PMC's."""


def read_record(record: dict[str, Any]) -> dict[str, Any]:
    """Return the row of one record, without version and raw_*; document_id is None if it has no source or no id.

    Raises `TooDeepError` for a record with a field nested more than 32 deep.
    """
    record = {str(name).lower(): _with_lower_names(value) for name, value in record.items()}
    source, identifier = _text_at(record, "source"), _text_at(record, "id")
    row: dict[str, Any] = {
        "document_id": _document_id(source, identifier),
        "source": "europepmc",
        "pmid": normalize_pmid(_text_at(record, "pmid")) or (normalize_pmid(identifier) if source == "MED" else None),
        "doi": normalize_doi(_text_at(record, "doi")),
        "pmcid": normalize_pmcid(_text_at(record, "pmcid")),
        "title": strip_markup(_text_at(record, "title") or ""),
        "authors": _authors(record),
        "languages": [code.lower() for code in _texts_at(record, "language")],
        "publication_types": _publication_types(record),
        "headings": [],
        "major_headings": [],
        "keywords": [strip_markup(word) for word in _texts_at(record, "keywordlist", "keyword")],
        "relations": list(_relations(record)),
        "entered_on": _date_at(record, "firstindexdate") or _date_at(record, "dateofcreation"),
        "revised_on": _date_at(record, "dateofrevision"),
    }
    row["abstract"], row["sections"] = _abstract(_text_at(record, "abstracttext") or "", len(row["title"]) + 1)
    row |= _journal(record)
    row["published_on"], row["published_precision"], row["year"] = _publication_date(record)
    row["retracted_on"] = _retracted_on(row)
    row["digest"] = _digest(row)
    return row


def strip_markup(text: str) -> str:
    """Return `text` without HTML and JATS tags, with character references resolved and white space collapsed.

    Only known tags are removed, because '<' also means 'less than': 'p <0.05 in <i>E. coli</i>'.
    """
    without_tags = _TAG.sub(lambda tag: " " if _BLOCK.match(tag[0]) else "", text)
    return collapse_whitespace(html.unescape(without_tags))


def replace_unencodable(text: str) -> str:
    """Return `text` without control characters and with unpaired surrogates replaced: JSON allows both."""
    return without_controls(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _with_lower_names(value: Json, depth: int = 1) -> Json:
    """Return the same JSON value with all field names in lower case, at every depth."""
    if not isinstance(value, dict | list):
        return value
    if depth > _DEEPEST_FIELD:
        raise TooDeepError(f"a field is nested more than {_DEEPEST_FIELD} deep")
    if isinstance(value, dict):
        return {str(name).lower(): _with_lower_names(inner, depth + 1) for name, inner in value.items()}
    return [_with_lower_names(inner, depth + 1) for inner in value]


def _values_at(value: Json, *path: str) -> list[Json]:
    """Return the values at a path of field names, whether or not a step of it is wrapped in a list.

    {"authorlist": {"author": [A, B]}} and {"authorlist": [{"author": [A, B]}]} both give [A, B] for
    ("authorlist", "author").
    """
    values: list[Json] = value if isinstance(value, list) else [value]
    for name in path:
        fields = [inner[name] for inner in values if isinstance(inner, dict) and inner.get(name) is not None]
        values = [item for field in fields for item in (field if isinstance(field, list) else [field])]
    return values


def _as_text(value: Json) -> str | None:
    """Return a string or integer as text without surrounding white space; None for anything else and for ''."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return replace_unencodable(str(value)).strip() or None


def _texts_at(value: Json, *path: str) -> list[str]:
    """Return the texts at a path, without empty ones."""
    return [text for text in map(_as_text, _values_at(value, *path)) if text]


def _text_at(value: Json, *path: str) -> str | None:
    """Return the first text at a path that is not empty."""
    return next(filter(None, map(_as_text, _values_at(value, *path))), None)


def _date_at(record: Json, *path: str) -> dt.date | None:
    """Return the ISO date at a path; None where there is none, or none of an article's time."""
    try:
        day = dt.date.fromisoformat((_text_at(record, *path) or "")[:10])
    except ValueError:
        return None
    return day if day.year <= _LAST_YEAR else None


def _document_id(source: str | None, identifier: str | None) -> str | None:
    return f"europepmc:{source}/{identifier}" if source and identifier else None


def _authors(record: Json) -> list[str]:
    """Return persons as 'Family, Given' and groups by their name, in order.

    Results of type lite have only `authorString`: "Moe JD, The Group." -> ["Moe, JD", "The Group"].
    """
    names = []
    for author in _values_at(record, "authorlist", "author"):
        family, given = _text_at(author, "lastname"), _text_at(author, "firstname") or _text_at(author, "initials")
        group = _text_at(author, "collectivename") or _text_at(author, "fullname")
        name = f"{family}, {given}" if family and given else family or group
        names += [strip_markup(name)] if name else []
    if names:
        return names
    listed = (_text_at(record, "authorstring") or "").removesuffix(".").split(", ")
    return [
        _NAME_AND_INITIALS.sub(r"\1, \2", name) if _NAME_AND_INITIALS.fullmatch(name) else name
        for name in listed
        if name
    ]


def _publication_types(record: Json) -> list[str]:
    """Return the publication types as PubMed spells them; `pubType` of a lite result is one text, split at ';'."""
    names = _texts_at(record, "pubtypelist", "pubtype")
    names += [name.strip() for name in (_text_at(record, "pubtype") or "").split(";")]
    return list(dict.fromkeys(publication_type(name) for name in names if name))


def _relations(record: Json) -> Iterator[Relation]:
    """Yield the relations to other records, e.g. ('retraction_in', 'pubmed:123', 'J Things. 2019;6:781')."""
    for other in _values_at(record, "commentcorrectionlist", "commentcorrection"):
        kind, source, identifier = _text_at(other, "type"), _text_at(other, "source"), _text_at(other, "id")
        if not kind:
            continue
        pmid = normalize_pmid(identifier) if source == "MED" else None
        yield (
            _SPACES.sub("_", kind.lower()),
            f"pubmed:{pmid}" if pmid else _document_id(source, identifier),
            _text_at(other, "reference"),
        )


def _abstract(marked_up: str, offset: int) -> tuple[str | None, list[Section]]:
    """Return the abstract as text without its labels, and the span of each labelled part.

    `offset` is where the abstract begins in title || ' ' || abstract. With an offset of 3:

        "<h4>Aim</h4>One.<h4>Results</h4>Two."  ->  "One. Two.", [("Aim", 3, 7), ("Results", 8, 12)]
    """
    parts: list[str] = []
    sections: list[Section] = []
    pieces = _LABEL.split(marked_up)  # text, label, text, label, text ...
    for label, piece in zip(["", *pieces[1::2]], pieces[0::2], strict=True):
        part = strip_markup(piece)
        if not part:
            continue
        name = strip_markup(label).rstrip(":").strip()
        if name:
            sections.append((name, offset, offset + len(part)))
        parts.append(part)
        offset += len(part) + 1
    return " ".join(parts) or None, sections


def _journal(record: Json) -> dict[str, str | None]:
    """Return the columns of journal and issue; `journalinfo` is in core results, the flat names in lite ones."""
    info = _values_at(record, "journalinfo")
    issns = (_text_at(record, "journalissn") or "").split(";")
    return {
        "journal": _text_at(info, "journal", "title"),
        "journal_abbreviation": _text_at(info, "journal", "isoabbreviation")
        or _text_at(info, "journal", "medlineabbreviation")
        or _text_at(record, "journaltitle"),
        "issn": _text_at(info, "journal", "issn") or _text_at(info, "journal", "essn") or issns[0].strip() or None,
        "volume": _text_at(info, "volume") or _text_at(record, "journalvolume"),
        "issue": _text_at(info, "issue") or _text_at(record, "issue"),
        "pages": _text_at(record, "pageinfo"),
    }


def _publication_date(record: Json) -> PublicationDate:
    """Return the printed date ('2019 Mar') if it has a month, else the day of first publication, else the year.

    The day of first publication is used only in the stated year: an article is often online in the year before.
    """
    printed = read_printed_date(_text_at(record, "journalinfo", "dateofpublication") or "")
    if printed.first_day and printed.precision != "year":
        return printed
    first = _date_at(record, "firstpublicationdate")
    stated = _text_at(record, "pubyear") or _text_at(record, "journalinfo", "yearofpublication") or ""
    year = int(stated) if _YEAR.fullmatch(stated) else printed.year
    if first and year in (None, first.year):
        return PublicationDate(first, "day", first.year)
    return PublicationDate(dt.date(year, 1, 1), "year", year) if year else printed


def _retracted_on(row: dict[str, Any]) -> dt.date | None:
    """Return the date of the earliest retraction notice, else the best date of the record; None if not retracted."""
    notices = [citation or "" for kind, _, citation in row["relations"] if kind == "retraction_in"]
    if not notices and "Retracted Publication" not in row["publication_types"]:
        return None
    dates = [date for date in (read_citation_date(notice).first_day for notice in notices) if date]
    fallback = row["revised_on"] or row["entered_on"] or row["published_on"] or _UNKNOWN_DAY
    return min(dates) if dates else fallback


def _digest(row: dict[str, Any]) -> str:
    """Return BLAKE2b-128 over what the record says of the article.

    The record's revision date, and retracted_on, which can be derived from it, are left out: a record that was revised
    without a change of content keeps its digest. The digest is stored, so the text it is made of must not change.
    """
    left_out = ("revised_on", "retracted_on")
    content = repr(sorted((name, value) for name, value in row.items() if name not in left_out))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

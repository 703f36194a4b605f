"""One record of Europe PMC, as its search service gives it in JSON -> the columns of `documents`.

Fields: https://europepmc.org/docs/EBI_Europe_PMC_Web_Service_Reference.pdf. Results of type core and lite are read,
and older dumps in which every value stands in a list of its own; names are compared without regard to case, which
differs between versions of the service. Every field may be absent. Headings are given by name only, without the
identifiers this project needs, and are not read: records of source MED have them in PubMed.
"""

import datetime as dt
import html
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from transforms.pubmed.dates import Published, cited, published
from transforms.text import normalize

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Section = tuple[str, int, int]
Relation = tuple[str, str | None, str | None]

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|bold|br|code|div|em|h[1-6]|i|inline-formula|italic|jats:[a-z-]+|li|mml:[a-z]+|ol|p|sc|sec|small"
    r"|span|strong|sub|sup|table|tbody|td|th|title|tr|tt|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"</?(?:br|div|h[1-6]|li|ol|p|sec|table|td|th|title|tr|ul|jats:(?:p|title|sec))\b", re.IGNORECASE)
_LABEL = re.compile(r"<h[1-6]\b[^<>]*>(.*?)</h[1-6]\s*>", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"\s+")
_INITIALS = re.compile(r"(.+) ([A-Z]{1,4})")
_TYPES = {
    name.lower(): name
    for name in (
        "Case Reports", "Comment", "Editorial", "Journal Article", "Letter", "Meta-Analysis", "News",
        "Observational Study", "Preprint", "Published Erratum", "Randomized Controlled Trial",
        "Retracted Publication", "Retraction of Publication", "Review", "Systematic Review",
    )
} | {
    "case report": "Case Reports", "case-report": "Case Reports", "review-article": "Review",
    "correction": "Published Erratum", "retraction": "Retraction of Publication",
}  # fmt: skip
"""Names of publication types as PubMed spells them."""


def read(record: dict[str, Any]) -> dict[str, Any]:
    """The row of one record, without version and raw_*; its document_id is None where it has no source or id."""
    told = _lowered(record)
    source, identifier = _text(told, "source"), _text(told, "id")
    row: dict[str, Any] = {
        "document_id": f"europepmc:{source}/{identifier}" if source and identifier else None,
        "source": "europepmc",
        "pmid": normalize.normalize_pmid(_text(told, "pmid"))
        or (normalize.normalize_pmid(identifier) if source == "MED" else None),
        "doi": normalize.normalize_doi(_text(told, "doi")),
        "pmcid": normalize.normalize_pmcid(_text(told, "pmcid")),
        "title": strip_markup(_text(told, "title") or ""),
        "authors": _authors(told),
        "languages": [text for text in map(_plain, _all(told, "language")) if text],
        "publication_types": _types(told),
        "headings": [],
        "major_headings": [],
        "keywords": [strip_markup(word) for word in map(_plain, _all(told, "keywordlist", "keyword")) if word],
        "relations": list(_relations(told)),
        "entered_on": _day(told, "firstindexdate") or _day(told, "dateofcreation"),
        "revised_on": _day(told, "dateofrevision"),
    }
    row["abstract"], row["sections"] = _abstract(_text(told, "abstracttext") or "", len(row["title"]) + 1)
    row |= _journal(told)
    row["published_on"], row["published_precision"], row["year"] = _published(told)
    row["retracted_on"] = _retracted_on(row)
    row["digest"] = _digest(row)
    return row


def strip_markup(text: str) -> str:
    """`text` without HTML and JATS tags, its character references resolved, white space collapsed.

    Only tags known to occur are taken out: '<' also stands for 'less than'.
    """
    without = _TAG.sub(lambda tag: " " if _BLOCK.match(tag[0]) else "", text)
    return normalize.collapse_whitespace(html.unescape(without))


def sound(text: str) -> str:
    """`text` without NUL characters and halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _lowered(value: Json) -> Json:
    """The same with all names in lower case."""
    if isinstance(value, dict):
        return {str(name).lower(): _lowered(inner) for name, inner in value.items()}
    return [_lowered(inner) for inner in value] if isinstance(value, list) else value


def _all(value: Json, *path: str) -> list[Json]:
    """What stands at a path, one or many, whether or not each step is wrapped in a list."""
    found: list[Json] = value if isinstance(value, list) else [value]
    for name in path:
        found = [inner[name] for inner in found if isinstance(inner, dict) and inner.get(name) is not None]
        found = [one for inner in found for one in (inner if isinstance(inner, list) else [inner])]
    return found


def _plain(value: Json) -> str | None:
    """A text or number as text; None for anything else, or where it is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return sound(str(value)).strip() or None


def _text(value: Json, *path: str) -> str | None:
    """The first text at a path."""
    return next(filter(None, map(_plain, _all(value, *path))), None)


def _day(told: Json, *path: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat((_text(told, *path) or "")[:10])
    except ValueError:
        return None


def _authors(told: Json) -> list[str]:
    names = []
    for author in _all(told, "authorlist", "author"):
        family, given = _text(author, "lastname"), _text(author, "firstname") or _text(author, "initials")
        group = _text(author, "collectivename") or _text(author, "fullname")
        name = f"{family}, {given}" if family and given else family or group
        names += [strip_markup(name)] if name else []
    if names:
        return names
    listed = (_text(told, "authorstring") or "").removesuffix(".").split(", ")
    return [_INITIALS.sub(r"\1, \2", name) if _INITIALS.fullmatch(name) else name for name in listed if name]


def _types(told: Json) -> list[str]:
    given = [*_all(told, "pubtypelist", "pubtype"), *(_text(told, "pubtype") or "").split(";")]
    names = [name.strip() for name in map(_plain, given) if name]
    return list(dict.fromkeys(_TYPES.get(name.lower(), name) for name in names if name))


def _relations(told: Json) -> Iterator[Relation]:
    """E.g. 'preprint_of', 'retraction_in', with the other record where it is told."""
    for other in _all(told, "commentcorrectionlist", "commentcorrection"):
        kind, source, identifier = _text(other, "type"), _text(other, "source"), _text(other, "id")
        if not kind:
            continue
        pmid = normalize.normalize_pmid(identifier) if source == "MED" else None
        stated = f"europepmc:{source}/{identifier}" if source and identifier else None
        yield (
            _SPACES.sub("_", kind.lower()),
            f"pubmed:{pmid}" if pmid else stated,
            _text(other, "reference"),
        )


def _abstract(marked: str, offset: int) -> tuple[str | None, list[Section]]:
    """The abstract as text, without its labels, and where each labelled part stands behind the title."""
    parts: list[str] = []
    sections: list[Section] = []
    pieces = _LABEL.split(marked)  # text, label, text, label, text ...
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


def _journal(told: Json) -> dict[str, str | None]:
    info = _all(told, "journalinfo")
    issns = (_text(told, "journalissn") or "").split(";")
    return {
        "journal": _text(info, "journal", "title"),
        "journal_abbreviation": _text(info, "journal", "isoabbreviation")
        or _text(info, "journal", "medlineabbreviation")
        or _text(told, "journaltitle"),
        "issn": _text(info, "journal", "issn") or _text(info, "journal", "essn") or issns[0].strip() or None,
        "volume": _text(info, "volume") or _text(told, "journalvolume"),
        "issue": _text(info, "issue") or _text(told, "issue"),
        "pages": _text(told, "pageinfo"),
    }


def _published(told: Json) -> Published:
    """As printed ('2019 Mar') where that is told, else the day of first publication, else the year."""
    printed = _text(told, "journalinfo", "dateofpublication") or ""
    date = published(f"<MedlineDate>{html.escape(printed)}</MedlineDate>".encode())
    if date.on and date.precision != "year":
        return date
    first = _day(told, "firstpublicationdate")
    year = _text(told, "pubyear") or _text(told, "journalinfo", "yearofpublication") or ""
    stated = int(year) if re.fullmatch(r"[12][0-9]{3}", year) else date.year
    if first and stated in (None, first.year):
        return Published(first, "day", first.year)
    return Published(dt.date(stated, 1, 1), "year", stated) if stated else date


def _retracted_on(row: dict[str, Any]) -> dt.date | None:
    notices = [citation or "" for kind, _, citation in row["relations"] if kind == "retraction_in"]
    if not notices and "Retracted Publication" not in row["publication_types"]:
        return None
    dates = [date for date in (cited(notice).on for notice in notices) if date]
    fallback = row["revised_on"] or row["entered_on"] or row["published_on"] or dt.date(1900, 1, 1)
    return min(dates) if dates else fallback


def _digest(row: dict[str, Any]) -> str:
    """Over what the record says of the article, so not its own date of revision, nor what is derived from that."""
    left_out = ("revised_on", "retracted_on")
    told = repr(sorted((name, value) for name, value in row.items() if name not in left_out))
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

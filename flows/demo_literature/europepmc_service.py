"""Europe PMC's search of the demo server: core results in JSON, paged by cursorMark."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from flows.demo_literature.eutils_service import Reply
from flows.demo_literature.records import Author, SampleArticle, Section

_DAYS = re.compile(r"(FIRST_IDATE|UPDATE_DATE):\[([0-9-]+) TO ([0-9-]+)\]")
_SOURCE = re.compile(r"SRC:([A-Z]{3})")
_OPERATORS = re.compile(r"\b(?:AND|OR)\b|[()]")

Indexed = tuple[str, SampleArticle]
"""The source, 'MED' or 'PPR', and the record."""


def search(records: list[Indexed], params: Mapping[str, str], fault: str | None) -> Reply:
    """Return a page of results; `fault` is 'error_element', 'changing_count' or 'repeated_cursor'."""
    if fault == "error_element" or params.get("format", "xml") != "json":
        return _reply({"errCode": 404, "errMsg": "Search failed: the index is not available"})
    matching = sorted(_select(records, params.get("query", "")), key=_identifier)
    size = min(max(int(params.get("pageSize", "25")), 1), 1000)
    cursor = params.get("cursorMark", "*")
    start = _position(cursor)
    if start is None:
        return _reply({"errCode": 400, "errMsg": "Invalid cursorMark"})
    page = matching[start : start + size]
    response: dict[str, Any] = {"version": "6.9", "hitCount": len(matching) + (fault == "changing_count")}
    if page:
        next_cursor = cursor if fault == "repeated_cursor" else _cursor(start + len(page))
        response["nextCursorMark"] = next_cursor
    response["request"] = {
        "queryString": params.get("query", ""),
        "resultType": "core",
        "cursorMark": cursor,
        "pageSize": size,
    }
    response["resultList"] = {"result": [core_result(source, article) for source, article in page]}
    return _reply(response)


def core_result(source: str, article: SampleArticle) -> dict[str, Any]:
    """Return one record as a core result; a preprint has no PMID and no journal."""
    result: dict[str, Any] = {
        "id": _identifier((source, article)),
        "source": source,
        "title": article.title,
        "authorList": {"author": [_author(author) for author in article.authors]},
        "pubYear": str(article.published.year),
        "language": article.language,
        "pubTypeList": {"pubType": list(article.publication_types)},
        "firstIndexDate": article.entered.isoformat(),
        "dateOfRevision": article.revised.isoformat(),
        "firstPublicationDate": article.published.first_day.isoformat(),
    }
    if article.sections:
        result["abstractText"] = "".join(map(_section_html, article.sections))
    if article.doi:
        result["doi"] = article.doi
    if source == "MED":
        result["pmid"] = str(article.pmid)
        journal = {
            "title": article.journal.title,
            "isoabbreviation": article.journal.abbreviation,
            "issn": article.journal.issn,
        }
        result["journalInfo"] = {"volume": article.volume, "issue": article.issue, "journal": journal}
        result["pageInfo"] = article.pages
    return result


def _author(author: Author) -> dict[str, str]:
    if author.collective:
        return {"collectiveName": author.collective}
    return {
        "fullName": f"{author.family} {author.initials}",
        "firstName": author.given,
        "lastName": author.family,
        "initials": author.initials,
    }


def _section_html(section: Section) -> str:
    return f"<h4>{escape(section.label.capitalize())}</h4>{section.text}" if section.label else section.text


def _identifier(record: Indexed) -> str:
    source, article = record
    return str(article.pmid) if source == "MED" else f"{source}{article.pmid}"


def _select(records: list[Indexed], query: str) -> list[Indexed]:
    sources = set(_SOURCE.findall(query))
    days = _DAYS.search(query)
    since, until = (date.fromisoformat(day) for day in days.groups()[1:]) if days else (date.min, date.max)
    by_update = days is not None and days[1] == "UPDATE_DATE"
    words = _OPERATORS.sub(" ", _SOURCE.sub(" ", _DAYS.sub(" ", query))).lower().split()
    return [
        (source, article)
        for source, article in records
        if (not sources or source in sources)
        and since <= (article.revised if by_update else article.entered) <= until
        and all(word.strip('"') in f"{article.title} {article.abstract}".lower() for word in words)
    ]


def _cursor(position: int) -> str:
    return base64.b64encode(f"at:{position}".encode()).decode()


def _position(cursor: str) -> int | None:
    if cursor == "*":
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).removeprefix(b"at:"))
    except (binascii.Error, ValueError):
        return None


def _reply(content: dict[str, Any]) -> Reply:
    return 200, "application/json;charset=UTF-8", json.dumps(content, ensure_ascii=False).encode()

"""E-utilities of the embedded literature server: esearch and efetch, with NCBI's limits and error bodies."""

import json
import re
from collections.abc import Mapping
from datetime import date
from html import escape

from flows.demo_literature.records import SampleArticle
from flows.demo_literature.render import HEAD, record

SEARCH_LIMIT = 9_999
FETCH_LIMIT = 10_000
_DAYS = re.compile(
    r'\(?\s*"?([0-9/]+)"?\s*(?:\[(crdt|mdat|edat|lr)\])?\s*:\s*"?([0-9/]+)"?\s*\[(crdt|mdat|edat|lr)\]\s*\)?',
    re.IGNORECASE,
)
_RANGE = re.compile(r"([0-9]+)\s*:\s*([0-9]+)\s*\[UID\]", re.IGNORECASE)
_OPERATORS = re.compile(r"\bAND\b|[()]")
_SEARCH_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN"'
    ' "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
)

Reply = tuple[int, str, bytes]
"""Status, content type, body."""


def refused_key(key: str) -> Reply:
    """What NCBI answers to a key it does not know."""
    told = {"error": "API key invalid", "api-key": key, "type": "ip", "status": "unknown"}
    return 400, "application/json", json.dumps(told).encode()


def too_many_requests(key: str) -> Reply:
    """What NCBI answers to requests beyond the limit, in whatever format was asked for."""
    told = {"error": "API rate limit exceeded", "api-key": key or "192.0.2.1", "count": "4", "limit": "3"}
    return 429, "application/json", json.dumps(told).encode()


def esearch(articles: Mapping[int, SampleArticle], params: Mapping[str, str], fault: str | None) -> Reply:
    """The PMIDs that match `term`, newest first; `fault`: 'error_element' or 'changing_count'."""
    start, maximum = int(params.get("retstart", "0")), int(params.get("retmax", "20"))
    if fault == "error_element":
        return _search_error("Search Backend failed: Database is not supported: pubmed")
    if start > SEARCH_LIMIT - 1:
        return _search_error(
            "Search Backend failed: Exception: 'retstart' cannot be larger than 9998. For PubMed, ESearch can only"
            " retrieve the first 9,999 records matching the query."
        )
    found = sorted(_matching(articles, params), reverse=True)
    count = len(found) + (fault == "changing_count")
    listed = found[start : min(start + maximum, SEARCH_LIMIT)]
    ids = "\n".join(f"<Id>{pmid}</Id>" for pmid in listed)
    told = escape(params.get("term", ""))
    body = (
        f"{_SEARCH_HEAD}<eSearchResult><Count>{count}</Count><RetMax>{len(listed)}</RetMax><RetStart>{start}</RetStart>"
        f"<IdList>\n{ids}\n</IdList><TranslationSet/><QueryTranslation>{told}</QueryTranslation>"
        f"</eSearchResult>\n"
    )
    return 200, "text/xml; charset=UTF-8", body.encode()


def efetch(articles: Mapping[int, SampleArticle], params: Mapping[str, str], fault: str | None) -> Reply:
    """The records asked for; unknown ids are passed over. `fault`: 'error_element' or 'missing_ids'."""
    wanted = [int(pmid) for pmid in params.get("id", "").split(",") if pmid.strip().isdecimal()]
    if fault == "error_element":
        return _fetch_error("Cannot retrieve history data. query_key: 1, WebEnv: MCID_1, retstart: 0, retmax: 500")
    if not wanted or len(wanted) > FETCH_LIMIT:
        return _fetch_error("Empty id list - nothing todo")
    there = [pmid for pmid in dict.fromkeys(wanted) if pmid in articles]
    if fault == "missing_ids":
        there = there[:-1]
    records = "\n".join(record(articles[pmid]) for pmid in there)
    return 200, "text/xml; charset=UTF-8", f"{HEAD}<PubmedArticleSet>\n{records}\n</PubmedArticleSet>\n".encode()


def _matching(articles: Mapping[int, SampleArticle], params: Mapping[str, str]) -> list[int]:
    term = params.get("term", "")
    spans = [(found[4], found[1], found[3]) for found in _DAYS.finditer(term)]
    if "mindate" in params and "maxdate" in params:
        spans.append((params.get("datetype", "pdat"), params["mindate"], params["maxdate"]))
    ranges = [(int(found[1]), int(found[2])) for found in _RANGE.finditer(term)]
    words = _OPERATORS.sub(" ", _RANGE.sub(" ", _DAYS.sub(" ", term))).lower().split()
    dated = [(field.lower(), _day(since), _day(until)) for field, since, until in spans]
    return [
        pmid
        for pmid, article in articles.items()
        if all(first <= pmid <= last for first, last in ranges)
        and all(since <= _dated(article, field) <= until for field, since, until in dated)
        and (not words or _has(article, words))
    ]


def _has(article: SampleArticle, words: list[str]) -> bool:
    text = f"{article.title} {article.abstract}".lower()
    return all(word.strip('"') in text for word in words)


def _dated(article: SampleArticle, field: str) -> date:
    return article.revised if field in ("mdat", "lr") else article.entered


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("/"))
    return date(year, month, day)


def _search_error(message: str) -> Reply:
    body = f"{_SEARCH_HEAD}<eSearchResult><Count>0</Count><RetMax>0</RetMax><RetStart>0</RetStart><IdList/><ERROR>"
    return 200, "text/xml; charset=UTF-8", f"{body}{escape(message)}</ERROR></eSearchResult>".encode()


def _fetch_error(message: str) -> Reply:
    head = (
        '<?xml version="1.0" ?>\n<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN"'
        ' "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">\n'
    )
    body = f"{head}<eFetchResult>\n\t<ERROR>{escape(message)}</ERROR>\n</eFetchResult>\n"
    return 200, "text/xml; charset=UTF-8", body.encode()

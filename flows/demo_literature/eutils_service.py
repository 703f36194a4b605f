"""E-utilities of the demo server: esearch and efetch, with NCBI's limits and error bodies."""

import json
import re
from collections.abc import Mapping
from datetime import date
from html import escape

from flows.demo_literature.records import SampleArticle
from flows.demo_literature.render import HEAD, render_record

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


def invalid_key_error(key: str) -> Reply:
    """Return NCBI's reply to an unknown API key."""
    error = {"error": "API key invalid", "api-key": key, "type": "ip", "status": "unknown"}
    return 400, "application/json", json.dumps(error).encode()


def rate_limit_error(key: str) -> Reply:
    """Return NCBI's reply to requests beyond the rate limit: JSON, whatever format was requested."""
    error = {"error": "API rate limit exceeded", "api-key": key or "192.0.2.1", "count": "4", "limit": "3"}
    return 429, "application/json", json.dumps(error).encode()


def esearch(articles: Mapping[int, SampleArticle], params: Mapping[str, str], fault: str | None) -> Reply:
    """Return the PMIDs that match `term`, the highest first; `fault` is 'error_element' or 'changing_count'."""
    start, maximum = int(params.get("retstart", "0")), int(params.get("retmax", "20"))
    if fault == "error_element":
        return _search_error("Search Backend failed: Database is not supported: pubmed")
    if start > SEARCH_LIMIT - 1:
        return _search_error(
            "Search Backend failed: Exception: 'retstart' cannot be larger than 9998. For PubMed, ESearch can only"
            " retrieve the first 9,999 records matching the query."
        )
    pmids = sorted(_matching(articles, params), reverse=True)
    count = len(pmids) + (fault == "changing_count")
    listed = pmids[start : min(start + maximum, SEARCH_LIMIT)]
    ids = "\n".join(f"<Id>{pmid}</Id>" for pmid in listed)
    query = escape(params.get("term", ""))
    body = (
        f"{_SEARCH_HEAD}<eSearchResult><Count>{count}</Count><RetMax>{len(listed)}</RetMax><RetStart>{start}</RetStart>"
        f"<IdList>\n{ids}\n</IdList><TranslationSet/><QueryTranslation>{query}</QueryTranslation>"
        f"</eSearchResult>\n"
    )
    return 200, "text/xml; charset=UTF-8", body.encode()


def efetch(articles: Mapping[int, SampleArticle], params: Mapping[str, str], fault: str | None) -> Reply:
    """Return the requested records, without unknown ids; `fault` is 'error_element' or 'missing_ids'."""
    requested = [int(pmid) for pmid in params.get("id", "").split(",") if pmid.strip().isdecimal()]
    if fault == "error_element":
        return _fetch_error("Cannot retrieve history data. query_key: 1, WebEnv: MCID_1, retstart: 0, retmax: 500")
    if not requested or len(requested) > FETCH_LIMIT:
        return _fetch_error("Empty id list - nothing todo")
    available = [pmid for pmid in dict.fromkeys(requested) if pmid in articles]
    if fault == "missing_ids":
        available = available[:-1]
    records = "\n".join(render_record(articles[pmid]) for pmid in available)
    return 200, "text/xml; charset=UTF-8", f"{HEAD}<PubmedArticleSet>\n{records}\n</PubmedArticleSet>\n".encode()


def _matching(articles: Mapping[int, SampleArticle], params: Mapping[str, str]) -> list[int]:
    term = params.get("term", "")
    spans = [(match[4], match[1], match[3]) for match in _DAYS.finditer(term)]
    if "mindate" in params and "maxdate" in params:
        spans.append((params.get("datetype", "pdat"), params["mindate"], params["maxdate"]))
    ranges = [(int(match[1]), int(match[2])) for match in _RANGE.finditer(term)]
    words = _OPERATORS.sub(" ", _RANGE.sub(" ", _DAYS.sub(" ", term))).lower().split()
    date_conditions = [(field.lower(), _day(since), _day(until)) for field, since, until in spans]
    return [
        pmid
        for pmid, article in articles.items()
        if all(first <= pmid <= last for first, last in ranges)
        and all(since <= _date_of(article, field) <= until for field, since, until in date_conditions)
        and (not words or _contains_words(article, words))
    ]


def _contains_words(article: SampleArticle, words: list[str]) -> bool:
    text = f"{article.title} {article.abstract}".lower()
    return all(word.strip('"') in text for word in words)


def _date_of(article: SampleArticle, field: str) -> date:
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

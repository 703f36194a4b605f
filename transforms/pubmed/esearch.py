"""Answers of NCBI's esearch service: hit count, PMIDs and the terms that were not found.

Errors come with HTTP status 200: an ERROR element beside an empty list looks like a search without hits.
Described at https://www.ncbi.nlm.nih.gov/books/NBK25499/, their DTD is eutils/dtd/20060628/esearch.dtd.
"""

import json
import re
from dataclasses import dataclass

from lxml import etree

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)


class AnswerError(ValueError):
    """The answer is not a search result; the message has the service's error where it gave one."""


@dataclass(frozen=True)
class SearchResult:
    """A search result: the number of matching records, the PMIDs listed, and the terms and fields not found."""

    count: int
    pmids: tuple[int, ...]
    not_found: tuple[str, ...] = ()


def read_search(body: bytes) -> SearchResult:
    """Read an esearch answer (XML); raises `AnswerError` for an error answer, HTML, JSON or a damaged answer."""
    if body[:1] == b"{":
        raise AnswerError(_json_error(body))
    if _HTML.match(body):
        raise AnswerError("an HTML page instead of a search result")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise AnswerError(f"not well-formed: {error}") from error
    errors = [text for text in (_text(element) for element in root.iter("ERROR")) if text]
    if errors:
        raise AnswerError("; ".join(errors))
    count, ids = root.findtext("Count"), root.find("IdList")
    if root.tag != "eSearchResult" or count is None or not count.strip().isdecimal() or ids is None:
        raise AnswerError(f"<{str(root.tag)[:40]}> instead of a search result")
    pmids = [(element.text or "").strip() for element in ids.iter("Id")]
    if not all(pmid.isdecimal() for pmid in pmids):
        raise AnswerError("the list of PMIDs has something that is not a number")
    not_found = [_text(element) for name in ("PhraseNotFound", "FieldNotFound") for element in root.iter(name)]
    not_found += [_text(element) for element in root.iter("OutputMessage") if "not found" in _text(element).lower()]
    return SearchResult(int(count), tuple(map(int, pmids)), tuple(filter(None, not_found)))


def _json_error(body: bytes) -> str:
    """Return the message of an error that NCBI reports as JSON, such as an exceeded rate limit."""
    try:
        answer = json.loads(body)
    except ValueError:
        return "damaged JSON instead of a search result"
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error or "JSON instead of a search result")[:200]


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())

"""esearch answers."""

import json
import re
from dataclasses import dataclass

from lxml import etree

_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)


class AnswerError(ValueError):
    """The answer is no search result: the service's own words where it gave any."""


@dataclass(frozen=True)
class SearchResult:
    """What esearch answered: how many records match, the PMIDs listed, and what it did not understand."""

    count: int
    pmids: tuple[int, ...]
    not_found: tuple[str, ...] = ()


def read_search(body: bytes) -> SearchResult:
    """An esearch answer (XML). Raises `AnswerError` for an error inside it, for HTML, JSON, or a damaged answer."""
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
        raise AnswerError("a list of ids that are no numbers")
    unknown = [_text(element) for name in ("PhraseNotFound", "FieldNotFound") for element in root.iter(name)]
    unknown += [_text(element) for element in root.iter("OutputMessage") if "not found" in _text(element).lower()]
    return SearchResult(int(count), tuple(map(int, pmids)), tuple(filter(None, unknown)))


def _json_error(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return "damaged JSON instead of a search result"
    error = told.get("error") if isinstance(told, dict) else None
    return str(error or "JSON instead of a search result")[:200]


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())

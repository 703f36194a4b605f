"""Collects what a page's head states of its article: JSON-LD (schema.org), Highwire, Dublin Core and other meta tags.

Names: https://schema.org/ScholarlyArticle; Google Scholar, "Inclusion Guidelines for Webmasters" (`citation_*`);
https://www.dublincore.org/specifications/dublin-core/dcmi-terms/; the PRISM, EPrints, bepress and Open Graph names.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from transforms.rules import load_rules
from transforms.web.tree import PageSurvey

ABSTRACT, DESCRIPTION = "abstract", "description"
"""Field names: text stated as the abstract; text that describes the page and may be the abstract."""

SCHOLARLY = frozenset({
    "scholarlyarticle", "medicalscholarlyarticle", "thesis", "report",
})  # fmt: skip
_ARTICLES = SCHOLARLY | {"article", "creativework", "techarticle", "webpage", "medicalwebpage", "chapter", "book"}
_NO_JOURNALS = frozenset({"publicationissue", "publicationvolume", "website", "webpage"})
_MOST_NODES = 5_000
_VALUES = ("@value", "value", "name", "alternateName", "@id")

_META = {
    tag: (name, confidence) for name, tags in load_rules("web_meta_tags").items() for tag, confidence in tags.items()
}
_META |= {tag.replace(".", ":", 1): known for tag, known in _META.items() if tag.startswith("dc")}
KNOWN_METAS = frozenset(_META) | {"log_displayeduids", "ncbi_uidlist"}
"""Names of meta tags that are read, in lower case; the last two list the records of a PubMed page."""

_PROPERTIES = (
    ("abstract", ABSTRACT, 0.9), ("description", DESCRIPTION, 0.6), ("headline", "title", 0.9),
    ("name", "title", 0.85), ("datePublished", "date", 0.85), ("inLanguage", "language", 0.8),
    ("pageStart", "first_page", 0.85), ("pageEnd", "last_page", 0.85), ("identifier", "doi", 0.85),
    ("sameAs", "doi", 0.85), ("@id", "doi", 0.8), ("url", "doi", 0.6), ("author", "authors", 0.85),
    ("pagination", "first_page", 0.6),
)  # fmt: skip
_DEEPEST_CONTAINER = 4  # an issue is part of a volume, that of a journal


class StatedValue(NamedTuple):
    """A value as one step found it, not yet normalized, with the confidence of that step alone."""

    step: str
    value: str
    confidence: float
    language: str | None = None


Fields = dict[str, list[StatedValue]]


def collect_metadata(page: PageSurvey) -> Fields:
    """Return all values of the head by field: those of JSON-LD first, then those of meta tags in the page's order."""
    fields: Fields = {}
    for node in _article_nodes(page.json_ld):
        for name, value in _node_values(node):
            fields.setdefault(name, []).append(value)
    for name, content, language in page.metas:
        known = _META.get(name)
        if known:
            fields.setdefault(known[0], []).append(StatedValue(f"meta:{name}", content, known[1], language))
    return fields


def _article_nodes(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the JSON-LD objects that describe an article, scholarly ones first."""
    others = []
    for script in scripts:
        for node in _nodes(_load_json(script)):
            types = _types(node)
            if types & SCHOLARLY:
                yield node
            elif types & _ARTICLES:
                others.append(node)
    yield from others


def _load_json(script: str) -> object:
    """Return the JSON of a script, with common faults mended (comments, final semicolon); None if it is invalid."""
    text = script.strip().removeprefix("<!--").removesuffix("-->").removeprefix("<![CDATA[").removesuffix("]]>")
    try:
        return json.loads(text.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(loaded: object) -> Iterator[dict[str, Any]]:
    """Yield the top-level objects of a JSON document and those in @graph and mainEntity; at most 5,000 values."""
    waiting = deque([loaded])
    seen = 0
    while waiting and seen < _MOST_NODES:
        item = waiting.popleft()
        seen += 1
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            yield item
            waiting.extend(value for key, value in item.items() if key in {"@graph", "mainEntity", "mainEntityOfPage"})


def _types(node: dict[str, Any]) -> set[str]:
    given = node.get("@type")
    return {
        kind.rpartition("/")[2].lower()
        for kind in (given if isinstance(given, list) else [given])
        if isinstance(kind, str)
    }


def _node_values(node: dict[str, Any]) -> Iterator[tuple[str, StatedValue]]:
    """Yield field name and value for the properties of an object; those of a non-scholarly object are trusted less."""
    scholarly = bool(_types(node) & SCHOLARLY)
    trust = 1.0 if scholarly else 0.6
    if scholarly:
        yield "scholarly", StatedValue("json_ld:@type", "ScholarlyArticle", 0.9)
    for key, name, confidence in _PROPERTIES:
        for value in _texts(node.get(key)):
            yield name, StatedValue(f"json_ld:{key}", value, confidence * trust)
    container = node.get("isPartOf")
    for _ in range(_DEEPEST_CONTAINER):
        if isinstance(container, dict):
            yield from _container_values(container, 0.85 * trust)
            container = container.get("isPartOf")


def _container_values(container: dict[str, Any], confidence: float) -> Iterator[tuple[str, StatedValue]]:
    """Yield volume, issue and ISSN of what an article is part of, and its name if it may be a journal."""
    for key, name in (("volumeNumber", "volume"), ("issueNumber", "issue"), ("issn", "issn"), ("name", "journal")):
        kinds = _types(container)
        if key != "name" or "periodical" in kinds or not kinds & _NO_JOURNALS:
            for text in _texts(container.get(key)):
                yield name, StatedValue(f"json_ld:isPartOf.{key}", text, confidence)


def _texts(value: object) -> Iterator[str]:
    """Yield the strings of a property, which may be text, a list, or an object with a name or a value."""
    for item in value[:200] if isinstance(value, list) else [value]:
        text = next((item[key] for key in _VALUES if key in item), None) if isinstance(item, dict) else item
        if isinstance(text, str | int) and not isinstance(text, bool) and str(text).strip():
            yield str(text)

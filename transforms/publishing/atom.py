"""Render changes of watches as Atom feeds (RFC 4287) and as lines of text.

Only counts, ids and links are published, never the text of an article.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from transforms.duplicates.article_ids import FIRST_HASHED_ID

NAMESPACE = "http://www.w3.org/2005/Atom"
MAX_ENTRIES = 100
MAX_ARTICLES = 50
"""Articles that an entry links to and names."""
_UUID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://hoofbeats/watch")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped (production Char of the recommendation)."""

Row = dict[str, Any]


def render_feed(name: str, title: str, events: Sequence[Row]) -> bytes:
    """Return an Atom feed of rows of `watch_counts`, the latest first, at most MAX_ENTRIES.

    `name` identifies the feed: its id is derived from it and must not change.
    """
    latest = sorted(events, key=lambda row: (row["counted_at"], row["watch_id"]), reverse=True)[:MAX_ENTRIES]
    root = etree.Element(_tag("feed"), nsmap={None: NAMESPACE})
    _add_element(root, "id", uuid.uuid5(_UUID_NAMESPACE, f"feed {name}").urn)
    _add_element(root, "title", title)
    _add_element(root, "updated", _timestamp(latest[0]["counted_at"] if latest else _EPOCH))
    _add_element(etree.SubElement(root, _tag("author")), "name", "Hoofbeats")
    for event in latest:
        _add_entry(root, event)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def headline(event: Row) -> str:
    """Return a change as one line: 'watch: 1 -> 2 articles'."""
    return f"{event['name']}: {event['previous']:,} -> {event['articles']:,} {_article_noun(event['articles'])}"


def summary(event: Row) -> str:
    """Return a change as a few lines: the counts and rate, the articles gained and lost, the catalog versions."""
    return "\n".join(_summary(event))


def _summary(event: Row) -> Iterator[str]:
    yield headline(event)
    yield f"counted: {event['combination']}"
    if event["population"]:
        yield (
            f"among {event['population']:,} articles, {event['with_abstract']:,} with an abstract;"
            f" {event['rate_per_million']:.3g} per million (95 %: {event['low']:.3g} to {event['high']:.3g})"
        )
    for word in ("gained", "lost"):
        listed = event[word]
        if listed:
            more = f" and {len(listed) - MAX_ARTICLES:,} more" if len(listed) > MAX_ARTICLES else ""
            yield f"{word}: {', '.join(map(article_name, listed[:MAX_ARTICLES]))}{more}"
    yield f"catalog version {event['version']}, before it {event['previous_version']}"


def article_name(article: int) -> str:
    """Return 'PMID 12', or 'article N' for an article without a PMID."""
    return f"article {article}" if article >= FIRST_HASHED_ID else f"PMID {article}"


def article_link(article: int) -> str | None:
    """Return the address of an article at PubMed; None for an article without a PMID."""
    return None if article >= FIRST_HASHED_ID else f"https://pubmed.ncbi.nlm.nih.gov/{article}/"


def _add_entry(root: Any, event: Row) -> None:  # noqa: ANN401 - lxml has no types
    entry = etree.SubElement(root, _tag("entry"))
    identity = f"event {event['watch_id']} {event['version']} {_timestamp(event['counted_at'])}"
    _add_element(entry, "id", uuid.uuid5(_UUID_NAMESPACE, identity).urn)
    _add_element(entry, "title", headline(event))
    _add_element(entry, "updated", _timestamp(event["counted_at"]))
    etree.SubElement(entry, _tag("category"), term=event["watch_id"], label=_xml_text(event["name"]))
    for article in [*event["gained"], *event["lost"]][:MAX_ARTICLES]:
        link = article_link(article)
        if link:
            etree.SubElement(entry, _tag("link"), rel="related", href=link, title=article_name(article))
    _add_element(entry, "content", summary(event), type="text")


def _add_element(parent: Any, name: str, text: str, **attributes: str) -> None:  # noqa: ANN401
    etree.SubElement(parent, _tag(name), **attributes).text = _xml_text(text)


def _xml_text(text: str) -> str:
    """Return a text with U+FFFD in place of each character that XML forbids: names come from files of all kinds."""
    return _NOT_XML.sub("\ufffd", text)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _timestamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _article_noun(number: int) -> str:
    return "article" if number == 1 else "articles"

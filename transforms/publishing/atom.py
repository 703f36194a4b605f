"""Changes of watches as Atom feeds (RFC 4287): counts, ids and links, never the words of an article."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

NAMESPACE = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 100
MOST_ARTICLES = 50
"""Articles an entry links to."""
_FIRST_NUMBER_WITHOUT_PMID = 2**62
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://hoofbeats/watch")
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Row = dict[str, Any]


def feed(name: str, title: str, events: Sequence[Row]) -> bytes:
    """A feed of rows of `watch_counts`, the latest first. `name`: what is the same for the same feed for ever."""
    latest = sorted(events, key=lambda row: (row["counted_at"], row["watch_id"]), reverse=True)[:MOST_ENTRIES]
    root = etree.Element(_tag("feed"), nsmap={None: NAMESPACE})
    _add(root, "id", uuid.uuid5(_SPACE, f"feed {name}").urn)
    _add(root, "title", title)
    _add(root, "updated", _time(latest[0]["counted_at"] if latest else _NEVER))
    _add(etree.SubElement(root, _tag("author")), "name", "Hoofbeats")
    for event in latest:
        _entry(root, event)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def headline(event: Row) -> str:
    """A change in one line."""
    return f"{event['name']}: {event['previous']:,} -> {event['articles']:,} {_articles(event['articles'])}"


def summary(event: Row) -> str:
    """A change in a few lines: the count among how many, what came and went, what it was counted as."""
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
            further = f" and {len(listed) - MOST_ARTICLES:,} more" if len(listed) > MOST_ARTICLES else ""
            yield f"{word}: {', '.join(map(article_name, listed[:MOST_ARTICLES]))}{further}"
    yield f"catalog version {event['version']}, before it {event['previous_version']}"


def article_name(article: int) -> str:
    """An article by its PMID where it has one."""
    return f"article {article}" if article >= _FIRST_NUMBER_WITHOUT_PMID else f"PMID {article}"


def article_link(article: int) -> str | None:
    """Where PubMed shows an article; None for one without a PMID."""
    return None if article >= _FIRST_NUMBER_WITHOUT_PMID else f"https://pubmed.ncbi.nlm.nih.gov/{article}/"


def _entry(root: Any, event: Row) -> None:  # noqa: ANN401 - lxml has no types
    entry = etree.SubElement(root, _tag("entry"))
    told = f"event {event['watch_id']} {event['version']} {_time(event['counted_at'])}"
    _add(entry, "id", uuid.uuid5(_SPACE, told).urn)
    _add(entry, "title", headline(event))
    _add(entry, "updated", _time(event["counted_at"]))
    etree.SubElement(entry, _tag("category"), term=event["watch_id"], label=event["name"])
    for article in [*event["gained"], *event["lost"]][:MOST_ARTICLES]:
        link = article_link(article)
        if link:
            etree.SubElement(entry, _tag("link"), rel="related", href=link, title=article_name(article))
    _add(entry, "content", summary(event), type="text")


def _add(parent: Any, name: str, text: str, **attributes: str) -> None:  # noqa: ANN401
    etree.SubElement(parent, _tag(name), **attributes).text = text


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _articles(number: int) -> str:
    return "article" if number == 1 else "articles"

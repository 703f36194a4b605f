"""Files, directory listings, web pages and a feed of the demo server."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from flows.demo_literature.eutils_service import Reply
from flows.demo_literature.records import NOTICE, Release, SampleArticle, strip_inline_tags

ROBOTS = b"User-agent: *\nDisallow: /pages/private/\nCrawl-delay: 0.01\n"
MAX_FEED_ENTRIES = 20


def listing(path: str, files: Sequence[tuple[Release, int]]) -> Reply:
    """Return a directory listing as NCBI's server renders it: files with date and size, each followed by its .md5."""
    lines = ['<a href="../">Parent Directory</a>                             -']
    for release, size in files:
        for name, bytes_ in ((release.name, size), (f"{release.name}.md5", 60)):
            lines.append(f'<a href="{name}">{name}</a>      {release.released_on} 14:03  {max(1, bytes_ // 1024)}K')
    body = "\n".join(lines)
    page = (
        f"<html>\n<head><title>Index of {path}</title></head>\n<body>\n<h1>Index of {path}</h1>\n<pre>{body}\n</pre>\n"
    )
    return 200, "text/html;charset=UTF-8", f"{page}</body></html>\n".encode()


def md5(name: str, content: bytes, fault: str | None) -> Reply:
    """Return the .md5 of a file; `fault` is 'wrong_md5' or None."""
    digest = hashlib.md5(content + (b"?" if fault == "wrong_md5" else b"")).hexdigest()  # noqa: S324 - PubMed's own choice
    return 200, "text/plain", f"MD5({name})= {digest}\n".encode()


def page(article: SampleArticle) -> Reply:
    """Return a landing page like a publisher's: citation metadata in the head, the abstract in the body."""
    metadata = {
        "citation_title": strip_inline_tags(article.title),
        "citation_pmid": str(article.pmid),
        "citation_doi": article.doi,
        "citation_journal_title": article.journal.title,
        "citation_publication_date": article.published.first_day.isoformat(),
    }
    head = "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in metadata.items() if value)
    authors = "\n".join(
        f'<meta name="citation_author" content="{escape(f"{author.family}, {author.given}")}">'
        for author in article.authors
        if author.family
    )
    paragraphs = "\n".join(
        f"<p>{f'<strong>{escape(section.label)}: </strong>' if section.label else ''}{section.text}</p>"
        for section in article.sections
    )
    title = escape(strip_inline_tags(article.title))
    body = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f"{head}\n{authors}\n</head>\n<body><main><h1>{article.title}</h1>\n"
        f'<section id="abstract" class="abstract"><h2>Abstract</h2>\n{paragraphs}</section></main>\n'
        f"<footer>{escape(NOTICE)}</footer></body></html>\n"
    )
    return 200, "text/html; charset=utf-8", body.encode()


def feed(articles: Mapping[int, SampleArticle], base: str, day: date) -> Reply:
    """Return an Atom feed of the pages of the latest records."""
    latest = sorted(articles.values(), key=lambda article: (article.entered, article.pmid), reverse=True)[
        :MAX_FEED_ENTRIES
    ]
    entries = "\n".join(
        f"<entry><id>{base}/pages/{article.pmid}.html</id><title>{escape(strip_inline_tags(article.title))}</title>"
        f'<link href="{base}/pages/{article.pmid}.html"/><updated>{article.entered}T00:00:00Z</updated></entry>'
        for article in latest
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{base}/feed.xml</id><title>{escape(NOTICE)}</title><updated>{day}T00:00:00Z</updated>\n{entries}\n</feed>\n"
    )
    return 200, "application/atom+xml", body.encode()

"""What comes of a web page: an `Extraction`, each value with how it was found, or a `Rejection` with its reason.

Reasons of this package:

    not_html, too_large, too_deep     the payload cannot be read as a page
    bot_wall, login_wall              the page asks for a browser, a captcha or an account instead
    error_page                        the page says that it is not there or that the service failed
    search_results                    the page lists articles
    empty                             the page shows next to no text
    no_article                        the page shows text, but nothing that is an article's
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from transforms.text.section_marks import Mark

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Rejection:
    """Why a page gave nothing: a fixed word and the reason in full."""

    reason: str
    detail: str


class Finding(NamedTuple):
    """How a value was found.

    step: the rule that gave it, e.g. 'json_ld:abstract', 'meta:citation_doi', 'container:PubMed', 'heading:abstract'.
    confidence: from 0 to 1; an independent step that agrees raises it, one that disagrees lowers it.
    agreeing, disagreeing: the other steps that found the same, and those that found something else.
    """

    step: str
    confidence: float
    agreeing: Steps = ()
    disagreeing: Steps = ()


@dataclass(frozen=True)
class Extraction:
    """An article as a page shows it; what it does not say is None.

    text: what was asked for: the abstract (mode 'abstract'), or the full text with its line breaks (mode 'article').
    abstract: one line, as the page writes it, labels of its parts included; `marks` are spans in it.
    date: of publication, ISO 8601 as exact as known: '2019-04-15', '1977-01', '1955'. language: ISO 639-1, 'en'.
    truncated: the page itself shows only the beginning of the abstract.
    findings: how each of the other values was found, by its name.
    """

    url: str
    title: str | None
    abstract: str | None
    text: str | None
    doi: str | None = None
    pmid: int | None = None
    pmcid: str | None = None
    date: str | None = None
    journal: str | None = None
    language: str | None = None
    authors: Steps = ()
    issn: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    marks: tuple[Mark, ...] = ()
    truncated: bool = False
    findings: Mapping[str, Finding] = field(default_factory=dict)

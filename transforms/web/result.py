"""The result of reading a web page: an `Extraction`, in which each value has its origin, or a `Rejection`.

Reasons for rejection:

    not_html            the payload is something else than a page: a PDF, an image, JSON
    too_large           the page is larger than 16 MB
    too_deep            elements are nested too deeply, and what could be read shows no abstract
    bot_wall            the page asks for a browser, cookies or a captcha
    login_wall          the page asks for an account
    error_page          the page says that it does not exist or that the service failed
    search_results      the page lists several articles
    empty               the page shows hardly any text
    no_article          the page shows text, but none that is an article's

`flows.prepare` adds `uncertain`, `timed_out`, `crashed` and `failed`, and the reasons of a damaged payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from transforms.text.section_marks import Mark

PASSING_REASONS = frozenset(("bot_wall", "login_wall", "error_page", "empty"))
"""Reasons that concern the site at that moment rather than the page: another attempt may find the article."""

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Rejection:
    """A page without an article: the reason as a fixed word, and in full."""

    reason: str
    detail: str


class Finding(NamedTuple):
    """The origin of a value and how sure it is.

    step: the rule that found it, e.g. 'json_ld:abstract', 'meta:citation_doi', 'container:PubMed', 'heading:abstract'.
    confidence: 0 to 1; raised by independent steps that agree, lowered by steps that disagree.
    agreeing, disagreeing: the other steps that found the same value, and those that found another.
    """

    step: str
    confidence: float
    agreeing: Steps = ()
    disagreeing: Steps = ()


@dataclass(frozen=True)
class Extraction:
    """An article as a page shows it; a value that the page does not give is None.

    text: the abstract (mode 'abstract'), or the full text with its line breaks (mode 'article').
    abstract: on one line, including the labels of its parts; marks: spans in it, in code points.
    date: of publication, ISO 8601, as precise as known: '2019-04-15', '1977-01', '1955'. language: ISO 639-1, 'en'.
    truncated: whether the page shows only the beginning of the abstract.
    findings: value name -> its origin.
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

"""Decides whether a page without article metadata shows a scholarly article, by signs around its abstract.

    sign                                                             example
    the address is an article's                                      https://read.qxmd.com/read/12345678
    Dublin Core or similar tags state an abstract, ISSN or volume    <meta name="DCTERMS.abstract" ...>
    the abstract is in a place that only article pages have          <section data-title="Abstract">
    a heading over it means an abstract and nothing else             Abstract
    it has two labels of a structured abstract                       Background: ... Results: ...
    an identifier is shown near it                                   doi:10.5555/made.1
    headings that only records of articles have                      Keywords, Full text links

A class with 'abstract', id="description" or a heading 'Summary' is none: teasers of news, descriptions of goods and
notices of subscriptions have them too.
"""

import re
from collections.abc import Sequence

from transforms.rules import load_rules
from transforms.text.section_marks import is_label
from transforms.web.abstracts import Abstract
from transforms.web.choose import Choice
from transforms.web.containers import is_specific_container
from transforms.web.fields import identifiers_in_address, letters_and_digits
from transforms.web.metadata import ABSTRACT, Fields
from transforms.web.tree import Block, normalize_heading

_SIGNS = load_rules("web_article_signs")
_HOSTS = tuple(_SIGNS["hosts"])
_HEADINGS = frozenset(_SIGNS["headings"])
_ABSTRACT_HEADINGS = frozenset(_SIGNS["abstract_headings"])
_STATED_ONLY_FOR_ARTICLES = (ABSTRACT, "issn", "volume")
_IDENTIFIER = re.compile(
    r"\b10\.\d{4,9}/\S|\bPMID\b:?\s*\d{4,9}\b|\bPMC\d{5,9}\b|\barXiv:\d{4}\.\d{4,5}\b|\bISSN\b:?\s*\d{4}-\d{3}[\dxX]\b",
    re.IGNORECASE,
)
_LABELLED_LINE = re.compile(r"([^:：]{2,40})[:：]")
_NEAR = 1_000
"""Code points after the abstract in which an identifier is the article's own; further below it is often one cited."""
_LONGEST_BEFORE = 300
"""Code points of a line above the abstract; an identifier in a longer one is cited in prose."""
_LEAST_LABELS = 2
_BEGINNING = 40


def shows_article(choice: Choice | None, fields: Fields, lines: Sequence[Block], url: str) -> bool:
    """Whether a page without article metadata shows an article.

    choice: the text taken for the abstract, None where there is none; lines: what the page shows.
    """
    if is_article_address(url) or _states_article(fields):
        return True
    if any(_is_article_heading(line.text) for line in lines):
        return True
    if choice is None:
        return False
    if is_specific_container(choice.finding.step, url) or _is_headed(choice, lines) or _is_structured(choice.abstract):
        return True
    return _is_identified(choice.abstract, lines)


def is_article_address(url: str) -> bool:
    """Whether an address holds a DOI, PMID or PMCID, or is on a site that shows nothing but records of articles."""
    return bool(identifiers_in_address(url)) or any(host in url.lower()[:200] for host in _HOSTS)


def _states_article(fields: Fields) -> bool:
    """Whether meta tags state what only articles have."""
    return any(value.step.startswith("meta:") for name in _STATED_ONLY_FOR_ARTICLES for value in fields.get(name, ()))


def _is_article_heading(text: str) -> bool:
    """Whether a line is or begins with a heading that only records of articles have: 'Keywords: gout'."""
    if len(text) <= _BEGINNING and normalize_heading(text) in _HEADINGS:
        return True
    label = _LABELLED_LINE.match(text)
    return label is not None and normalize_heading(label[1]) in _HEADINGS


def _is_headed(choice: Choice, lines: Sequence[Block]) -> bool:
    """Whether the heading of the abstract, a line of its own or run in, means an abstract and nothing else."""
    if normalize_heading(choice.abstract.heading) in _ABSTRACT_HEADINGS:
        return True
    if choice.finding.step.partition(":")[2] not in {"heading", "run_in"}:
        return False
    label = _run_in_label(choice.abstract, lines)
    return any(
        normalize_heading(line.text) in _ABSTRACT_HEADINGS for line in lines if len(line.text) <= _BEGINNING
    ) or (normalize_heading(label) in _ABSTRACT_HEADINGS)


def _run_in_label(abstract: Abstract, lines: Sequence[Block]) -> str:
    """The words before the abstract in its own first line, '' if there are none: 'Abstract: We saw' -> 'Abstract:'."""
    beginning = abstract.parts[0][:_BEGINNING]
    return next((line.text.partition(beginning)[0] for line in lines if beginning in line.text), "")


def _is_structured(abstract: Abstract) -> bool:
    """Whether the abstract has several labels of a structured abstract, such as 'Background' and 'Results'."""
    text = abstract.text
    labels = {letters_and_digits(words) for mark in abstract.marks() if is_label(words := text[mark.start : mark.end])}
    return len(labels) >= _LEAST_LABELS


def _is_identified(abstract: Abstract, lines: Sequence[Block]) -> bool:
    """Whether an identifier is shown above the abstract or shortly below it."""
    beginning = abstract.parts[0][:_BEGINNING]
    first = next((number for number, line in enumerate(lines) if beginning in line.text), 0)
    if any(_IDENTIFIER.search(line.text) for line in lines[:first] if len(line.text) <= _LONGEST_BEFORE):
        return True
    below = "\n".join(line.text for line in lines[first : first + 100])[: abstract.length + _NEAR]
    return bool(_IDENTIFIER.search(below))

"""Finds the abstract in the body of a page, in its containers or below a heading.

Steps, the most reliable first:

    known container     an XPath for the publisher's pages (rules/web_containers.toml)
    any container       <div class="article-abstract">...</div>: class or id has a word with 'abstract'
    heading             <h2>Summary</h2><p>...</p>: the text below, up to the next heading of that rank
    below the title     a container that also holds the title: the prose after the title
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import dropwhile, islice
from typing import NamedTuple

from lxml import etree

from transforms.rules import load_rules
from transforms.text.normalize import clean_text
from transforms.web.abstracts import LONGEST_ABSTRACT, Abstract, find_abstracts
from transforms.web.boilerplate import (
    ABSTRACT_HEADINGS,
    AMBIGUOUS_HEADINGS,
    OTHER_HEADINGS,
    begins_with_label,
    is_prose,
)
from transforms.web.tree import (
    HEADINGS,
    Block,
    Element,
    PageSurvey,
    element_text,
    is_hidden,
    is_longer_than,
    normalize_heading,
    read_blocks,
)

CONTAINER_HINT = "bstract"
"""Part of 'Abstract' and 'abstract': a cheap test before the words of a class or id are compared."""


class KnownContainer(NamedTuple):
    """The container of a publisher or repository.

    host: part of the address, '' for software that many hosts run; generic: whether other pages have such elements too.
    """

    name: str
    host: str
    find: etree.XPath
    generic: bool


class PageAbstracts(NamedTuple):
    """The abstracts that a step found in the body; none if it found an empty place for an abstract."""

    step: str
    confidence: float
    abstracts: tuple[Abstract, ...]


KNOWN_CONTAINERS = tuple(
    KnownContainer(item["name"], item["host"], etree.XPath(item["xpath"]), item.get("generic", False))
    for item in load_rules("web_containers")["container"]
)
_NOT_ABSTRACT = frozenset((
    "graphical", "visual", "video", "highlights", "highlight", "link", "links", "btn", "button", "tab", "tabs", "nav",
    "menu", "toc", "icon", "toggle", "keyword", "keywords", "url", "image", "img", "fig", "figure", "teaser",
    "toolbar", "actions", "action", "share", "metrics", "related", "list", "results", "counter", "lay", "plain",
    "author-summary", "translate", "reference", "references", "citing", "cited", "recommended", "similar", "sidebar",
    "card", "translation", "preview-image", "tooltip", "modal", "popup", "dropdown",
    "breadcrumb", "search",
))  # fmt: skip
_OTHER_ARTICLES = re.compile(
    r"(?<![a-z])(?:related|recommended|recommendations?|similar|suggested|citing|citedby)(?![a-z])", re.IGNORECASE
)
_MOST_ANCESTORS = 8
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NEVER_CONTAINERS = frozenset(("html", "body", "main", "title", "label", "strong", "b", "dt", "header"))
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_CONTAINERS = 60
_MOST_NESTED = 5  # containers within containers
_FEWEST_LANGUAGES = 2
_TAGGED = etree.XPath(".//*[@lang][self::div or self::section or self::p or self::span]")
_MOST_TEXT = 2 * LONGEST_ABSTRACT
_MOST_HEADINGS = 40
_MOST_FOLLOWING = 300
_MOST_CLIMBED = 4
_RANK_OF_BOLD = 4  # of a heading that is only bold text


def find_abstract(page: PageSurvey, url: str, *, scholarly: bool) -> PageAbstracts | None:
    """Return the abstracts in the body of the page; None if no step finds one or an empty place for one.

    scholarly: whether the metadata are an article's. On any other page a heading such as 'Summary' may mean anything.
    """
    headings = ABSTRACT_HEADINGS if scholarly else ABSTRACT_HEADINGS - AMBIGUOUS_HEADINGS
    return (
        _in_known_container(page, url)
        or _in_container(page)
        or _below_heading(page, headings)
        or _below_title(page)
        or _in_known_container(page, None)
    )


def _in_known_container(page: PageSurvey, url: str | None) -> PageAbstracts | None:
    """Search the containers known for the host of the address, or all known containers if `url` is None."""
    host = "" if url is None else url.lower()[:200]
    for known in KNOWN_CONTAINERS:
        if url is None or (known.host and known.host in host):
            abstracts = _abstracts_in(_outermost(known.find(page.root)))
            if abstracts:
                return PageAbstracts(f"container:{known.name}", 0.9, tuple(abstracts))
    return None


def is_specific_container(step: str, url: str) -> bool:
    """Whether a step is a known container that only pages of articles have: of this host, or of article software."""
    host = url.lower()[:200]
    name = step.removeprefix("container:")
    return any(
        known.name == name and not known.generic and (not known.host or known.host in host)
        for known in KNOWN_CONTAINERS
    )


def _in_container(page: PageSurvey) -> PageAbstracts | None:
    """Search the outermost containers (by class and id) that hold an abstract but not the whole page."""
    remaining = [element for element in page.containers[:_MOST_CONTAINERS] if _is_abstract_container(element)]
    for _ in range(_MOST_NESTED):
        outer = _outermost(remaining)
        abstracts = _abstracts_in(
            element for element in outer if not _is_whole_page(element) and not _is_among_other_articles(element)
        )
        if abstracts:
            return PageAbstracts("container:abstract", 0.8, tuple(abstracts))
        remaining = [element for element in remaining if element not in outer]
    return None


def _abstracts_in(elements: Iterable[Element]) -> list[Abstract]:
    """Return the abstracts in these elements; only those with a heading of their own if there are any."""
    abstracts: list[Abstract] = []
    groups = [part for group in _group_paragraphs(elements) for part in _by_language(group)]
    for group in groups:
        heading = _heading_before(group[0])
        if heading in OTHER_HEADINGS or any(is_longer_than(element, _MOST_TEXT) for element in group):
            continue
        lines = [Block(heading, 1)] if heading in ABSTRACT_HEADINGS else []
        for element in group:
            lines += read_blocks(element)
        abstracts += find_abstracts(lines, _stated_language(group[0]) if len(groups) > 1 else None)
    headed = [abstract for abstract in abstracts if abstract.heading]
    return _distinct(headed or abstracts)


def _is_skipped(element: Element, language: str | None) -> bool:
    """Whether an element between a heading and its container is skipped: an anchor, a text in another language."""
    return element.tag == "a" or (language is not None and element.get("lang", language) != language)


def _by_language(group: list[Element]) -> list[list[Element]]:
    """Split a single container into its parts with a `lang` attribute, if they have several languages."""
    tagged = _TAGGED(group[0]) if len(group) == 1 else []
    if len({part.get("lang") for part in tagged}) < _FEWEST_LANGUAGES:
        return [group]
    return [[part] for part in _outermost(tagged)]


def _below_title(page: PageSurvey) -> PageAbstracts | None:
    """Search containers that also hold the title: the abstract is the prose after the title."""
    for element in page.containers[:_MOST_CONTAINERS]:
        if (
            _is_abstract_container(element)
            and next(element.iter("h1"), None) is not None
            and not is_longer_than(element, _MOST_TEXT)
        ):
            lines = read_blocks(element)
            below = max((number + 1 for number, line in enumerate(lines) if line.rank == 1), default=0)
            abstracts = find_abstracts(
                dropwhile(lambda line: not (is_prose(line.text) or begins_with_label(line)), lines[below:])
            )
            if abstracts:
                return PageAbstracts("container:below title", 0.6, tuple(abstracts))
    return None


def _heading_before(element: Element) -> str:
    """Return the normalized heading directly before an element, '' if there is none."""
    language = element.get("lang")
    before = next(
        (sibling for sibling in element.itersiblings(preceding=True) if not _is_skipped(sibling, language)), None
    )
    if before is None or not isinstance(before.tag, str):
        return ""
    heading = before if before.tag in HEADINGS else next(before.iter(*HEADINGS), None) if len(before) < 4 else None
    return normalize_heading(element_text(heading)) if heading is not None else ""


def _distinct(abstracts: list[Abstract]) -> list[Abstract]:
    seen: dict[str, Abstract] = {}
    for abstract in abstracts:
        seen.setdefault(abstract.text, abstract)
    return list(seen.values())


def _group_paragraphs(elements: Iterable[Element]) -> Iterator[list[Element]]:
    """Yield elements in groups; sibling paragraphs of one class form one group.

    Some pages mark each paragraph of an abstract: <p class="abstract">One.</p><p class="abstract">Two.</p>.
    """
    group: list[Element] = []
    for element in elements:
        if group and not (
            element.getparent() is group[-1].getparent()
            and element.tag == group[-1].tag == "p"
            and element.get("class") == group[-1].get("class")
        ):
            yield group
            group = []
        group.append(element)
    if group:
        yield group


def _outermost(elements: Iterable[Element]) -> list[Element]:
    """Return the elements that are inside none of the others, in the order of the page."""
    given = list(elements)
    if len(given) < 2:
        return given
    chosen = set(given)
    return [element for element in given if not any(above in chosen for above in element.iterancestors())]


def _is_abstract_container(element: Element) -> bool:
    """Whether a class or id names an abstract and nothing that goes with one, such as a tab or a share button."""
    if element.tag in _NEVER_CONTAINERS or element.tag in HEADINGS or is_hidden(element):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    words = {word.lower() for word in _TOKEN.findall(named)}
    return not words & _NOT_ABSTRACT and any("abstract" in word for word in words)


def _is_among_other_articles(element: Element) -> bool:
    """Whether an element is part of a list of other articles."""
    return any(is_about_other_articles(above) for above in islice(element.iterancestors(), _MOST_ANCESTORS))


def is_about_other_articles(element: Element) -> bool:
    """Whether class or id name other articles: related, recommended or citing ones."""
    if element.tag in {"aside", "footer"}:
        return True
    named, identifier = element.get("class"), element.get("id")
    return bool((named and _OTHER_ARTICLES.search(named)) or (identifier and _OTHER_ARTICLES.search(identifier)))


def _is_whole_page(element: Element) -> bool:
    """Whether an element also holds the title of the article or the navigation of the site."""
    return next(element.iter("h1", "nav"), None) is not None


def _stated_language(element: Element) -> str | None:
    """Return the `lang` attribute of an element or of one of its two closest ancestors."""
    for near in islice(_with_ancestors(element), 3):
        language = near.get("lang") or near.get(_LANGUAGE) or near.get("xml:lang")
        if language:
            return str(language)
    return None


def _with_ancestors(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _below_heading(page: PageSurvey, headings: frozenset[str]) -> PageAbstracts | None:
    """Search below headings such as Abstract: the lines up to the next heading of that rank.

    If there are no lines, the result without abstracts says that the page has an empty place for one.
    """
    empty = None
    abstracts: list[Abstract] = []
    step = ""
    for heading in page.headings[:_MOST_HEADINGS]:
        form = normalize_heading(element_text(heading))
        if form not in headings or any(form == normalize_heading(abstract.heading) for abstract in abstracts):
            continue
        if form in AMBIGUOUS_HEADINGS and _is_last_label(heading):
            continue
        lines = _lines_below(heading)
        following = find_abstracts([Block(form, _rank(heading) or _RANK_OF_BOLD), *lines])
        step = step or (f"heading:{form}" if following else "")
        abstracts += following[:1]
        if not lines and _rank(heading):
            empty = PageAbstracts(f"heading:{form}", 0.5, ())
    return PageAbstracts(step, 0.75, tuple(_distinct(abstracts))) if abstracts else empty


def _is_last_label(heading: Element) -> bool:
    """Whether a bold 'Summary' labels the last part of a structured abstract: the paragraph above has a label too."""
    above = heading.getparent()
    before = None if _rank(heading) or above is None else above.getprevious()
    lines = read_blocks(before) if before is not None and before.tag == "p" else []
    return bool(lines) and begins_with_label(lines[0])


def _rank(heading: Element) -> int:
    """Return the rank of a heading element or of the heading around it, 1 to 6; 0 for bold text and similar."""
    for element in islice(_with_ancestors(heading), 3):
        if element.tag in HEADINGS:
            return HEADINGS[element.tag]
    return 0


def _lines_below(heading: Element) -> list[Block]:
    """Return the lines after a heading, among its siblings or, if there are none, among those of its ancestors.

    <div><h2>Abstract</h2></div><p>One.</p>  ->  "One.": the heading is alone in its div, so the div's siblings follow.
    """
    rank = _rank(heading)
    element = heading
    for _ in range(_MOST_CLIMBED):
        lines = _lines_after(element, rank)
        if lines:
            return lines
        above = element.getparent()
        if above is None or above.tag in {"body", "section", "article", "main"}:
            break
        element = above
    return []


def _lines_after(element: Element, rank: int) -> list[Block]:
    """Return the lines of the siblings after an element, up to a heading of that rank or a very long element."""
    gathered = etree.Element("div")
    gathered.text = _tail(element)
    for sibling in islice(element.itersiblings(), _MOST_FOLLOWING):
        if rank and isinstance(sibling.tag, str) and _begins_with_heading(sibling, rank):
            break
        if is_longer_than(sibling, _MOST_TEXT):
            break
        gathered.append(deepcopy(sibling))
    return read_blocks(gathered)


def _tail(element: Element) -> str:
    """Return the text after an element, without control characters, which lxml does not accept in a tree."""
    text = element.tail or ""
    return clean_text(text) + (" " if text[-1:].isspace() else "")


def _begins_with_heading(element: Element, rank: int) -> bool:
    """Whether an element is or begins with a heading of this rank or a higher one."""
    heading = element if element.tag in HEADINGS else next(element.iter(*HEADINGS), None)
    if heading is None or HEADINGS[heading.tag] > rank:
        return False
    return heading is element or not (element.text or "").strip()

"""The abstract in the page's own containers and below its headings.

Three steps, from the surest on: containers known by name (web_containers.toml); any element whose class or id speaks of
an abstract; what follows a heading that says Abstract or Summary, in many languages.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from itertools import dropwhile, islice
from typing import NamedTuple

from lxml import etree

from transforms.rules import load_rules
from transforms.text.normalize import clean_text
from transforms.web.abstracts import LONGEST_ABSTRACT, Version, versions
from transforms.web.boilerplate import (
    ABSTRACT_HEADINGS,
    AMBIGUOUS_HEADINGS,
    OTHER_HEADINGS,
    begins_with_label,
    is_prose,
)
from transforms.web.tree import HEADINGS, Block, Element, Survey, blocks, heading_form, is_longer, is_unseen, text_of

CONTAINER_HINT = "bstract"


class Known(NamedTuple):
    """A container known by name."""

    name: str
    host: str
    find: etree.XPath


class Shown(NamedTuple):
    """What of a page is its abstract: by which step, in which versions; none where an abstract's place is empty."""

    step: str
    confidence: float
    versions: tuple[Version, ...]


KNOWN = tuple(
    Known(item["name"], item["host"], etree.XPath(item["xpath"])) for item in load_rules("web_containers")["container"]
)
_NOT_ABSTRACT = frozenset((
    "graphical", "visual", "video", "highlights", "highlight", "link", "links", "btn", "button", "tab", "tabs", "nav",
    "menu", "toc", "icon", "toggle", "keyword", "keywords", "url", "image", "img", "fig", "figure", "teaser",
    "toolbar", "actions", "action", "share", "metrics", "related", "list", "results", "counter", "lay", "plain",
    "author-summary", "translate", "reference", "references", "citing", "cited", "recommended", "similar", "sidebar",
    "card", "translation", "preview-image", "tooltip", "modal", "popup", "dropdown",
    "breadcrumb", "search",
))  # fmt: skip
_OTHERS = re.compile(
    r"(?<![a-z])(?:related|recommended|recommendations?|similar|suggested|citing|citedby)(?![a-z])", re.IGNORECASE
)
_HIGHEST_LOOK = 8
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NEVER_CONTAINERS = frozenset(("html", "body", "main", "title", "label", "strong", "b", "dt", "header"))
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MOST_CONTAINERS = 60
_MOST_NESTED = 5
_FEWEST_LANGUAGES = 2
_TAGGED = etree.XPath(".//*[@lang][self::div or self::section or self::p or self::span]")
_MOST_TEXT = 2 * LONGEST_ABSTRACT
_MOST_HEADINGS = 40
_MOST_FOLLOWING = 300
_HIGHEST_CLIMB = 4
_RANK_OF_OTHERS = 4


def find(page: Survey, url: str, *, scholarly: bool) -> Shown | None:
    """The abstract as the page shows it; None where no step finds one or its place.

    scholarly: the head names an article. Elsewhere what a heading such as 'Summary' begins may be of anything.
    """
    headings = ABSTRACT_HEADINGS if scholarly else ABSTRACT_HEADINGS - AMBIGUOUS_HEADINGS
    return _known(page, url) or _contained(page) or _headed(page, headings) or _below_title(page) or _known(page, None)


def _known(page: Survey, url: str | None) -> Shown | None:
    """By the containers of the page's host; by all of them where `url` is None."""
    host = "" if url is None else url.lower()[:200]
    for known in KNOWN:
        if url is None or (known.host and known.host in host):
            found = _of_elements(_outermost(known.find(page.root)))
            if found:
                return Shown(f"container:{known.name}", 0.9, tuple(found))
    return None


def _contained(page: Survey) -> Shown | None:
    """By class and id: the outermost such elements that hold an abstract and not the whole page."""
    remaining = [element for element in page.containers[:_MOST_CONTAINERS] if _speaks_of_abstract(element)]
    for _ in range(_MOST_NESTED):
        outer = _outermost(remaining)
        found = _of_elements(element for element in outer if not _is_wide(element) and not _is_among_others(element))
        if found:
            return Shown("container:abstract", 0.8, tuple(found))
        remaining = [element for element in remaining if element not in outer]
    return None


def _of_elements(elements: Iterable[Element]) -> list[Version]:
    """The abstracts in some elements; those below a heading of their own before others."""
    found: list[Version] = []
    groups = [part for group in _together(elements) for part in _by_language(group)]
    for group in groups:
        heading = _heading_before(group[0])
        if heading in OTHER_HEADINGS or any(is_longer(element, _MOST_TEXT) for element in group):
            continue
        lines = [Block(heading, 1)] if heading in ABSTRACT_HEADINGS else []
        for element in group:
            lines += blocks(element)
        found += versions(lines, _language_of(group[0]) if len(groups) > 1 else None)
    headed = [version for version in found if version.heading]
    return _distinct(headed or found)


def _is_passed_over(element: Element, language: str | None) -> bool:
    """Whether an element between a heading and a container says nothing: an anchor, the text in another language."""
    return element.tag == "a" or (language is not None and element.get("lang", language) != language)


def _by_language(group: list[Element]) -> list[list[Element]]:
    """A container by the languages its parts are said to be in, if there are several; else as it is."""
    tagged = _TAGGED(group[0]) if len(group) == 1 else []
    if len({part.get("lang") for part in tagged}) < _FEWEST_LANGUAGES:
        return [group]
    return [[part] for part in _outermost(tagged)]


def _below_title(page: Survey) -> Shown | None:
    """By class and id, where the element holds the title too: the prose that follows the title in it."""
    for element in page.containers[:_MOST_CONTAINERS]:
        if (
            _speaks_of_abstract(element)
            and next(element.iter("h1"), None) is not None
            and not is_longer(element, _MOST_TEXT)
        ):
            lines = blocks(element)
            below = max((number + 1 for number, line in enumerate(lines) if line.rank == 1), default=0)
            found = versions(
                dropwhile(lambda line: not (is_prose(line.text) or begins_with_label(line)), lines[below:])
            )
            if found:
                return Shown("container:below title", 0.6, tuple(found))
    return None


def _heading_before(element: Element) -> str:
    """The heading that stands right before an element, as it is looked up; '' where there is none."""
    language = element.get("lang")
    before = next((one for one in element.itersiblings(preceding=True) if not _is_passed_over(one, language)), None)
    if before is None or not isinstance(before.tag, str):
        return ""
    heading = before if before.tag in HEADINGS else next(before.iter(*HEADINGS), None) if len(before) < 4 else None
    return heading_form(text_of(heading)) if heading is not None else ""


def _distinct(found: list[Version]) -> list[Version]:
    seen: dict[str, Version] = {}
    for version in found:
        seen.setdefault(version.text, version)
    return list(seen.values())


def _together(elements: Iterable[Element]) -> Iterator[list[Element]]:
    """Neighbours of one name and class as one: the paragraphs of an abstract are marked one by one on some pages."""
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
    """Those in no other of them, in the page's order."""
    given = list(elements)
    if len(given) < 2:
        return given
    chosen = set(given)
    return [element for element in given if not any(above in chosen for above in element.iterancestors())]


def _speaks_of_abstract(element: Element) -> bool:
    if element.tag in _NEVER_CONTAINERS or element.tag in HEADINGS or is_unseen(element):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    words = {word.lower() for word in _TOKEN.findall(named)}
    return not words & _NOT_ABSTRACT and any("abstract" in word for word in words)


def _is_among_others(element: Element) -> bool:
    return any(is_of_others(above) for above in islice(element.iterancestors(), _HIGHEST_LOOK))


def is_of_others(element: Element) -> bool:
    """Whether an element is named for other articles: related, recommended, citing ones."""
    if element.tag in {"aside", "footer"}:
        return True
    named, identifier = element.get("class"), element.get("id")
    return bool((named and _OTHERS.search(named)) or (identifier and _OTHERS.search(identifier)))


def _is_wide(element: Element) -> bool:
    """Whether an element holds more than an abstract: the article's title, or the site's navigation."""
    return next(element.iter("h1", "nav"), None) is not None


def _language_of(element: Element) -> str | None:
    """The language an element or one near it is said to be in."""
    for near in islice(_and_ancestors(element), 3):
        language = near.get("lang") or near.get(_LANGUAGE) or near.get("xml:lang")
        if language:
            return str(language)
    return None


def _and_ancestors(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _headed(page: Survey, headings: frozenset[str]) -> Shown | None:
    """By a heading: the lines that follow it, to the next heading of its rank."""
    empty = None
    found: list[Version] = []
    step = ""
    for heading in page.headings[:_MOST_HEADINGS]:
        form = heading_form(text_of(heading))
        if form not in headings or any(form == heading_form(version.heading) for version in found):
            continue
        if form in AMBIGUOUS_HEADINGS and _is_label_among_others(heading):
            continue
        lines = _following(heading)
        following = versions([Block(form, _rank(heading) or _RANK_OF_OTHERS), *lines])
        step = step or (f"heading:{form}" if following else "")
        found += following[:1]
        if not lines and _rank(heading):
            empty = Shown(f"heading:{form}", 0.5, ())
    return Shown(step, 0.75, tuple(_distinct(found))) if found else empty


def _is_label_among_others(heading: Element) -> bool:
    """Whether a bold 'Summary' is the label of a structured abstract's last part: paragraphs above have labels too."""
    above = heading.getparent()
    before = None if _rank(heading) or above is None else above.getprevious()
    lines = blocks(before) if before is not None and before.tag == "p" else []
    return bool(lines) and begins_with_label(lines[0])


def _rank(heading: Element) -> int:
    """The rank of a heading, its own or that of the element it stands in; 0 for bold words and the like."""
    for element in islice(_and_ancestors(heading), 3):
        if element.tag in HEADINGS:
            return HEADINGS[element.tag]
    return 0


def _following(heading: Element) -> list[Block]:
    """The lines after a heading, of its siblings or of those of the elements it alone heads, up to a section's end."""
    rank = _rank(heading)
    at = heading
    for _ in range(_HIGHEST_CLIMB):
        lines = _lines_after(at, rank)
        if lines:
            return lines
        above = at.getparent()
        if above is None or above.tag in {"body", "section", "article", "main"}:
            break
        at = above
    return []


def _lines_after(element: Element, rank: int) -> list[Block]:
    gathered = etree.Element("div")
    gathered.text = _tail(element)
    for sibling in islice(element.itersiblings(), _MOST_FOLLOWING):
        if rank and isinstance(sibling.tag, str) and _ranks(sibling, rank):
            break
        if is_longer(sibling, _MOST_TEXT):
            break
        gathered.append(deepcopy(sibling))
    return blocks(gathered)


def _tail(element: Element) -> str:
    """The text after an element, without the control characters that must not be put into a tree."""
    text = element.tail or ""
    return clean_text(text) + (" " if text[-1:].isspace() else "")


def _ranks(element: Element, rank: int) -> bool:
    """Whether an element is, or begins with, a heading of that rank or a higher one."""
    heading = element if element.tag in HEADINGS else next(element.iter(*HEADINGS), None)
    if heading is None or HEADINGS[heading.tag] > rank:
        return False
    return heading is element or not (element.text or "").strip()

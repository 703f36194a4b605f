"""The last step of the cascade: trafilatura's text, or plain text as it stands, trimmed to the prose of the article."""

import re
from collections.abc import Sequence
from itertools import pairwise

import trafilatura
from lxml import etree

from transforms.text.normalize import clean_text
from transforms.web import walls as web_walls
from transforms.web.abstracts import Version
from transforms.web.boilerplate import OTHER_HEADINGS, Passage, begins_with_label, find_passage, is_prose
from transforms.web.choose import Choice
from transforms.web.containers import is_of_others
from transforms.web.fields import squeezed
from transforms.web.result import Finding, Rejection
from transforms.web.tree import Block, Element, Survey, blocks, heading_form, text_of

_CONFIDENCE = {"heading": 0.6, "run_in": 0.6, "longest_run": 0.35}
_MOST_WORDS = 700  # of an abstract nothing but its place among other paragraphs speaks for
_LEAST_WORDS = 30
_LEAST_CHARACTERS = 100  # the same in Chinese or Japanese, which write no spaces
_MOST_OTHER_PROSE = 4
_MOST_PARAGRAPHS = 2  # that no label begins: an abstract is one, a full text is many
_NO_ABSTRACT = re.compile(
    r"no abstract (?:is |was )?(?:available|provided)|abstract (?:is |was )?(?:not |un)(?:available|provided)"
    r"|(?:article|record|item|publication|letter|editorial) (?:has|contains|does not have|doesn.t have|without)"
    r" (?:an |no )?abstract",
    re.IGNORECASE,
)
_LONGEST_STATEMENT = 300
_BEGINNING = 40
_FULL_TEXT_ENDS = frozenset((
    "references", "bibliography", "literature cited", "referencias", "références", "literatur", "参考文献",
))  # fmt: skip


def by_trafilatura(page: Survey, *, scholarly: bool) -> Choice | Rejection | None:
    """The abstract among the paragraphs trafilatura keeps; None on an article's page (`scholarly`) without one.

    On any other page a rejection: what shows no abstract there is no article.
    """
    _drop_others(page.root)
    lines = shown_lines(page)
    kept = _as_shown((full_text_of(page.root) or "").splitlines(), lines)
    title = text_of(page.main_headings[0]) if page.main_headings else None
    passage = _passage(kept, lines, title) or _passage(lines, lines, title)
    if not scholarly and (rejection := rejected(lines, passage)):
        return rejection
    return None if passage is None else _choice(passage, "trafilatura")


def _drop_others(root: Element) -> None:
    """Takes out of a page what is named for other articles, unless the article's own title stands in it."""
    for element in list(root.iter("section", "div", "aside", "ul")):
        above = element.getparent()
        if above is not None and is_of_others(element) and next(element.iter("h1"), None) is None:
            above.remove(element)


def _as_shown(kept: Sequence[str], lines: Sequence[Block]) -> list[Block]:
    """The lines trafilatura keeps, each as the page shows it: trafilatura keeps text that is hidden, and drops some."""
    shown = {squeezed(line.text)[:_BEGINNING]: line for line in reversed(lines)}
    return [shown.get(squeezed(text)[:_BEGINNING], Block(text)) for line in kept if (text := clean_text(line))]


def by_paragraphs(lines: Sequence[Block]) -> tuple[Choice, str | None] | Rejection:
    """The abstract among the paragraphs of plain text, and the title before it."""
    passage = _passage(lines, lines, None)
    if passage is None or (wall := rejected(lines, passage)):
        return wall if passage is not None and wall else rejected(lines, None) or _no_article()
    return _choice(passage, "text"), passage.title


def rejected(lines: Sequence[Block], passage: Passage | None) -> Rejection | None:
    """Why a page that names no article is none: a wall, an empty shell, or text of another kind."""
    if passage is None:
        return web_walls.by_text(lines) or web_walls.is_empty(lines) or _no_article()
    return web_walls.by_text(passage.blocks)


def _no_article() -> Rejection:
    return Rejection("no_article", "the page names no article, and no part of it reads as an abstract")


def shown_lines(page: Survey) -> list[Block]:
    """All lines a page shows."""
    body = page.root.find("body")
    return blocks(page.root if body is None else body)


def full_text_of(page: Element | str) -> str | None:
    """What trafilatura's default settings make of a page; None where that is nothing or the page is nested too deep."""
    source = page if isinstance(page, str) else etree.tostring(page, encoding="unicode", method="html")
    try:
        return trafilatura.extract(source)
    except RecursionError:
        return None


def _passage(paragraphs: Sequence[Block], lines: Sequence[Block], title: str | None) -> Passage | None:
    """The abstract among paragraphs by its place; None where the page says there is none or its length forbids."""
    if any(_NO_ABSTRACT.search(line.text) for line in lines if len(line.text) < _LONGEST_STATEMENT):
        return None
    passage = find_passage(list(paragraphs), title)
    return passage if passage is not None and _is_abstract(passage, lines) else None


def _is_abstract(passage: Passage, lines: Sequence[Block]) -> bool:
    """Whether a passage is of an abstract's length, and not the whole or the beginning of a full text."""
    text = " ".join(block.text for block in passage.blocks)
    words = text.count(" ") + 1
    if words > _MOST_WORDS or passage.step != "longest_run":
        return words <= _MOST_WORDS
    if words < _LEAST_WORDS and not (len(text) >= _LEAST_CHARACTERS and 20 * words < len(text)):
        return False
    if sum(is_prose(block.text) and not begins_with_label(block) for block in passage.blocks) > _MOST_PARAGRAPHS:
        return False
    first = passage.blocks[0].text
    if any(line.text == first and heading_form(above.text) in OTHER_HEADINGS for above, line in pairwise(lines)):
        return False
    shown = sum(len(line.text) for line in lines if is_prose(line.text))
    return shown < _MOST_OTHER_PROSE * len(text) and not any(line.text.casefold() in _FULL_TEXT_ENDS for line in lines)


def _choice(passage: Passage, step: str) -> Choice:
    version = Version()
    for block in passage.blocks:
        version.add(block.text)
    return Choice(version, Finding(f"{step}:{passage.step}", _CONFIDENCE[passage.step]), truncated=False)

"""The last step of the cascade: finds the abstract in trafilatura's text of a page, or in plain text."""

import re
from collections.abc import Sequence
from itertools import pairwise

import trafilatura
from lxml import etree

from transforms.text.normalize import clean_text
from transforms.web import walls as web_walls
from transforms.web.abstracts import Abstract
from transforms.web.boilerplate import OTHER_HEADINGS, Passage, begins_with_label, find_passage, is_prose
from transforms.web.choose import Choice
from transforms.web.containers import is_about_other_articles
from transforms.web.fields import letters_and_digits
from transforms.web.result import Finding, Rejection
from transforms.web.tree import Block, Element, PageSurvey, element_text, normalize_heading, read_blocks

_CONFIDENCE = {"heading": 0.6, "run_in": 0.6, "longest_run": 0.35}
_MOST_WORDS = 700  # of an abstract that only its position among other paragraphs suggests
_LEAST_WORDS = 30
_LEAST_CHARACTERS = 100  # the same for Chinese or Japanese, which have no spaces
_MOST_OTHER_PROSE = 4  # prose on the page as a multiple of the abstract; more is a full text
_MOST_PARAGRAPHS = 2  # without a label; a full text has many
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


def extract_with_trafilatura(page: PageSurvey, *, scholarly: bool) -> Choice | Rejection | None:
    """Return the abstract among the paragraphs that trafilatura keeps.

    Without one, returns None if the metadata are an article's (`scholarly`), else a rejection: a page that neither
    names an article nor shows an abstract is no article. Elements about other articles are removed from the tree.
    """
    _remove_other_articles(page.root)
    lines = visible_blocks(page)
    kept = _as_shown((extract_full_text(page.root) or "").splitlines(), lines)
    title = element_text(page.main_headings[0]) if page.main_headings else None
    passage = _passage(kept, lines, title) or _passage(lines, lines, title)
    if not scholarly and (rejection := explain_rejection(lines, passage)):
        return rejection
    return None if passage is None else _choice(passage, "trafilatura")


def _remove_other_articles(root: Element) -> None:
    """Remove the elements about other articles, except those that hold the title of this one."""
    for element in list(root.iter("section", "div", "aside", "ul")):
        above = element.getparent()
        if above is not None and is_about_other_articles(element) and next(element.iter("h1"), None) is None:
            above.remove(element)


def _as_shown(kept: Sequence[str], lines: Sequence[Block]) -> list[Block]:
    """Return the lines that trafilatura keeps, each as the page shows it: trafilatura may drop words of a line."""
    shown = {letters_and_digits(line.text)[:_BEGINNING]: line for line in reversed(lines)}
    return [
        shown.get(letters_and_digits(text)[:_BEGINNING], Block(text)) for line in kept if (text := clean_text(line))
    ]


def extract_from_paragraphs(lines: Sequence[Block]) -> tuple[Choice, str | None] | Rejection:
    """Return the abstract among the paragraphs of plain text and the title before it, or a rejection."""
    passage = _passage(lines, lines, None)
    if passage is None or (wall := explain_rejection(lines, passage)):
        return wall if passage is not None and wall else explain_rejection(lines, None) or _no_article()
    return _choice(passage, "text"), passage.title


def explain_rejection(lines: Sequence[Block], passage: Passage | None) -> Rejection | None:
    """Return why a page without article metadata is rejected: a wall, empty or no article; None if it is not."""
    if passage is None:
        return web_walls.detect_wall_by_text(lines) or web_walls.detect_empty_page(lines) or _no_article()
    return web_walls.detect_wall_by_text(passage.blocks)


def _no_article() -> Rejection:
    return Rejection("no_article", "the page names no article, and no part of it reads as an abstract")


def visible_blocks(page: PageSurvey) -> list[Block]:
    """Return all lines that a page shows."""
    body = page.root.find("body")
    return read_blocks(page.root if body is None else body)


def extract_full_text(page: Element | str) -> str | None:
    """Return trafilatura's text of a page without readers' comments; None if it has none or is nested too deeply."""
    source = page if isinstance(page, str) else etree.tostring(page, encoding="unicode", method="html")
    try:
        return trafilatura.extract(source, include_comments=False)
    except RecursionError:
        return None


def _passage(paragraphs: Sequence[Block], lines: Sequence[Block], title: str | None) -> Passage | None:
    """Return the abstract among paragraphs; None if the page says there is none or its length is not an abstract's."""
    if any(_NO_ABSTRACT.search(line.text) for line in lines if len(line.text) < _LONGEST_STATEMENT):
        return None
    passage = find_passage(list(paragraphs), title)
    return passage if passage is not None and _is_abstract(passage, lines) else None


def _is_abstract(passage: Passage, lines: Sequence[Block]) -> bool:
    """Whether a passage has the length of an abstract and is not a full text or the beginning of one."""
    text = " ".join(block.text for block in passage.blocks)
    words = text.count(" ") + 1
    if words > _MOST_WORDS or passage.step != "longest_run":
        return words <= _MOST_WORDS
    if words < _LEAST_WORDS and not (len(text) >= _LEAST_CHARACTERS and 20 * words < len(text)):
        return False
    if sum(is_prose(block.text) and not begins_with_label(block) for block in passage.blocks) > _MOST_PARAGRAPHS:
        return False
    first = passage.blocks[0].text
    if any(line.text == first and normalize_heading(above.text) in OTHER_HEADINGS for above, line in pairwise(lines)):
        return False
    shown = sum(len(line.text) for line in lines if is_prose(line.text))
    return shown < _MOST_OTHER_PROSE * len(text) and not any(line.text.casefold() in _FULL_TEXT_ENDS for line in lines)


def _choice(passage: Passage, step: str) -> Choice:
    abstract = Abstract()
    for block in passage.blocks:
        abstract.add(block.text)
    return Choice(abstract, Finding(f"{step}:{passage.step}", _CONFIDENCE[passage.step]), truncated=False)

"""Reads the title and abstract of a manuscript, plain text or HTML, so that its claims can be audited.

Unlike `transforms.web.page.extract` it takes any text for a manuscript and needs no signs of a published article.
"""

import re
from collections.abc import Set
from typing import NamedTuple

from transforms.claims.draft_text import plain_draft
from transforms.text.normalize import clean_text
from transforms.web.boilerplate import ABSTRACT_HEADINGS, END_HEADINGS
from transforms.web.decode import decode_page
from transforms.web.plain_text import is_plain_text, split_paragraphs
from transforms.web.result import Rejection
from transforms.web.tree import normalize_heading, parse_page, read_blocks

MAX_DRAFT_LENGTH = 500_000
"""Code points of a manuscript that are read; title and abstract stand at its beginning."""
_LONGEST_TITLE = 500
_INTRODUCTION = "introduction"
_TITLE = re.compile(r"title\s*:\s*", re.IGNORECASE)


class Draft(NamedTuple):
    """The title and abstract of a manuscript; the title is '' if it begins with its abstract.

    cut: whether the text goes on behind MAX_DRAFT_LENGTH, where reading stops.
    """

    title: str
    abstract: str
    cut: bool = False


def read_draft(payload: bytes, known_words: Set[str] = frozenset()) -> Draft | Rejection:
    """Return the title and abstract of a manuscript, plain text, Markdown or HTML, or a `Rejection`.

    known_words: words in lower case, which help to join words that were parted at line ends (claims.draft_text).

    The first paragraph is the title if it is short and others follow. The abstract begins below a heading 'Abstract',
    else after the title, and ends before the keywords, the introduction or the end of the text.
    """
    page = decode_page(payload)
    if isinstance(page, Rejection):
        return page
    is_cut = len(page.text) > MAX_DRAFT_LENGTH
    text = page.text[:MAX_DRAFT_LENGTH]
    lines = _lines(text, text.encode("utf-8", "replace") if is_cut else page.utf8, known_words)
    if isinstance(lines, Rejection):
        return lines
    if not lines:
        return Rejection("empty", "the manuscript has no text")
    heading = next((n for n, line in enumerate(lines) if normalize_heading(line) in ABSTRACT_HEADINGS), None)
    has_title = len(lines[0]) <= _LONGEST_TITLE and len(lines) > 1 and heading != 0
    title = _TITLE.sub("", lines[0], count=1) if has_title else ""
    begin = heading + 1 if heading is not None else bool(title)
    abstract = lines[begin:]
    end = next((n for n, line in enumerate(abstract) if n and _ends(line)), len(abstract))
    return Draft(title, " ".join(abstract[:end]), is_cut)


def _lines(text: str, utf8: bytes, known_words: Set[str]) -> list[str] | Rejection:
    if is_plain_text(text):
        return [block.text for block in split_paragraphs(plain_draft(text, known_words))]
    parsed = parse_page(utf8)
    return parsed if isinstance(parsed, Rejection) else [clean_text(block.text) for block in read_blocks(parsed.root)]


def _ends(line: str) -> bool:
    """Whether a line ends the abstract: it is, or begins with, a heading that never occurs within an abstract.

    'Introduction' may be the first label of an abstract; the caller ignores it there. Later it begins the paper.
    """
    return (
        normalize_heading(line) == _INTRODUCTION
        or normalize_heading(line) in END_HEADINGS
        or normalize_heading(line.partition(":")[0]) in END_HEADINGS
    )

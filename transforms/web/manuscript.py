"""A manuscript's title and abstract, from its text or an HTML page without an article's marks."""

import re
from typing import NamedTuple

from transforms.text.normalize import clean_text
from transforms.web.boilerplate import ABSTRACT_HEADINGS, END_HEADINGS
from transforms.web.decode import decode
from transforms.web.plain_text import is_plain, paragraphs
from transforms.web.result import Rejection
from transforms.web.tree import blocks, heading_form, parse

_LONGEST_TITLE = 500
_INTRODUCTION = "introduction"
_TITLE = re.compile(r"title\s*:\s*", re.IGNORECASE)


class Draft(NamedTuple):
    """What a manuscript says of itself; the title is '' where it begins with its abstract."""

    title: str
    abstract: str


def read_draft(payload: bytes) -> Draft | Rejection:
    """The title and abstract of a manuscript, plain text or HTML.

    The first paragraph is the title, if it is short and more follows. Below a heading 'Abstract' the abstract runs to
    the keywords, the introduction or the end; without one it is all that follows the title.
    """
    page = decode(payload)
    if isinstance(page, Rejection):
        return page
    found = _lines(page.text, page.utf8)
    if isinstance(found, Rejection):
        return found
    if not found:
        return Rejection("empty", "there is no text in it")
    at = next((n for n, line in enumerate(found) if heading_form(line) in ABSTRACT_HEADINGS), None)
    title = _TITLE.sub("", found[0], count=1) if len(found[0]) <= _LONGEST_TITLE and len(found) > 1 and at != 0 else ""
    begin = at + 1 if at is not None else bool(title)
    abstract = found[begin:]
    end = next((n for n, line in enumerate(abstract) if n and _ends(line)), len(abstract))
    return Draft(title, " ".join(abstract[:end]))


def _lines(text: str, utf8: bytes) -> list[str] | Rejection:
    if is_plain(text):
        return [block.text for block in paragraphs(text)]
    parsed = parse(utf8)
    return parsed if isinstance(parsed, Rejection) else [clean_text(block.text) for block in blocks(parsed.root)]


def _ends(line: str) -> bool:
    """Whether an abstract is over: a heading that never stands within one, run into its line or alone.

    One of its own may begin with an introduction; behind its first line that is the paper's.
    """
    return (
        heading_form(line) == _INTRODUCTION
        or heading_form(line) in END_HEADINGS
        or heading_form(line.partition(":")[0]) in END_HEADINGS
    )

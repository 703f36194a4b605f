"""What is the article's prose and what is the site's: lines of boilerplate, and the abstract among paragraphs."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.rules import load_rules
from transforms.text.section_marks import find_marks, is_label
from transforms.web.tree import Block, heading_form

_LINES = load_rules("web_boilerplate")
_HEADINGS = load_rules("web_headings")
ABSTRACT_HEADINGS = frozenset(_HEADINGS["abstract"])
AMBIGUOUS_HEADINGS = frozenset(_HEADINGS["ambiguous"])
OTHER_HEADINGS = frozenset(_HEADINGS["other"])
END_HEADINGS = frozenset(_HEADINGS["end"])
BEGIN_HEADINGS = frozenset(_HEADINGS["begin"])
_NEVER_WITHIN = END_HEADINGS | OTHER_HEADINGS | ABSTRACT_HEADINGS
_MOST_BETWEEN = 5

_ANYWHERE = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["anywhere"]))  # of text in lower case: faster
_WHOLE = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["whole"]), re.IGNORECASE)
_LONGEST_SHORT_LINE = 400
_LONGEST_NOTICE = 500  # a longer paragraph may well be about cookies or mobile apps
_RUN_IN = re.compile(r"([^:：.–—]{2,40}?)\s*(?:[:：.]|[-–—](?=\s))\s*")
_CLOSED = re.compile(r"""[.!?。！？…．][)\]"'”’»」』\d,]*$""")
_GLUED = re.compile(r"[▪•■\s]*(?:Abstract|ABSTRACT)\s*(?=[A-Z][a-z]|A [a-z])")
_LONGEST_CLOSING = 16
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_WORDS, _LEAST_CJK = 8, 16
_MOST_LINKED = 0.5


def is_boilerplate(block: Block, longest: int = _LONGEST_NOTICE) -> bool:
    """Whether a line is the site's: a call to action, a notice of at most `longest` characters, links, an id."""
    text = block.text
    if len(text) <= _LONGEST_SHORT_LINE and (_WHOLE.fullmatch(text) or block.linked > _MOST_LINKED * len(text)):
        return True
    found = _ANYWHERE.search(text.lower()) if len(text) <= longest else None
    return found is not None and not _is_in_tail(text, found.start())


def _is_in_tail(text: str, place: int) -> bool:
    """Whether a place is in the copyright notice that ends a paragraph of prose, which may be an abstract's."""
    tail = next((mark.start for mark in find_marks(text) if mark.kind == "copyright"), 0)
    return 0 < tail <= place and is_prose(text[:tail].rstrip())


def is_prose(text: str) -> bool:
    """Whether a line reads as sentences: eight words or more (16 characters of Chinese, Japanese or Korean), closed."""
    if not _CLOSED.search(text[-_LONGEST_CLOSING:]):
        return False
    return text.count(" ") + 1 >= _LEAST_WORDS or len(_CJK.findall(text)) >= _LEAST_CJK


def without_run_in(text: str) -> str:
    """A text without the 'Abstract:' it begins with, or the 'Abstract' run together with its first word."""
    if glued := _GLUED.match(text):
        return text[glued.end() :]
    found = _RUN_IN.match(text)
    return text[found.end() :] if found and _is_run_in(found, ABSTRACT_HEADINGS) and found.end() < len(text) else text


def _is_run_in(found: re.Match[str], headings: frozenset[str]) -> bool:
    return heading_form(found[1]) in headings


def _begins_by_saying_so(text: str) -> bool:
    found = _RUN_IN.match(text)
    return found is not None and _is_run_in(found, ABSTRACT_HEADINGS - AMBIGUOUS_HEADINGS)


class Passage(NamedTuple):
    """An abstract found among plain paragraphs, and the paragraph before it that reads as a title."""

    blocks: list[Block]
    title: str | None
    step: str


def find_passage(paragraphs: list[Block], title: str | None = None) -> Passage | None:
    """The abstract among a page's paragraphs: what follows a heading that says so, else the longest run of prose.

    A run ends at a line that is neither prose nor the label of a part. Nothing is found where no paragraph is prose.
    """
    paragraphs = [block for block in paragraphs if not title or heading_form(block.text) != heading_form(title)]
    heading = next((at for at, block in enumerate(paragraphs) if heading_form(block.text) in ABSTRACT_HEADINGS), None)
    if heading is not None:
        run = _run(paragraphs, _first_prose(paragraphs, heading + 1))
        if run:
            return Passage(run, title or _title_before(paragraphs, heading), "heading")
    run_in = next((at for at, block in enumerate(paragraphs) if _begins_by_saying_so(block.text)), None)
    if run_in is not None:
        first = paragraphs[run_in]
        run = [
            first._replace(text=without_run_in(first.text), label=""),
            *_run(paragraphs, _first_prose(paragraphs, run_in + 1)),
        ]
        return Passage(run, title or _title_before(paragraphs, run_in), "run_in")
    return _longest_run(paragraphs, title)


def _run(paragraphs: Sequence[Block], start: int) -> list[Block]:
    """The paragraphs of prose, and the labels between them, from a place on."""
    run: list[Block] = []
    for at in range(start, len(paragraphs)):
        block = paragraphs[at]
        form = heading_form(block.text)
        if form in _NEVER_WITHIN or (form in BEGIN_HEADINGS and run) or is_boilerplate(block):
            break
        if not is_prose(block.text) and not begins_with_label(block):
            break
        run.append(block)
    while run and is_label(run[-1].text):
        run.pop()
    return run


def _first_prose(paragraphs: Sequence[Block], start: int) -> int:
    """The first place from `start` on that is no line of the site, a few lines on at most."""
    place = start
    while place < min(len(paragraphs), start + _MOST_BETWEEN) and is_boilerplate(paragraphs[place]):
        place += 1
    return place


def _longest_run(paragraphs: Sequence[Block], title: str | None) -> Passage | None:
    runs = []
    at = 0
    while at < len(paragraphs):
        run = _run(paragraphs, at)
        if run:
            runs.append((at, run))
        at += max(1, len(run))
    if not runs:
        return None
    start, run = max(runs, key=lambda found: sum(len(block.text) for block in found[1]))
    if title is None and len(run) > 1 and _is_title_above(run[0], run[1]):
        return Passage(run[1:], run[0].text, "longest_run")
    return Passage(run, title or _title_before(paragraphs, start), "longest_run")


def _is_title_above(block: Block, following: Block) -> bool:
    """Whether a paragraph is the title of what follows: no label begins it; one begins that, or it is far longer."""
    if not reads_as_title(block.text) or begins_with_label(block):
        return False
    return begins_with_label(following) or len(following.text) > 2 * len(block.text)


def _title_before(paragraphs: Sequence[Block], place: int) -> str | None:
    """The nearest paragraph before a place that reads as a title."""
    for block in reversed(paragraphs[max(0, place - 6) : place]):
        if reads_as_title(block.text) and not is_boilerplate(block):
            return block.text
    return None


def begins_with_label(block: Block) -> bool:
    """Whether a paragraph begins with the label of a part."""
    return (
        is_label(block.label)
        or is_label(block.text)
        or any(mark.kind == "label" and mark.start == 0 for mark in find_marks(block.text))
    )


def reads_as_title(text: str) -> bool:
    """Whether a line may be an article's title: a few sentences, 4 to 45 words (or 8 Chinese characters)."""
    words = text.count(" ") + 1
    return (
        len(text) <= 350
        and (4 <= words <= 45 or len(_CJK.findall(text)) >= 8)
        and len(re.findall(r"[.?!] [A-Z]", text)) <= 2
    )

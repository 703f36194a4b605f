"""Tells the prose of an article from the boilerplate of its site, and finds the abstract among plain paragraphs."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.rules import load_rules
from transforms.text.section_marks import find_marks, is_label
from transforms.web.citation_line import is_citation
from transforms.web.tree import Block, normalize_heading

_LINES = load_rules("web_boilerplate")
_HEADINGS = load_rules("web_headings")
ABSTRACT_HEADINGS = frozenset(_HEADINGS["abstract"])
AMBIGUOUS_HEADINGS = frozenset(_HEADINGS["ambiguous"])
OTHER_HEADINGS = frozenset(_HEADINGS["other"])
END_HEADINGS = frozenset(_HEADINGS["end"])
BEGIN_HEADINGS = frozenset(_HEADINGS["begin"])
INDEX_HEADINGS = frozenset(_HEADINGS["index"])
_NEVER_WITHIN = END_HEADINGS | OTHER_HEADINGS | ABSTRACT_HEADINGS
_MOST_BETWEEN = 5

_ANYWHERE = re.compile(
    "|".join(f"(?:{pattern})" for pattern in _LINES["anywhere"])
)  # matched against lower-case text, which is faster than IGNORECASE
_WHOLE = re.compile("|".join(f"(?:{pattern})" for pattern in _LINES["whole"]), re.IGNORECASE)
_LONGEST_SHORT_LINE = 400
_LONGEST_NOTICE = 500  # a longer paragraph may be an abstract about cookies or mobile apps
_LABEL_IN_LINE = re.compile(r"([^:：.–—]{2,40}?)\s*(?:[:：.]|[-–—](?=\s))\s*")
_SENTENCE_END = re.compile(r"""[.!?。！？…．][)\]"'”’»」』\d,]*$""")
_GLUED_LABEL = re.compile(r"[▪•■\s]*(?:Abstract|ABSTRACT)\s*(?=[A-Z][a-z]|A [a-z])")
_LONGEST_SENTENCE_END = 16
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_WORDS, _LEAST_CJK = 8, 16
_MOST_LINKED = 0.5


def is_boilerplate(block: Block, longest: int = _LONGEST_NOTICE) -> bool:
    """Whether a line belongs to the site: a call to action, a notice of at most `longest` characters, links, an id.

    The citation of an article is boilerplate too, wherever it stands.
    """
    text = block.text
    if len(text) <= _LONGEST_SHORT_LINE and (_WHOLE.fullmatch(text) or block.linked > _MOST_LINKED * len(text)):
        return True
    if is_citation(text):
        return True
    notice = _ANYWHERE.search(text.lower()) if len(text) <= longest else None
    return notice is not None and not _is_in_copyright_notice(text, notice.start())


def _is_in_copyright_notice(text: str, position: int) -> bool:
    """Whether a position is in the copyright notice at the end of a paragraph of prose, which may be an abstract."""
    notice = next((mark.start for mark in find_marks(text) if mark.kind == "copyright"), 0)
    return 0 < notice <= position and is_prose(text[:notice].rstrip())


def is_prose(text: str) -> bool:
    """Whether a line reads as sentences: eight words (16 Chinese, Japanese or Korean characters) and an end."""
    if not _SENTENCE_END.search(text[-_LONGEST_SENTENCE_END:]):
        return False
    return text.count(" ") + 1 >= _LEAST_WORDS or len(_CJK.findall(text)) >= _LEAST_CJK


def strip_abstract_label(text: str) -> str:
    """Return a text without 'Abstract:' at its beginning, or 'Abstract' glued to its first word ('AbstractWe saw')."""
    if glued := _GLUED_LABEL.match(text):
        return text[glued.end() :]
    label = _LABEL_IN_LINE.match(text)
    has_label = label is not None and normalize_heading(label[1]) in ABSTRACT_HEADINGS and label.end() < len(text)
    return text[label.end() :] if label is not None and has_label else text


def _begins_with_abstract_label(text: str) -> bool:
    label = _LABEL_IN_LINE.match(text)
    return label is not None and normalize_heading(label[1]) in ABSTRACT_HEADINGS - AMBIGUOUS_HEADINGS


class Passage(NamedTuple):
    """An abstract found among plain paragraphs, the title found before it, and the rule that found it."""

    blocks: list[Block]
    title: str | None
    step: str


def find_passage(paragraphs: list[Block], title: str | None = None) -> Passage | None:
    """Return the abstract among a page's paragraphs: below a heading for one, else the longest run of prose.

    A run ends at a line that is neither prose nor the label of a part. Returns None if no paragraph is prose.
    step: 'heading' (a line of its own), 'run_in' (a label in the line: 'Abstract: We saw...') or 'longest_run'.
    """
    paragraphs = [
        block for block in paragraphs if not title or normalize_heading(block.text) != normalize_heading(title)
    ]
    heading = next(
        (index for index, block in enumerate(paragraphs) if normalize_heading(block.text) in ABSTRACT_HEADINGS), None
    )
    if heading is not None:
        run = _run(paragraphs, _first_prose(paragraphs, heading + 1))
        if run:
            return Passage(run, title or _title_before(paragraphs, heading), "heading")
    run_in = next((index for index, block in enumerate(paragraphs) if _begins_with_abstract_label(block.text)), None)
    if run_in is not None:
        first = paragraphs[run_in]
        run = [
            first._replace(text=strip_abstract_label(first.text), label=""),
            *_run(paragraphs, _first_prose(paragraphs, run_in + 1)),
        ]
        return Passage(run, title or _title_before(paragraphs, run_in), "run_in")
    return _longest_run(paragraphs, title)


def _run(paragraphs: Sequence[Block], start: int) -> list[Block]:
    """Return the consecutive paragraphs of prose from `start`, with the labels between them."""
    run: list[Block] = []
    for index in range(start, len(paragraphs)):
        block = paragraphs[index]
        form = normalize_heading(block.text)
        if form in _NEVER_WITHIN or (form in BEGIN_HEADINGS and run) or is_boilerplate(block):
            break
        if not is_prose(block.text) and not begins_with_label(block):
            break
        run.append(block)
    while run and is_label(run[-1].text):
        run.pop()
    return run


def _first_prose(paragraphs: Sequence[Block], start: int) -> int:
    """Return the index of the first paragraph from `start` that is not boilerplate, at most a few further on."""
    index = start
    while index < min(len(paragraphs), start + _MOST_BETWEEN) and is_boilerplate(paragraphs[index]):
        index += 1
    return index


def _longest_run(paragraphs: Sequence[Block], title: str | None) -> Passage | None:
    runs = []
    index = 0
    while index < len(paragraphs):
        run = _run(paragraphs, index)
        if run:
            runs.append((index, run))
        index += max(1, len(run))
    if not runs:
        return None
    start, run = max(runs, key=lambda start_and_run: sum(len(block.text) for block in start_and_run[1]))
    if title is None and len(run) > 1 and _is_title_above(run[0], run[1]):
        return Passage(run[1:], run[0].text, "longest_run")
    return Passage(run, title or _title_before(paragraphs, start), "longest_run")


def _is_title_above(block: Block, following: Block) -> bool:
    """Whether a paragraph is the title of the next: it has no label, and the next has one or is far longer."""
    if not reads_as_title(block.text) or begins_with_label(block):
        return False
    return begins_with_label(following) or len(following.text) > 2 * len(block.text)


def _title_before(paragraphs: Sequence[Block], index: int) -> str | None:
    """Return the nearest of the six paragraphs before an index that reads as a title."""
    for block in reversed(paragraphs[max(0, index - 6) : index]):
        if reads_as_title(block.text) and not is_boilerplate(block):
            return block.text
    return None


def begins_with_label(block: Block) -> bool:
    """Whether a paragraph is or begins with the label of a part."""
    return (
        is_label(block.label)
        or is_label(block.text)
        or any(mark.kind == "label" and mark.start == 0 for mark in find_marks(block.text))
    )


def reads_as_title(text: str) -> bool:
    """Whether a line may be a title: 4 to 45 words (or 8 Chinese characters) and at most three sentences."""
    words = text.count(" ") + 1
    return (
        len(text) <= 350
        and (4 <= words <= 45 or len(_CJK.findall(text)) >= 8)
        and len(re.findall(r"[.?!] [A-Z]", text)) <= 2
    )

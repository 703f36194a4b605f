"""Finds the parts of an abstract that are not prose, as spans: the stored text is not changed, later steps skip them.

    label        the heading of a section: "BACKGROUND:", "Materials and methods:", "Zielsetzung:"
    truncation   where the source cut the text off: "(ABSTRACT TRUNCATED AT 250 WORDS)", a closing ellipsis
    copyright    a notice of copyright or licence at the end: "© 2019 Elsevier B.V. All rights reserved."

NLM's rules for abstracts, which explain the first two: https://www.nlm.nih.gov/bsd/mms/medlineelements.html#ab.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from transforms.rules import load_rules

Kind = Literal["label", "truncation", "copyright"]

_WORDS = load_rules("section_labels")
_KEY_WORDS = frozenset(_WORDS["key_words"])
_JOINING_WORDS = frozenset(_WORDS["joining_words"])
_LONGEST_PHRASE = 100
_LONGEST_LABEL = 8  # words; NLM's longest common one is "Level of evidence and study design"

_BEFORE_COLON = re.compile(r"(?:.*[.!?;:)\]] )?([^\W\d_][^.:;!?]{2,70}?) ?", re.DOTALL)
_LONGEST_BEFORE = 75
_NUMBERED = re.compile(r"\D*(?: \d{1,2})?")  # 'Case 1' is a label, 'Of 91,618 patients' is not
_WORD = re.compile(r"[^\W\d_]+")
_TRUNCATION = re.compile(
    r"\s*(?:[(\[]?\s*abstract truncated(?: at \d+ words?)?\s*[)\]]?\.?|\[\s*truncated\s*\]"
    r"|\[?\s*(?:\.{3,}|…|\. \. \.)\s*\]?)\s*$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:(?<=[.!?)\]] )|^)\(?(?:"
    r"(?:crown )?copyright(?: |:|$)(?=[^a-z]|and|by|the|of)|\(c\) ?(?:copyright|(?:19|20)\d\d)|&copy;"
    r"|published (?:\d{4} |online )?by (?:the )?[A-Z]|all rights (?:are )?reserved|psycinfo database record"
    r"|this is an open[- ]access article|this article is protected by copyright"
    r")|(?<= )[©℗] ?(?:the |copyright |crown |\d{4}|[A-Z])",
    re.IGNORECASE,
)
_COPYRIGHT_HINTS = (
    "copyright",
    "©",
    "(c)",
    "℗",
    "&copy;",
    "published ",
    "rights",
    "open access",
    "open-access",
    "psycinfo",
)
_LONGEST_TAIL = 600


class Mark(NamedTuple):
    """A span of a text: its kind, its first code point and one past its last."""

    kind: Kind
    start: int
    end: int


def find_marks(text: str) -> tuple[Mark, ...]:
    """The labels, truncation mark and copyright notice of an abstract, in order of position, without overlaps."""
    end = len(text)
    closing: list[Mark] = []
    for kind, find in _CLOSING:
        start = find(text, end)
        if start is not None and all(mark.kind != kind for mark in closing):
            closing.append(Mark(kind, start, end))
            end = len(text[:start].rstrip())
    return (*(mark for mark in _labels(text) if mark.end <= end), *reversed(closing))


def strip_marks(text: str, marks: Iterable[Mark]) -> str:
    """The text without the marked spans, white space collapsed; two sources' abstracts are compared in this form."""
    kept = []
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        kept.append(text[at : mark.start])
        at = mark.end
    return " ".join(" ".join([*kept, text[at:]]).split())


def is_label(phrase: str) -> bool:
    """Whether a phrase is the heading of a section of an abstract.

    All its words must be listed in section_labels.toml, at least one of them as a key word ("methods", "findings").
    """
    if len(phrase) > _LONGEST_PHRASE or phrase[:1].islower() or not _NUMBERED.fullmatch(phrase):
        return False
    words = [word.casefold() for word in _WORD.findall(phrase)]
    if not 0 < len(words) <= _LONGEST_LABEL:
        return False
    return any(word in _KEY_WORDS for word in words) and all(
        word in _KEY_WORDS or word in _JOINING_WORDS for word in words
    )


def _labels(text: str) -> list[Mark]:
    """Section headings: the words between the end of a sentence and a colon, where `is_label` accepts them.

    "We saw 3 cases. Main results: 2 died." -> "Main results:"
    """
    labels = []
    colon = text.find(":")
    while colon >= 0:
        start = max(0, colon - _LONGEST_BEFORE)
        if text[colon + 1 : colon + 2] in {" ", ""} and (before := _BEFORE_COLON.fullmatch(text, start, colon)):
            at = before.start(1)
            if (at == 0 or at > start) and is_label(before[1]):
                labels.append(Mark("label", at, colon + 1))
        colon = text.find(":", colon + 1)
    return labels


def _truncation(text: str, end: int) -> int | None:
    """The position where the truncation mark at the end begins; None where there is none."""
    start = max(0, end - 60)
    match = _TRUNCATION.search(text[start:end])
    if not match:
        return None
    return start + match.start() + len(match[0]) - len(match[0].lstrip())


def _copyright(text: str, end: int) -> int | None:
    """The position where the closing notice begins: at a sentence, but not at position 0; None where there is none."""
    start = max(0, end - _LONGEST_TAIL)
    tail = text[start:end].lower()
    if not any(hint in tail for hint in _COPYRIGHT_HINTS):
        return None
    return next((match.start() for match in _COPYRIGHT.finditer(text, start, end) if match.start() > 0), None)


_CLOSING: tuple[tuple[Kind, Callable[[str, int], int | None]], ...] = (
    ("copyright", _copyright), ("truncation", _truncation), ("copyright", _copyright),
)  # fmt: skip
# The copyright notice may stand before or after the truncation mark, so it is looked for on both sides of it.

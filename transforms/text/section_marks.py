"""Parts of an abstract that are not its prose, as spans: the text stays the source's, later steps pass over them.

    label        the name of a part: "BACKGROUND:", "Materials and methods:", "Zielsetzung:"
    truncation   where the source cut the text off: "(ABSTRACT TRUNCATED AT 250 WORDS)", a closing ellipsis
    copyright    a closing notice of copyright or licence: "© 2019 Elsevier B.V. All rights reserved."

NLM's rules for abstracts that explain the first two: https://www.nlm.nih.gov/bsd/mms/medlineelements.html#ab.
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
_NUMBERED = re.compile(r"\D*(?: \d{1,2})?")  # 'Case 1' is a label, 'Of 91,618 patients' is none
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
    """A span of a text: what it is, its first code point and one past its last."""

    kind: Kind
    start: int
    end: int


def find_marks(text: str) -> tuple[Mark, ...]:
    """The labels, the truncation mark and the copyright tail of an abstract, by their places; none overlap."""
    end = len(text)
    closing: list[Mark] = []
    for kind, find in _CLOSING:
        place = find(text, end)
        if place is not None and all(mark.kind != kind for mark in closing):
            closing.append(Mark(kind, place, end))
            end = len(text[:place].rstrip())
    return (*(mark for mark in _labels(text) if mark.end <= end), *reversed(closing))


def strip_marks(text: str, marks: Iterable[Mark]) -> str:
    """The text without the marked spans, white space collapsed: what two sources' abstracts are compared by."""
    kept = []
    at = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        kept.append(text[at : mark.start])
        at = mark.end
    return " ".join(" ".join([*kept, text[at:]]).split())


def is_label(phrase: str) -> bool:
    """Whether a phrase names a part of an abstract: all its words are of that use, one of them says which part."""
    if len(phrase) > _LONGEST_PHRASE or phrase[:1].islower() or not _NUMBERED.fullmatch(phrase):
        return False
    words = [word.casefold() for word in _WORD.findall(phrase)]
    if not 0 < len(words) <= _LONGEST_LABEL:
        return False
    return any(word in _KEY_WORDS for word in words) and all(
        word in _KEY_WORDS or word in _JOINING_WORDS for word in words
    )


def _labels(text: str) -> list[Mark]:
    """What stands between the end of a sentence and a colon, and names a part."""
    found = []
    colon = text.find(":")
    while colon >= 0:
        start = max(0, colon - _LONGEST_BEFORE)
        if text[colon + 1 : colon + 2] in {" ", ""} and (before := _BEFORE_COLON.fullmatch(text, start, colon)):
            at = before.start(1)
            if (at == 0 or at > start) and is_label(before[1]):
                found.append(Mark("label", at, colon + 1))
        colon = text.find(":", colon + 1)
    return found


def _truncation(text: str, end: int) -> int | None:
    start = max(0, end - 60)
    found = _TRUNCATION.search(text[start:end])
    if not found:
        return None
    return start + found.start() + len(found[0]) - len(found[0].lstrip())


def _copyright(text: str, end: int) -> int | None:
    """Where the closing notice begins: at a sentence, and not at the text's own beginning."""
    start = max(0, end - _LONGEST_TAIL)
    tail = text[start:end].lower()
    if not any(hint in tail for hint in _COPYRIGHT_HINTS):
        return None
    found = next((found for found in _COPYRIGHT.finditer(text, start, end) if found.start() > 0), None)
    return found.start() if found else None


_CLOSING: tuple[tuple[Kind, Callable[[str, int], int | None]], ...] = (
    ("copyright", _copyright), ("truncation", _truncation), ("copyright", _copyright),
)  # fmt: skip

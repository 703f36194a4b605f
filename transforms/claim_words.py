"""The words of a claim: which of them name what is claimed, what bounds its number, whether it is of the title."""

import re
from functools import cache

from transforms.claim_rules import rules

Span = tuple[int, int]

_SHORTEST_STEM = 5
_WORD = re.compile(r"[a-z]{5,}")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")
_COMMON = frozenset(
    "about after among cases cause caused causes clinical course disease diagnosis effect following having literature"
    " patient patients report reported reports review study their these those treatment which associated association"
    " condition disorder syndrome".split()
)


def claimed_span(words: str, what: Span | None, claim: Span) -> Span | None:
    """The stretch of a sentence that names what is claimed; `what` is where the rule saw it, `claim` the claim's words.

    None where nothing but words that point back is left.
    """
    if what is None:
        return None
    known = _compiled()
    start, end = what
    if start <= claim[0]:
        opening = known["opening"].match(words, start, end)
        start = opening.end() if opening else start
    closing = known["closing"].search(words, start, end)
    end = closing.start() if closing and closing.start() > start else end
    while start < end and words[end - 1] in " .,;:)-]" and not _closes(words, start, end):
        end -= 1
    while start < end and words[start] in " ,;:-(":
        start += 1
    return (start, end) if start < end else None


def _closes(words: str, start: int, end: int) -> bool:
    """Whether the last character is a bracket that is opened within the stretch."""
    return words[end - 1] == ")" and words.count("(", start, end) >= words.count(")", start, end)


def is_anaphor(words: str) -> bool:
    """Whether words only point back to what was named before: 'this association', 'similar cases'."""
    return _compiled()["anaphor"].match(words) is not None


def read_bound(limit: str) -> str:
    """'at_most', 'at_least', 'about' or 'exact', from the words before a number."""
    for name, pattern in rules().bounds:
        if re.search(pattern, limit):
            return name
    return "exact"


def stems(words: str) -> frozenset[str]:
    """The beginnings of the longer words that say what a text is about."""
    return frozenset(word[:_SHORTEST_STEM] for word in _WORD.findall(words.lower()) if word not in _COMMON)


def shares_a_word(words: str, what: Span | None, title: str) -> bool:
    """Whether what is claimed is something the title names, an abbreviation, or words that point back; true where
    there is no title to ask."""
    if not title.strip():
        return True
    named = words[slice(*what)] if what else words
    if is_anaphor(named) or _ABBREVIATION.search(named):
        return True
    return not stems(named).isdisjoint(stems(title))


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    known = rules()
    return {name: re.compile(getattr(known, name)) for name in ("opening", "closing", "anaphor")}

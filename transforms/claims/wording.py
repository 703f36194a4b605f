"""The words of a claim: which of them name what is claimed, what bounds its number, whether it is of the title."""

import re

from transforms.claims.rules import rules

Span = tuple[int, int]

_SHORTEST_STEM = 5
_RESERVATION = re.compile(
    r"\b(?:to )?the best of (?:our|my|their|the authors?'?) \w+(?:, (?:of|that|in|on)\b)?", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]{5,}")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")


def claimed_span(words: str, what: Span | None, claim: Span) -> Span | None:
    """The stretch of a sentence that names what is claimed.

    `what` is where the rule saw it, `claim` runs from the word the claim turns on to its end. Where nothing is named
    there, what follows the claim's 'of' or 'that' is taken, else the subject before it; None where nothing names it.
    """
    options = (what, _following(words, claim), _subject(words, claim))
    for option in options:
        cleaned = option and _cleaned(words, *option)
        if cleaned and _names(words[slice(*cleaned)]):
            return cleaned
    return None


def _following(words: str, claim: Span) -> Span | None:
    """What stands after the first 'of' of a claim, else after 'that', 'in', 'with' or 'to'; not 'the best of our'."""
    words = _RESERVATION.sub(lambda found: found[0].replace("of", "--", 1), words)
    for connector in ("of", "connector"):
        found = rules().naming[connector].search(words, claim[0])
        if found:
            return found.end(), len(words)
    return None


def _subject(words: str, claim: Span) -> Span | None:
    """What stands at the sentence's beginning, after what opens its clause, up to its verb or to the claim."""
    known = rules().naming
    opening = known["opening"].match(words)
    start = opening.end() if opening else 0
    verb = known["verb"].search(words, start)
    end = min(verb.start() if verb else len(words), claim[0])
    return (start, end) if start < end else None


def _cleaned(words: str, start: int, end: int) -> Span | None:
    """A stretch without what opens its clause, what closes it, and punctuation."""
    known = rules().naming
    opening = known["opening"].match(words, 0, end) if start == 0 else None
    reservation = _RESERVATION.match(words, start, end)
    start = opening.end() if opening else reservation.end() if reservation else start
    closing = known["closing"].search(words, start, end)
    end = closing.start() if closing else end
    while start < end and words[end - 1] in " .,;:)-]" and not _closes(words, start, end):
        end -= 1
    while start < end and words[start] in " ,;:-([":
        start += 1
    return (start, end) if start < end else None


def _names(words: str) -> bool:
    """Whether words name something, if only by pointing back."""
    return bool(stems(words) or _ABBREVIATION.search(words) or rules().naming["pointer"].search(words))


def _closes(words: str, start: int, end: int) -> bool:
    """Whether the last character is a bracket that is opened within the stretch."""
    return words[end - 1] == ")" and words.count("(", start, end) >= words.count(")", start, end)


def is_anaphor(words: str) -> bool:
    """Whether words only point back to what was named before: 'this association', 'similar cases'."""
    return rules().naming["anaphor"].match(words) is not None


def read_bound(limit: str) -> str:
    """'at_most', 'at_least', 'about' or 'exact', from the words before a number."""
    for name, pattern in rules().bounds:
        if re.search(pattern, limit):
            return name
    return "exact"


def stems(words: str) -> frozenset[str]:
    """The beginnings of the longer words that say what a text is about."""
    return frozenset(word[:_SHORTEST_STEM] for word in _WORD.findall(words.lower()) if word not in rules().common)


def shares_a_word(words: str, what: Span | None, title: str) -> bool:
    """Whether what is claimed is something the title names, an abbreviation, or words that point back; true where
    there is no title to ask.
    """
    if not title.strip():
        return True
    named = words[slice(*what)] if what else words
    if is_anaphor(named) or _ABBREVIATION.search(named):
        return True
    return not stems(named).isdisjoint(stems(title))

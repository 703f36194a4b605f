"""Read the words of a claim: which of them name what is claimed, and what bounds its number.

"To the best of our knowledge, this is the second reported case of gout in a splenic cyst."
^ claim starts          ^ claimed_span: 'gout in a splenic cyst'

"However, gout of the spleen has never been reported."
^ claimed_span: 'gout of the spleen', the subject, since nothing is named after the claim's key word
"""

import re

from transforms.claims.candidates import TextSpan
from transforms.claims.rules import claim_rules

_STEM_LETTERS = 5
_RESERVATION = re.compile(
    r"\b(?:to )?the best of (?:our|my|their|the authors?'?) \w+(?:, (?:of|that|in|on)\b)?", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]{5,}")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")


def claimed_span(words: str, named_by_rule: TextSpan | None, claim: TextSpan) -> TextSpan | None:
    """Return the span of a sentence that names what is claimed; None where nothing does.

    `named_by_rule` is the span of the rule's group 'what', if it has one; `claim` runs from the claim's key word
    ('second', 'only') to the end of the match. The first of these that names something, trimmed, is returned: the
    rule's span, the words after the claim's 'of' or 'that', the subject of the sentence.
    """
    for span in (named_by_rule, _following(words, claim), _subject(words, claim)):
        trimmed = span and _trimmed(words, *span)
        if trimmed and _names_something(words[slice(*trimmed)]):
            return trimmed
    return None


def _following(words: str, claim: TextSpan) -> TextSpan | None:
    """Return the span after the first 'of' of a claim, else after 'that', 'in', 'with' or 'to'; None without any."""
    # The 'of' in 'to the best of our knowledge' must not be found; the replacement keeps all offsets.
    words = _RESERVATION.sub(lambda reservation: reservation[0].replace("of", "--", 1), words)
    for name in ("of", "connector"):
        connector = claim_rules().naming[name].search(words, claim[0])
        if connector:
            return connector.end(), len(words)
    return None


def _subject(words: str, claim: TextSpan) -> TextSpan | None:
    """Return the span from the start of the sentence, without an opening ('However,'), to its verb or to the claim."""
    patterns = claim_rules().naming
    opening = patterns["opening"].match(words)
    start = opening.end() if opening else 0
    verb = patterns["verb"].search(words, start)
    end = min(verb.start() if verb else len(words), claim[0])
    return (start, end) if start < end else None


def _trimmed(words: str, start: int, end: int) -> TextSpan | None:
    """Trim a span: remove an opening, a closing ('in the literature') and punctuation; None where nothing is left."""
    patterns = claim_rules().naming
    opening = patterns["opening"].match(words, 0, end) if start == 0 else None
    reservation = _RESERVATION.match(words, start, end)
    start = opening.end() if opening else reservation.end() if reservation else start
    closing = patterns["closing"].search(words, start, end)
    end = closing.start() if closing else end
    while start < end and words[end - 1] in " .,;:)-]" and not _closes(words, start, end):
        end -= 1
    while start < end and words[start] in " ,;:-([":
        start += 1
    return (start, end) if start < end else None


def _names_something(words: str) -> bool:
    """Whether words name something, be it by an anaphor ('this association')."""
    return bool(stems(words) or _ABBREVIATION.search(words) or claim_rules().naming["pointer"].search(words))


def _closes(words: str, start: int, end: int) -> bool:
    """Whether the last character is a bracket that is opened within the span."""
    return words[end - 1] == ")" and words.count("(", start, end) >= words.count(")", start, end)


def is_anaphor(words: str) -> bool:
    """Whether words only refer to something named before: 'this association', 'similar cases'."""
    return claim_rules().naming["anaphor"].match(words) is not None


def read_bound(limit: str) -> str:
    """Return 'at_most', 'at_least', 'about' or 'exact', read from the words before a number."""
    for name, pattern in claim_rules().bounds:
        if re.search(pattern, limit):
            return name
    return "exact"


def stems(words: str) -> frozenset[str]:
    """Return the first letters of the longer words of a text, without common words: what the text is about."""
    return frozenset(word[:_STEM_LETTERS] for word in _WORD.findall(words.lower()) if word not in claim_rules().common)


def shares_a_word(words: str, claimed: TextSpan | None, title: str) -> bool:
    """Whether what is claimed shares a word with the title.

    An abbreviation and an anaphor count as shared, and so does anything where there is no title.
    """
    if not title.strip():
        return True
    named = words[slice(*claimed)] if claimed else words
    if is_anaphor(named) or _ABBREVIATION.search(named):
        return True
    return not stems(named).isdisjoint(stems(title))

"""Names that share a word across a conjunction: "breast and ovarian cancer", "hepatitis B and C".

The text spells out only one of the names. Candidates for the other are made from its words and looked up in the trie:

    word     0       1    2        3                 0          1  2    3
             breast  and  ovarian  cancer            hepatitis  B  and  C
    hit                   [2, 4)                     [0, 2)
    candidate words [0, 3] "breast cancer"           [0, 3] "hepatitis C"
    span of it      [0, 4)                           [0, 4)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from transforms.columnar.types import Bools, Ints
from transforms.text.phrase_trie import Hits, Trie
from transforms.text.tokens import BROKEN, COMMA, JOINED, Tokens, tokenize

_CONJUNCTIONS = tokenize("and or").hash
_LONGEST_LIST = 4
_LONGEST_PART = 2
_JOINED = bytes([JOINED])


@dataclass(frozen=True)
class CoordinatedNames:
    """Names put together across a conjunction; whether they name a counted concept is for the caller to check.

    first, last: the words of the whole expression, conjunction included; key: of the trie; words: numbers of the words
    that make up the name; partner: position of the hit that lent its words.
    """

    first: Ints
    last: Ints
    key: Ints
    words: list[list[int]]
    partner: Ints


@dataclass(frozen=True)
class _Candidate:
    words: list[int]
    first: int
    last: int
    partner: int


def find_coordinated(tokens: Tokens, hits: Hits, trie: Trie) -> CoordinatedNames:
    """The names of the trie that borrow words from a hit on the other side of an "and" or "or".

    hits: in order and without overlaps.
    """
    candidates = [*_before_conjunction(tokens, hits), *_after_conjunction(tokens, hits)]
    candidate_tokens = _as_tokens(tokens, [candidate.words for candidate in candidates])
    begins = np.cumsum([0] + [len(candidate.words) for candidate in candidates])
    matches = trie.find(candidate_tokens)
    # only a candidate that is a name as a whole counts, not one that contains a name
    number = np.searchsorted(begins, matches.first, side="right") - 1
    is_whole = (begins[number] == matches.first) & (np.append(begins, 0)[number + 1] == matches.last)
    chosen = [candidates[at] for at in number[is_whole].tolist()]
    return CoordinatedNames(
        np.array([candidate.first for candidate in chosen], np.int64),
        np.array([candidate.last for candidate in chosen], np.int64),
        matches.key[is_whole],
        [candidate.words for candidate in chosen],
        np.array([candidate.partner for candidate in chosen], np.int64),
    )


def _before_conjunction(tokens: Tokens, hits: Hits) -> Iterator[_Candidate]:
    """Words before a conjunction, completed with the last words of the name after it ("breast" + "cancer")."""
    gaps = tokens.gap.tobytes()
    partners = _next_to_conjunction(tokens, hits, hits.first - 1, hits.first)
    for number, first, last in zip(partners, hits.first[partners].tolist(), hits.last[partners].tolist(), strict=True):
        for part in _parts_before(gaps, first - 1):
            # the first word of the hit stays its own: "ovarian" is what "breast" takes the place of
            for shared in range(first + 1, min(last, first + 1 + _LONGEST_PART)):
                yield _Candidate([*part, *range(shared, last)], part[0], last, number)


def _parts_before(gaps: bytes, conjunction: int) -> Iterator[range]:
    """One or two words before a conjunction, and before each comma of the list that the conjunction ends.

    "lung, breast and ovarian cancer" (conjunction 2) -> [1], [0]; two words are taken only across a JOINED gap.
    """
    end = conjunction
    for _ in range(_LONGEST_LIST):
        for length in range(1, _LONGEST_PART + 1):
            begin = end - length
            if begin < 0 or gaps[begin + 1 : end].strip(_JOINED):
                break
            yield range(begin, end)
        if end < 2 or gaps[end - 1] != COMMA:
            break
        end -= 1


def _after_conjunction(tokens: Tokens, hits: Hits) -> Iterator[_Candidate]:
    """Words after a conjunction, completed with the first words of the name before it ("hepatitis" + "C")."""
    gaps = tokens.gap.tobytes()
    conjunction = hits.last
    partners = _next_to_conjunction(tokens, hits, conjunction, np.minimum(conjunction + 1, len(tokens) - 1))
    for number, first, last in zip(partners, hits.first[partners].tolist(), hits.last[partners].tolist(), strict=True):
        # the last word of the hit is what the words after the conjunction take the place of
        for end in range(last + 2, min(last + 1 + _LONGEST_PART, len(gaps)) + 1):
            if gaps[last + 2 : end].strip(_JOINED):
                break
            yield _Candidate([*range(first, last - 1), *range(last + 1, end)], first, end, number)


def _next_to_conjunction(tokens: Tokens, hits: Hits, conjunction: Ints, following: Ints) -> list[int]:
    """The positions of hits of several words that have a conjunction at the given word, with `following` after it."""
    word = np.clip(conjunction, 0, len(tokens) - 1)
    eligible: Bools = (word == conjunction) & (hits.last - hits.first > 1)
    eligible &= (following == conjunction + 1) & (tokens.gap[word] != BROKEN) & (tokens.gap[following] == JOINED)
    at = eligible.nonzero()[0]
    return at[np.isin(tokens.hash[word[at]], _CONJUNCTIONS)].tolist()


def _as_tokens(tokens: Tokens, names: list[list[int]]) -> Tokens:
    """The words of the candidates one after the other, with a BROKEN gap before each candidate."""
    words = np.array([word for name in names for word in name], np.int64)
    gap = np.full(len(words), JOINED, np.uint8)
    # no name continues across a BROKEN gap, so a match cannot reach into the next candidate
    gap[np.cumsum([0] + [len(name) for name in names])[:-1]] = BROKEN
    return Tokens(tokens.start[words], tokens.end[words], tokens.hash[words], gap, np.zeros(0, np.int64))

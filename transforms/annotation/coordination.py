"""Names that share a word: "breast and ovarian cancer", "hepatitis B and C"."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Ints
from transforms.text.phrase_trie import Hits, Trie
from transforms.text.tokens import BROKEN, COMMA, JOINED, Tokens, tokenize

_CONJUNCTIONS = tokenize("and or").hash
_LONGEST_LIST = 4
_LONGEST_PART = 2
_JOINED = bytes([JOINED])


@dataclass(frozen=True)
class Coordinated:
    """Names put together across a conjunction, none of them sure to be one that counts.

    first, last: the words of the whole, conjunction and all; key: of the trie; words: those that make up the name;
    beside: the number of the hit that stands on the other side.
    """

    first: Ints
    last: Ints
    key: Ints
    words: list[list[int]]
    beside: Ints


@dataclass(frozen=True)
class _Candidate:
    words: list[int]
    first: int
    last: int
    beside: int


def find_coordinated(tokens: Tokens, hits: Hits, trie: Trie) -> Coordinated:
    """What the names beside an 'and' or 'or' lend a word to, where that makes a name of the trie.

    hits: in order and without overlap.
    """
    candidates = [*_before(tokens, hits), *_after(tokens, hits)]
    made = _as_tokens(tokens, [one.words for one in candidates])
    begins = np.cumsum([0] + [len(one.words) for one in candidates])
    found = trie.find(made)
    number = np.searchsorted(begins, found.first, side="right") - 1
    whole = (begins[number] == found.first) & (np.append(begins, 0)[number + 1] == found.last)
    chosen = [candidates[at] for at in number[whole].tolist()]
    return Coordinated(
        np.array([one.first for one in chosen], np.int64),
        np.array([one.last for one in chosen], np.int64),
        found.key[whole],
        [one.words for one in chosen],
        np.array([one.beside for one in chosen], np.int64),
    )


def _before(tokens: Tokens, hits: Hits) -> Iterator[_Candidate]:
    """Words before a conjunction that may share the end of the name after it."""
    gaps = tokens.gap.tobytes()
    beside = _beside(tokens, hits, hits.first - 1, hits.first)
    for number, first, last in zip(beside, hits.first[beside].tolist(), hits.last[beside].tolist(), strict=True):
        for part in _parts_before(gaps, first - 1):
            for shared in range(first + 1, min(last, first + 1 + _LONGEST_PART)):
                yield _Candidate([*part, *range(shared, last)], part[0], last, number)


def _parts_before(gaps: bytes, conjunction: int) -> Iterator[range]:
    """One or two words before a conjunction, and before the commas of the list it ends."""
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


def _after(tokens: Tokens, hits: Hits) -> Iterator[_Candidate]:
    """Words after a conjunction that may share the beginning of the name before it."""
    gaps = tokens.gap.tobytes()
    beside = _beside(tokens, hits, hits.last, np.minimum(hits.last + 1, len(tokens) - 1))
    for number, first, last in zip(beside, hits.first[beside].tolist(), hits.last[beside].tolist(), strict=True):
        for end in range(last + 2, min(last + 1 + _LONGEST_PART, len(gaps)) + 1):
            if gaps[last + 2 : end].strip(_JOINED):
                break
            yield _Candidate([*range(first, last - 1), *range(last + 1, end)], first, end, number)


def _beside(tokens: Tokens, hits: Hits, conjunction: Ints, following: Ints) -> list[int]:
    """Hits of several words with a conjunction at the given place, which `following` comes after."""
    place = np.clip(conjunction, 0, len(tokens) - 1)
    there: npt.NDArray[np.bool_] = (place == conjunction) & (hits.last - hits.first > 1)
    there &= (following == conjunction + 1) & (tokens.gap[place] != BROKEN) & (tokens.gap[following] == JOINED)
    at = there.nonzero()[0]
    return at[np.isin(tokens.hash[place[at]], _CONJUNCTIONS)].tolist()


def _as_tokens(tokens: Tokens, names: list[list[int]]) -> Tokens:
    """The words of made-up names, one name after the other."""
    words = np.array([word for name in names for word in name], np.int64)
    gap = np.full(len(words), JOINED, np.uint8)
    gap[np.cumsum([0] + [len(name) for name in names])[:-1]] = BROKEN
    return Tokens(tokens.start[words], tokens.end[words], tokens.hash[words], gap, np.zeros(0, np.int64))

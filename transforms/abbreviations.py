"""Abbreviations that a text defines itself: "acute renal failure (ARF)".

Found by the abbreviation-extractor library, after Schwartz AS, Hearst MA. A simple algorithm for identifying
abbreviation definitions in biomedical text. Pac Symp Biocomput 2003:451-62.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from abbreviation_extractor import extract_abbreviation_definition_pairs

from transforms.document_text import DocumentText
from transforms.matching import Hits, leftmost_longest
from transforms.tokens import Ints, Tokens

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Definition:
    """A short form, and where in the text (code points) its long form stands."""

    short: str
    start: int
    end: int


def find_definitions(text: str) -> list[Definition]:
    """The abbreviations a text defines, in order; of one short form the first definition holds.

    A word in brackets that is a word of what stands before them abbreviates nothing.
    """
    if "(" not in text:
        return []
    found: dict[str, Definition] = {}
    encoded = None if text.isascii() else text.encode()
    for pair in extract_abbreviation_definition_pairs(text, tokenize=False):
        start, end = pair.start, pair.end
        if encoded is not None:
            start = len(encoded[:start].decode(errors="replace"))
            end = start + len(encoded[pair.start : end].decode(errors="replace"))
        spoken = _WORDS.findall(pair.definition.lower())
        if text[start:end] == pair.definition and pair.abbreviation.lower() not in spoken:
            found.setdefault(pair.abbreviation, Definition(pair.abbreviation, start, end))
    return list(found.values())


@dataclass(frozen=True)
class Occurrences:
    """Where the abbreviations that texts define stand in them: numbers of words, in order and without overlap.

    definition: the number of the definition each occurrence belongs to; long_first, long_last: the words of each
    definition's long form (the first, and one past the last).
    """

    first: Ints
    last: Ints
    definition: Ints
    long_first: Ints
    long_last: Ints


def abbreviated(tokens: Tokens, text: DocumentText) -> Occurrences:
    """The occurrences of every abbreviation that a document of the batch defines, in that document.

    Short forms without a capital or digit are left alone: too many are words of their own.
    """
    long_forms: list[tuple[int, int]] = []
    places: list[tuple[int, int, int]] = []
    begins = text.begin.tolist()
    for begin, end in pairwise(begins):
        document = text.text[begin:end]
        for definition in find_definitions(document):
            if definition.short.islower():
                continue
            number = len(long_forms)
            long_forms.append((begin + definition.start, begin + definition.end))
            places.extend((begin + a, begin + b, number) for a, b in _occurrences(definition.short, document))
    start, end_of, number_of = np.array(places, np.int64).reshape(-1, 3).T
    first, last = _words(tokens, start, end_of)
    order = np.argsort(first, kind="stable")
    whole = order[first[order] < last[order]]
    found = leftmost_longest(Hits(first[whole], last[whole], number_of[whole]))
    long_start, long_end = np.array(long_forms, np.int64).reshape(-1, 2).T
    return Occurrences(found.first, found.last, found.key, *_words(tokens, long_start, long_end))


def _occurrences(short: str, document: str) -> Iterator[tuple[int, int]]:
    """Where a short form stands as a word of its own, or with a plural s."""
    at = document.find(short)
    while at >= 0:
        end = at + len(short)
        end += document[end : end + 1] == "s"
        if not document[at - 1 : at].isalnum() and not document[end : end + 1].isalnum():
            yield at, end
        at = document.find(short, end)


def _words(tokens: Tokens, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The words within stretches of text: the first, and one past the last."""
    return np.searchsorted(tokens.start, start), np.searchsorted(tokens.end, end, side="right")

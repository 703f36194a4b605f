"""Finds the abbreviations that a text defines itself: "acute renal failure (ARF)".

The abbreviation-extractor library does the matching, after Schwartz AS, Hearst MA. A simple algorithm for identifying
abbreviation definitions in biomedical text. Pac Symp Biocomput 2003:451-62.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from abbreviation_extractor import extract_abbreviation_definition_pairs

from transforms.columnar.integers import distinct, is_in
from transforms.columnar.types import Bools, Codes, Hashes, Ints
from transforms.text.document_text import DocumentText
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import Tokens, tokenize

_WORDS = re.compile(r"\w+")
_LONGEST_BRACKET = 40
_BRACKETS_AT_ONCE = 10_000
_LONGEST_SENTENCE = 5_000  # code points
_MOST_IN_A_DOCUMENT = 200
"""No real abstract has more. The cost of the library and of the look-up grows with the square of this number."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Definition(NamedTuple):
    """A short form, and the start and end of its long form in the text (code points)."""

    short: str
    start: int
    end: int


def find_definitions(text: str) -> list[Definition]:
    """The abbreviations that a text defines, in order; of one short form the first definition.

    A bracketed word that is itself a word of the long form ("lymph node (node)") is not an abbreviation.
    """
    first_definitions: dict[str, Definition] = {}
    for definition in _pairs(text) if "(" in text else ():
        first_definitions.setdefault(definition.short, definition)
    return list(first_definitions.values())


def _pairs(text: str) -> Iterator[Definition]:
    """Every pair of a short and a long form that the library finds in a text."""
    pairs = extract_abbreviation_definition_pairs(text, tokenize=False)
    encoded = text.encode() if pairs and not text.isascii() else None
    for pair in pairs:
        short, long, start = pair.abbreviation, pair.definition, pair.start
        if encoded is not None:  # the library counts bytes of UTF-8
            start = len(encoded[:start].decode(errors="replace"))
        end = start + len(long)
        if text.startswith(long, start) and not _is_a_word_of(short.lower(), long.lower()):
            yield Definition(short, start, end)


def _is_a_word_of(short: str, long: str) -> bool:
    return short in long and short in _WORDS.findall(long)


@dataclass(frozen=True)
class Definitions:
    """The abbreviations that the documents of a batch define.

    One entry per document and short form; long_start and long_end are positions of the long form in the batch's text.
    """

    document: list[int]
    short: list[str]
    long_start: Ints
    long_end: Ints


def find_definitions_in_batch(text: DocumentText, sentence_starts: Ints) -> Definitions:
    """The abbreviations that the documents of a batch define, each within one sentence.

    sentence_starts: positions where sentences start, ascending. Short forms in lower case are ignored: too many of them
    are ordinary words.
    """
    ends = np.append(sentence_starts, text.begin[-1])[1:]
    # the library is slow, and few sentences can define an abbreviation: sort them out with numpy first
    chosen = _sentences_with_short_forms(text.characters.codes, sentence_starts)
    chosen = chosen[ends[chosen] - sentence_starts[chosen] <= _LONGEST_SENTENCE]
    document = text.document_at(sentence_starts[chosen])
    sentences = zip(document.tolist(), sentence_starts[chosen].tolist(), ends[chosen].tolist(), strict=True)
    rows: dict[tuple[int, str], tuple[int, int]] = {}
    defined: Counter[int] = Counter()
    for number, begin, end in sentences:
        for short, start, stop in _pairs(text.text[begin:end]) if defined[number] <= _MOST_IN_A_DOCUMENT else ():
            if not short.islower():
                rows.setdefault((number, short), (begin + start, begin + stop))
                defined[number] += 1
    long_form = np.array(list(rows.values()), np.int64).reshape(-1, 2)
    return Definitions([number for number, _ in rows], [short for _, short in rows], long_form[:, 0], long_form[:, 1])


def _sentences_with_short_forms(codes: Codes, sentence_starts: Ints) -> Ints:
    """The numbers of the sentences with a bracket that may hold a short form."""
    opens = (codes == ord("(")).nonzero()[0]
    blocks = [opens[at : at + _BRACKETS_AT_ONCE] for at in range(0, len(opens), _BRACKETS_AT_ONCE)]
    likely = np.concatenate([np.zeros(0, np.int64), *(block[_may_hold_a_short_form(codes, block)] for block in blocks)])
    return distinct(np.searchsorted(sentence_starts, likely, side="right") - 1)


def _may_hold_a_short_form(codes: Codes, opens: Ints) -> Bools:
    """Whether each opening bracket is closed (or its first part ends with a semicolon) soon, after a capital letter."""
    inside = codes.take(opens[:, None] + np.arange(1, _LONGEST_BRACKET + 1), mode="clip")
    closed = (inside == ord(")")) | (inside == ord(";"))
    capital = (inside - np.uint32(ord("A")) < 26) | (inside > 0x7F)
    likely: Bools = closed.any(1) & capital.any(1) & (capital.argmax(1) < closed.argmax(1))
    return likely


def find_occurrences(defined: Definitions, wanted: list[bool], tokens: Tokens, text: DocumentText) -> Hits:
    """The occurrences of the wanted abbreviations in their documents, without overlaps.

    The key of a hit is the number of the definition.
    """
    occurrences: list[tuple[int, int, int]] = []
    for number, (document, short) in enumerate(zip(defined.document, defined.short, strict=True)):
        if wanted[number]:
            begin, end = int(text.begin[document]), int(text.begin[document + 1])
            occurrences.extend((a, b, number) for a, b in _occurrences(short, text.text, begin, end))
    start, end_of, key = np.array(occurrences, np.int64).reshape(-1, 3).T
    first, last = token_range(tokens, start, end_of)
    order = np.argsort(first, kind="stable")
    whole = order[first[order] < last[order]]
    return leftmost_longest(Hits(first[whole], last[whole], key[whole]))


def _occurrences(short: str, text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of a short form as a word of its own, or with a plural s, between two positions of the text."""
    at = text.find(short, begin, end)
    while at >= 0:
        after = at + len(short)
        after += text[after : after + 1] == "s"
        if not text[at - 1 : at].isalnum() and not text[after : after + 1].isalnum():
            yield at, after
        at = text.find(short, after, end)


def is_defined_as_abbreviation(defined: Definitions, hits: Hits, tokens: Tokens, text: DocumentText) -> Bools:
    """Which hits are a single word that their document defines as an abbreviation."""
    single = hits.last - hits.first == 1
    short_tokens = tokenize("\n".join(defined.short))
    # short forms of several words ("HLA-B") are left out: only a single word can equal one
    line_start = np.cumsum([0] + [len(short) + 1 for short in defined.short])
    number = np.searchsorted(line_start, short_tokens.start, side="right") - 1
    alone = np.bincount(number, minlength=len(defined.short))[number] == 1
    known = _in_document(short_tokens.hash[alone], np.array(defined.document, np.int64)[number[alone]])
    document = text.document_at(tokens.start[hits.first[single]])
    single[single] = is_in(_in_document(tokens.hash[hits.first[single]], document), known)
    return single


def _in_document(hashes: Hashes, document: Ints) -> Hashes:
    """One number for a word in a document: a hash, so that pairs can be intersected as integers."""
    return hashes ^ (document.astype(np.uint64) * _MULTIPLIER)


def token_range(tokens: Tokens, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The words within spans of the text: the number of the first, and one past the last."""
    return np.searchsorted(tokens.start, start), np.searchsorted(tokens.end, end, side="right")

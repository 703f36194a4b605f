"""Abbreviations that a text defines itself: "acute renal failure (ARF)".

Found by the abbreviation-extractor library, after Schwartz AS, Hearst MA. A simple algorithm for identifying
abbreviation definitions in biomedical text. Pac Symp Biocomput 2003:451-62.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from abbreviation_extractor import extract_abbreviation_definition_pairs

from transforms.columnar.integers import distinct, is_in
from transforms.columnar.types import Codes, Hashes, Ints
from transforms.text.document_text import DocumentText
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import Tokens, tokenize

_WORDS = re.compile(r"\w+")
_LONGEST_BRACKET = 40
_BRACKETS_AT_ONCE = 10_000
_LONGEST_SENTENCE = 5_000
_MOST_IN_A_DOCUMENT = 200
"""Beyond these, nobody wrote it to be read; left alone, because the library and the look-up cost the square of them."""
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Definition(NamedTuple):
    """A short form, and where in the text (code points) its long form stands."""

    short: str
    start: int
    end: int


def find_definitions(text: str) -> list[Definition]:
    """The abbreviations a text defines, in order; of one short form the first definition holds.

    A word in brackets that is a word of what stands before them abbreviates nothing.
    """
    found: dict[str, Definition] = {}
    for one in _pairs(text) if "(" in text else ():
        found.setdefault(one.short, one)
    return list(found.values())


def _pairs(text: str) -> Iterator[Definition]:
    """The short and long forms of a text as they come."""
    found = extract_abbreviation_definition_pairs(text, tokenize=False)
    encoded = text.encode() if found and not text.isascii() else None
    for pair in found:
        short, long, start = pair.abbreviation, pair.definition, pair.start
        if encoded is not None:
            start = len(encoded[:start].decode(errors="replace"))
        end = start + len(long)
        if text.startswith(long, start) and not _is_a_word_of(short.lower(), long.lower()):
            yield Definition(short, start, end)


def _is_a_word_of(short: str, long: str) -> bool:
    return short in long and short in _WORDS.findall(long)


@dataclass(frozen=True)
class Definitions:
    """The abbreviations that the documents of a batch define: the document, the short form, the long form's place."""

    document: list[int]
    short: list[str]
    long_start: Ints
    long_end: Ints


def find_definitions_in_batch(text: DocumentText, sentence_begins: Ints) -> Definitions:
    """The abbreviations that the documents of a batch define, each within one sentence.

    sentence_begins: the places where sentences begin, ascending. Short forms without a capital are left alone: too many
    are words of their own.
    """
    ends = np.append(sentence_begins, text.begin[-1])[1:]
    chosen = _with_brackets(text.characters.codes, sentence_begins)
    chosen = chosen[ends[chosen] - sentence_begins[chosen] <= _LONGEST_SENTENCE]
    document = text.document_at(sentence_begins[chosen])
    places = zip(document.tolist(), sentence_begins[chosen].tolist(), ends[chosen].tolist(), strict=True)
    rows: dict[tuple[int, str], tuple[int, int]] = {}
    defined: Counter[int] = Counter()
    for number, begin, end in places:
        for short, start, stop in _pairs(text.text[begin:end]) if defined[number] <= _MOST_IN_A_DOCUMENT else ():
            if not short.islower():
                rows.setdefault((number, short), (begin + start, begin + stop))
                defined[number] += 1
    place = np.array(list(rows.values()), np.int64).reshape(-1, 2)
    return Definitions([number for number, _ in rows], [short for _, short in rows], place[:, 0], place[:, 1])


def _with_brackets(codes: Codes, sentence_begins: Ints) -> Ints:
    """The numbers of sentences with brackets that may hold a short form: soon closed or cut off, with a capital."""
    opens = (codes == ord("(")).nonzero()[0]
    blocks = [opens[at : at + _BRACKETS_AT_ONCE] for at in range(0, len(opens), _BRACKETS_AT_ONCE)]
    likely = np.concatenate([np.zeros(0, np.int64), *(block[_may_hold_a_short_form(codes, block)] for block in blocks)])
    return distinct(np.searchsorted(sentence_begins, likely, side="right") - 1)


def _may_hold_a_short_form(codes: Codes, opens: Ints) -> npt.NDArray[np.bool_]:
    inside = codes.take(opens[:, None] + np.arange(1, _LONGEST_BRACKET + 1), mode="clip")
    closed = (inside == ord(")")) | (inside == ord(";"))
    capital = (inside - np.uint32(ord("A")) < 26) | (inside > 0x7F)
    likely: npt.NDArray[np.bool_] = closed.any(1) & capital.any(1) & (capital.argmax(1) < closed.argmax(1))
    return likely


def find_occurrences(defined: Definitions, wanted: list[bool], tokens: Tokens, text: DocumentText) -> Hits:
    """Where the wanted abbreviations stand in their documents, none overlapping; keyed by number of the definition."""
    places: list[tuple[int, int, int]] = []
    for number, (document, short) in enumerate(zip(defined.document, defined.short, strict=True)):
        if wanted[number]:
            begin, end = int(text.begin[document]), int(text.begin[document + 1])
            places.extend((a, b, number) for a, b in _occurrences(short, text.text, begin, end))
    start, end_of, key = np.array(places, np.int64).reshape(-1, 3).T
    first, last = token_range(tokens, start, end_of)
    order = np.argsort(first, kind="stable")
    whole = order[first[order] < last[order]]
    return leftmost_longest(Hits(first[whole], last[whole], key[whole]))


def _occurrences(short: str, text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a short form stands as a word of its own, or with a plural s, in a stretch of the text."""
    at = text.find(short, begin, end)
    while at >= 0:
        after = at + len(short)
        after += text[after : after + 1] == "s"
        if not text[at - 1 : at].isalnum() and not text[after : after + 1].isalnum():
            yield at, after
        at = text.find(short, after, end)


def is_defined_as_abbreviation(
    defined: Definitions, hits: Hits, tokens: Tokens, text: DocumentText
) -> npt.NDArray[np.bool_]:
    """Which hits are a single word that their document defines as an abbreviation."""
    single = hits.last - hits.first == 1
    spelt = tokenize("\n".join(defined.short))
    line = np.cumsum([0] + [len(short) + 1 for short in defined.short])
    number = np.searchsorted(line, spelt.start, side="right") - 1
    alone = np.bincount(number, minlength=len(defined.short))[number] == 1
    known = _in_document(spelt.hash[alone], np.array(defined.document, np.int64)[number[alone]])
    document = text.document_at(tokens.start[hits.first[single]])
    single[single] = is_in(_in_document(tokens.hash[hits.first[single]], document), known)
    return single


def _in_document(hashes: Hashes, document: Ints) -> Hashes:
    """One number for a word in a document."""
    return hashes ^ (document.astype(np.uint64) * _SPREAD)


def token_range(tokens: Tokens, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The words within stretches of text: the first, and one past the last."""
    return np.searchsorted(tokens.start, start), np.searchsorted(tokens.end, end, side="right")

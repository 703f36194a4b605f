"""Finds the phrases of a trie in text, for all words of a batch at once.

A phrase is a sequence of words; a word is a number that its hash is looked up by (`Lexicon`), so that all written
forms of a word ("tumor", "tumours") are one step of the trie. Example with the phrases "lymph node" (key 0), "lymph"
(key 1) and "node biopsy" (key 2):

    state 0 (root) --lymph--> state 1 [key 1] --node--> state 3 [key 0]
                   --node---> state 2 ------biopsy----> state 4 [key 2]

    text     Lymph     node      biopsy
    word     0         1         2
    hits     [0, 1) key 1;  [0, 2) key 0;  [1, 3) key 2

`Trie.find` does not walk word by word: it starts a path at every word of the text that begins a phrase, then moves all
open paths on by one word per round. The number of rounds is the length of the longest match, not of the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.columnar.hash_table import ABSENT, HashTable
from transforms.columnar.types import Bools, Gaps, Hashes, Ints
from transforms.text.tokens import BROKEN, COMMA, Tokens, tokenize

_SEPARATOR = "\n"
_LARGEST_FILTERED = 4096
_FILTER_SHIFT = 48
_LENGTH_BITS = 20


@dataclass(frozen=True)
class Hits:
    """Matches of phrases: the number of the first word, one past the last word, and the phrase's key."""

    first: Ints
    last: Ints
    key: Ints

    def __len__(self) -> int:
        return len(self.first)

    def take(self, chosen: Ints | Bools) -> "Hits":
        """The chosen hits, by position or by mask."""
        return Hits(self.first[chosen], self.last[chosen], self.key[chosen])

    def union(self, others: "Hits") -> "Hits":
        """These and other hits, sorted by first word, then by length."""
        joined = Hits(
            np.concatenate([self.first, others.first]),
            np.concatenate([self.last, others.last]),
            np.concatenate([self.key, others.key]),
        )
        return joined.take(np.argsort(_sort_key(joined.first, joined.last), kind="stable"))

    def index_of(self, first: Ints, last: Ints) -> Ints:
        """The position of the hit that covers exactly these words, -1 where there is none. The hits must be sorted."""
        at = np.searchsorted(_sort_key(self.first, self.last), _sort_key(first, last))
        is_hit = np.append(self.first, -1)[at] == first
        return np.where(is_hit & (np.append(self.last, -1)[at] == last), at, -1)


def _sort_key(first: Ints, last: Ints) -> Ints:
    """One integer by which hits sort by first word, then by length."""
    return (first << _LENGTH_BITS) + (last - first)


@dataclass(frozen=True)
class Lexicon:
    """Maps the hash of a written word to the number of the word; several written forms may share one number.

    prefilter: only for a small lexicon, which lacks most words of a text: true at the leading 16 bits of each hash it
    has. Most words are ruled out by this array of 64 kB, which stays in the processor's cache.
    """

    table: HashTable
    size: int
    prefilter: Bools | None

    @classmethod
    def from_forms(cls, forms: Sequence[str], word: npt.NDArray[np.int32]) -> "Lexicon":
        """The lexicon of distinct folded forms and the word number of each.

        Of two forms with one hash the first is kept.
        """
        hashes = tokenize(_SEPARATOR.join(forms)).hash
        distinct, at = np.unique(hashes, return_index=True)
        prefilter = None
        if len(distinct) < _LARGEST_FILTERED:
            prefilter = np.zeros(1 << (64 - _FILTER_SHIFT), bool)
            prefilter[(distinct >> np.uint64(_FILTER_SHIFT)).view(np.int64)] = True
        return cls(HashTable.build(distinct, word[at]), int(word.max(initial=-1)) + 1, prefilter)

    def word_numbers(self, hashes: Hashes) -> npt.NDArray[np.int32]:
        """The word number of each hash, ABSENT for a word of no phrase."""
        if self.prefilter is None:
            return self.table.find(hashes)
        numbers = np.full(len(hashes), ABSENT, np.int32)
        at = self.prefilter.take((hashes >> np.uint64(_FILTER_SHIFT)).view(np.int64)).nonzero()[0]
        numbers[at] = self.table.find(hashes.take(at))
        return numbers


@dataclass(frozen=True)
class Trie:
    """Phrases as paths of words, and of the commas between them, from a root.

    first: by word number, the state after that word from the root; a last entry stands for ABSENT words. steps: the
    other transitions, from (state, word, comma before the word?) to the next state. key: by state, the key of the
    phrase that ends there or ABSENT. "fever, recurrent" and "fever recurrent" are different phrases.
    """

    lexicon: Lexicon
    first: npt.NDArray[np.int32]
    steps: HashTable
    key: npt.NDArray[np.int32]

    @classmethod
    def build(cls, lexicon: Lexicon, words: npt.NDArray[np.int32], gaps: Gaps, begins: Ints) -> tuple["Trie", Ints]:
        """The trie of phrases and the key of each phrase; phrases of the same words and commas share a key.

        words, gaps: of all phrases one after the other; phrase i begins at begins[i].
        """
        # one level of the trie per round: the states of all phrases advance by one word, and equal steps get one state
        lengths = np.diff(np.append(begins, len(words)))
        states, depth = np.zeros(len(begins), np.int64), 0
        keys, values, count = [], [], 1
        active = np.flatnonzero(lengths > depth)
        while len(active):
            at = begins[active] + depth
            comma = (gaps[at] == COMMA) & (depth > 0)
            step = _step(states[active], words[at], comma, lexicon.size)
            distinct, which = np.unique(step, return_inverse=True)
            keys.append(distinct)
            values.append(np.arange(count, count + len(distinct), dtype=np.int32))
            states[active] = count + which
            count += len(distinct)
            depth += 1
            active = active[lengths[active] > depth]
        ends, phrase_key = np.unique(states, return_inverse=True)
        key = np.full(count, ABSENT, np.int32)
        key[ends] = np.arange(len(ends))
        return cls._from_levels(lexicon, keys, values, key), phrase_key

    @classmethod
    def _from_levels(
        cls, lexicon: Lexicon, keys: list[Hashes], values: list[npt.NDArray[np.int32]], key: npt.NDArray[np.int32]
    ) -> "Trie":
        # the first level is an array by word number, not a hash table: `find` asks it for every word of the text
        first = np.full(lexicon.size + 1, ABSENT, np.int32)
        if keys:
            first[((keys[0] - np.uint64(1)) >> np.uint64(1)).astype(np.int64)] = values[0]
        deeper = np.concatenate([np.zeros(0, np.uint64), *keys[1:]])
        deeper_values = np.concatenate([np.zeros(0, np.int32), *values[1:]])
        return cls(lexicon, first, HashTable.build(deeper, deeper_values), key)

    def find(self, tokens: Tokens) -> Hits:
        """Every occurrence of every phrase, overlapping ones too; sorted by first word, then by length."""
        # a sentinel after the last word ends every path there; ABSENT (-1) wraps round to the last entry of `first`
        words = np.append(self.lexicon.word_numbers(tokens.hash), np.int32(ABSENT))
        is_passable = np.append(tokens.gap != BROKEN, False) & (words >= 0)
        comma = np.append(tokens.gap == COMMA, False)
        state = self.first.take(words, mode="wrap")
        begin = (state >= 0).nonzero()[0]
        state = state.take(begin)
        after = begin + 1
        hits = []
        while len(begin):
            key = self.key.take(state)
            ends = (key >= 0).nonzero()[0]
            hits.append((begin.take(ends), after.take(ends), key.take(ends)))
            open_paths = is_passable.take(after).nonzero()[0]
            begin, after, state = begin.take(open_paths), after.take(open_paths), state.take(open_paths)
            state = self.steps.find(_step(state, words.take(after), comma.take(after), self.lexicon.size))
            known = (state >= 0).nonzero()[0]
            begin, after, state = begin.take(known), after.take(known) + 1, state.take(known)
        return _sorted(hits)


def _step(state: npt.NDArray[np.integer], word: npt.NDArray[np.int32], comma: Bools, size: int) -> Hashes:
    """One integer from 1 for each (state, word, comma)."""
    numbers = (state.astype(np.int64) * size + word) * 2 + comma + 1
    return numbers.astype(np.uint64)


def _sorted(rounds: list[tuple[Ints, Ints, npt.NDArray[np.int32]]]) -> Hits:
    """The hits of all rounds by first word; a stable sort leaves shorter ones, of earlier rounds, first."""
    if not rounds:
        nothing = np.zeros(0, np.int64)
        return Hits(nothing, nothing, nothing)
    first, last, key = (np.concatenate(parts) for parts in zip(*rounds, strict=True))
    order = np.argsort(first, kind="stable")
    return Hits(first[order], last[order], key[order].astype(np.int64))


def leftmost_longest(hits: Hits) -> Hits:
    """The hits that remain when each word may belong to one only: from the left, the longest that begins there.

    hits: sorted as `Trie.find` sorts them. [0, 1), [0, 2), [1, 3), [2, 3) -> [0, 2), [2, 3).
    """
    if not len(hits):
        return hits
    longest = hits.take(np.append(hits.first[1:] != hits.first[:-1], True))
    reached = np.maximum.accumulate(longest.last)
    clear = np.append(True, longest.first[1:] >= reached[:-1])
    # A hit before which all others have ended is chosen. Only the others, which overlap something to their left, need
    # the loop: they are few. Each chain of overlaps is walked from the clear hit that opened it.
    disputed = np.flatnonzero(~clear)
    opened_by = np.flatnonzero(clear)[np.cumsum(clear)[disputed] - 1]
    end, opener = 0, -1
    for at, by, first, last in zip(
        disputed.tolist(),
        opened_by.tolist(),
        longest.first[disputed].tolist(),
        longest.last[disputed].tolist(),
        strict=True,
    ):
        if by != opener:
            end, opener = longest.last[by], by
        if first >= end:
            clear[at], end = True, last
    return longest.take(clear)

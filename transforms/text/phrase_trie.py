"""Phrases found in text: a trie over words, walked for all words of a batch at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.columnar.hash_table import ABSENT, HashTable
from transforms.columnar.types import Gaps, Hashes, Ints
from transforms.text.tokens import BROKEN, COMMA, Tokens, tokenize

_SEPARATOR = "\n"
_FEW, _LEADING = 4096, 48
_LENGTH_BITS = 20


@dataclass(frozen=True)
class Hits:
    """Phrases found: number of the first word, number after the last, and the phrase's key (`Phrases.keys`)."""

    first: Ints
    last: Ints
    key: Ints

    def __len__(self) -> int:
        return len(self.first)

    def take(self, chosen: Ints | npt.NDArray[np.bool_]) -> "Hits":
        """The chosen hits."""
        return Hits(self.first[chosen], self.last[chosen], self.key[chosen])

    def union(self, others: "Hits") -> "Hits":
        """These and other hits, sorted by first word, then by length."""
        joined = Hits(
            np.concatenate([self.first, others.first]),
            np.concatenate([self.last, others.last]),
            np.concatenate([self.key, others.key]),
        )
        return joined.take(np.argsort(_place(joined.first, joined.last), kind="stable"))

    def index_of(self, first: Ints, last: Ints) -> Ints:
        """The number of the hit that is these very words; -1 where there is none. For sorted hits."""
        at = np.searchsorted(_place(self.first, self.last), _place(first, last))
        there = np.append(self.first, -1)[at] == first
        return np.where(there & (np.append(self.last, -1)[at] == last), at, -1)


def _place(first: Ints, last: Ints) -> Ints:
    """A number by which hits sort by first word, then by length."""
    return (first << _LENGTH_BITS) + (last - first)


@dataclass(frozen=True)
class Lexicon:
    """Hash of a written word -> number of the word; several written forms may share one number.

    likely: for a lexicon that has few words of a text, true at the leading bits of each word's hash.
    """

    table: HashTable
    size: int
    likely: npt.NDArray[np.bool_] | None

    @classmethod
    def from_forms(cls, forms: Sequence[str], word: npt.NDArray[np.int32]) -> "Lexicon":
        """The lexicon of distinct folded forms and the number of each; of two forms with one hash the first stays."""
        hashes = tokenize(_SEPARATOR.join(forms)).hash
        distinct, at = np.unique(hashes, return_index=True)
        likely = None
        if len(distinct) < _FEW:
            likely = np.zeros(1 << (64 - _LEADING), bool)
            likely[(distinct >> np.uint64(_LEADING)).view(np.int64)] = True
        return cls(HashTable.build(distinct, word[at]), int(word.max(initial=-1)) + 1, likely)

    def word_numbers(self, hashes: Hashes) -> npt.NDArray[np.int32]:
        """The word's number for each hash, ABSENT for a word that no phrase has."""
        if self.likely is None:
            return self.table.find(hashes)
        numbers = np.full(len(hashes), ABSENT, np.int32)
        at = self.likely.take((hashes >> np.uint64(_LEADING)).view(np.int64)).nonzero()[0]
        numbers[at] = self.table.find(hashes.take(at))
        return numbers


@dataclass(frozen=True)
class Trie:
    """Sequences of words (and the commas between them) as paths from a root; each end is a key from 0.

    A step goes from (state, word, whether a comma stands before it) to the next state; `first` has the state after each
    word from the root, and a last entry for words that are ABSENT.
    """

    lexicon: Lexicon
    first: npt.NDArray[np.int32]
    steps: HashTable
    key: npt.NDArray[np.int32]

    @classmethod
    def build(cls, lexicon: Lexicon, words: npt.NDArray[np.int32], gaps: Gaps, begins: Ints) -> tuple["Trie", Ints]:
        """Phrases one after the other, phrase i from begins[i] -> the trie and each phrase's key.

        Phrases that are the same words share a key.
        """
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
        return cls._of_levels(lexicon, keys, values, key), phrase_key

    @classmethod
    def _of_levels(
        cls, lexicon: Lexicon, keys: list[Hashes], values: list[npt.NDArray[np.int32]], key: npt.NDArray[np.int32]
    ) -> "Trie":
        first = np.full(lexicon.size + 1, ABSENT, np.int32)
        if keys:
            first[((keys[0] - np.uint64(1)) >> np.uint64(1)).astype(np.int64)] = values[0]
        deeper = np.concatenate([np.zeros(0, np.uint64), *keys[1:]])
        deeper_values = np.concatenate([np.zeros(0, np.int32), *values[1:]])
        return cls(lexicon, first, HashTable.build(deeper, deeper_values), key)

    def find(self, tokens: Tokens) -> Hits:
        """Every occurrence of every phrase, overlapping ones too; sorted by first word, then by length."""
        words = np.append(self.lexicon.word_numbers(tokens.hash), np.int32(ABSENT))
        within = np.append(tokens.gap != BROKEN, False) & (words >= 0)
        comma = np.append(tokens.gap == COMMA, False)
        state = self.first.take(words, mode="wrap")
        begin = (state >= 0).nonzero()[0]
        state = state.take(begin)
        after = begin + 1
        found = []
        while len(begin):
            key = self.key.take(state)
            ends = (key >= 0).nonzero()[0]
            found.append((begin.take(ends), after.take(ends), key.take(ends)))
            go_on = within.take(after).nonzero()[0]
            begin, after, state = begin.take(go_on), after.take(go_on), state.take(go_on)
            state = self.steps.find(_step(state, words.take(after), comma.take(after), self.lexicon.size))
            known = (state >= 0).nonzero()[0]
            begin, after, state = begin.take(known), after.take(known) + 1, state.take(known)
        return _sorted(found)


def _step(
    state: npt.NDArray[np.integer], word: npt.NDArray[np.int32], comma: npt.NDArray[np.bool_], size: int
) -> Hashes:
    numbers = (state.astype(np.int64) * size + word) * 2 + comma + 1
    return numbers.astype(np.uint64)


def _sorted(found: list[tuple[Ints, Ints, npt.NDArray[np.int32]]]) -> Hits:
    if not found:
        nothing = np.zeros(0, np.int64)
        return Hits(nothing, nothing, nothing)
    first, last, key = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(first, kind="stable")
    return Hits(first[order], last[order], key[order].astype(np.int64))


def leftmost_longest(hits: Hits) -> Hits:
    """Of hits sorted as `Trie.find` sorts them: from the left, the longest that begins there; none that overlap."""
    if not len(hits):
        return hits
    longest = hits.take(np.append(hits.first[1:] != hits.first[:-1], True))
    reached = np.maximum.accumulate(longest.last)
    clear = np.append(True, longest.first[1:] >= reached[:-1])
    # where all before have ended, a hit is chosen; only those that follow it while it or they last are in dispute
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

"""Words of a batch of texts -> the concepts they name.

In this order: names found by their words; acronyms in the wrong case left out; abbreviations the text defines, in place
of whatever else they may mean; short acronyms that nothing in the text bears out left out; coordinated names ("breast
and ovarian cancer"); of what overlaps the leftmost and then the longest; the metal of a salt left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotation.abbreviations import (
    find_definitions_in_batch,
    find_occurrences,
    is_defined_as_abbreviation,
    token_range,
)
from transforms.annotation.coordination import find_coordinated
from transforms.columnar.integers import is_in
from transforms.columnar.types import Ints
from transforms.text.document_text import DocumentText
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import JOINED, Tokens, is_hyphen, tokenize
from transforms.vocabulary.compiled import Vocabulary

_PREFIXES = tokenize("anti non").hash
"""Before a name and a hyphen they make it the name of something else."""


@dataclass(frozen=True)
class Recognised:
    """Names in order, none overlapping; for each concept they stand for: the number of the hit, and its position."""

    hits: Hits
    mention: Ints
    concept: Ints


def recognise(tokens: Tokens, text: DocumentText, sentence_begins: Ints, vocabulary: Vocabulary) -> Recognised:
    """The names of counted concepts in a batch of texts, whose sentences begin at the given places (ascending)."""
    known = _Senses(tokens, text, vocabulary, [])
    hits = known.in_right_case(vocabulary.trie.find(tokens))
    hits = hits.take(~_prefixed(hits, tokens, text))
    hits = known.borne_out(known.with_abbreviations(hits, sentence_begins))
    hits = leftmost_longest(known.with_coordinated(hits))
    mention, concept = known.of(hits)
    alone = ~_companions(hits, mention, concept, tokens, vocabulary)
    number = np.cumsum(alone) - 1
    kept = alone[mention]
    return Recognised(hits.take(alone), number[mention[kept]], concept[kept])


@dataclass(frozen=True)
class _Senses:
    """What hits stand for. Keys beyond those of the vocabulary's trie are numbers in `further`."""

    tokens: Tokens
    text: DocumentText
    vocabulary: Vocabulary
    further: list[tuple[int, ...]]

    def in_right_case(self, hits: Hits) -> Hits:
        """Hits without acronyms in the wrong case, which must not stand in the way of other names."""
        doubtful = self.vocabulary.case_matters[hits.key].nonzero()[0]
        right = np.ones(len(hits), bool)
        right[doubtful] = False
        doubtful = doubtful[self._with_capitals(hits.take(doubtful))]
        right[doubtful] = [bool(concepts) for concepts in self._meant(hits.take(doubtful))]
        return hits.take(right)

    def _with_capitals(self, hits: Hits) -> npt.NDArray[np.bool_]:
        """Which hits have a capital, or a letter that is not ASCII's, as every acronym does."""
        start, end = self.tokens.start[hits.first], self.tokens.end[hits.last - 1]
        length = end - start
        before = np.cumsum(length) - length
        codes = self.text.characters.codes[np.repeat(start - before, length) + np.arange(int(length.sum()))]
        capital = (codes - np.uint32(ord("A")) < 26) | (codes > 0x7F)
        return np.bincount(np.repeat(np.arange(len(hits)), length), capital, len(hits)) > 0

    def of(self, hits: Hits) -> tuple[Ints, Ints]:
        """The concepts that hits stand for: numbers of hits, ascending, and a concept's position for each."""
        inherent, known = len(self.vocabulary.meanings), hits.key
        number, concept = self.vocabulary.meanings.expand(known[known < inherent])
        certain = (known < inherent).nonzero()[0][number]
        open_to_doubt = np.ones(len(hits), bool)
        open_to_doubt[certain] = False
        doubtful = open_to_doubt.nonzero()[0]
        if not len(doubtful):
            return certain, concept
        meant = self._meant(hits.take(doubtful))
        more = np.repeat(doubtful, [len(concepts) for concepts in meant])
        mention = np.append(certain, more)
        order = np.argsort(mention, kind="stable")
        further = np.array([one for concepts in meant for one in concepts], np.int64)
        return mention[order], np.append(concept, further)[order]

    def _meant(self, hits: Hits) -> list[tuple[int, ...]]:
        """What each hit means by its very words."""
        start, end = self.tokens.start[hits.first].tolist(), self.tokens.end[hits.last - 1].tolist()
        inherent = len(self.vocabulary.meanings)
        return [
            self.further[key - inherent] if key >= inherent else self.vocabulary.resolve(key, self.text.text[a:b])
            for key, a, b in zip(hits.key.tolist(), start, end, strict=True)
        ]

    def _adding(self, hits: Hits, first: Ints, last: Ints, senses: list[tuple[int, ...]]) -> Hits:
        """Hits and further ones with senses of their own, in order."""
        inherent = len(self.vocabulary.meanings) + len(self.further)
        self.further.extend(senses)
        return hits.union(Hits(first, last, inherent + np.arange(len(senses))))

    def with_abbreviations(self, hits: Hits, sentence_begins: Ints) -> Hits:
        """Hits with what the texts' own abbreviations stand for in place of what else they might."""
        defined = find_definitions_in_batch(self.text, sentence_begins)
        first, last = token_range(self.tokens, defined.long_start, defined.long_end)
        at = hits.index_of(first, last)
        named = (at >= 0).nonzero()[0]
        mention, concept = self.of(hits.take(at[named]))
        senses: list[tuple[int, ...]] = [()] * len(at)
        for number, one in zip(named[mention].tolist(), concept.tolist(), strict=True):
            senses[number] = (*senses[number], one)
        found = find_occurrences(defined, [bool(sense) for sense in senses], self.tokens, self.text)
        hits = hits.take(~(_within(hits, found) | is_defined_as_abbreviation(defined, hits, self.tokens, self.text)))
        return self._adding(hits, found.first, found.last, [senses[number] for number in found.key.tolist()])

    def borne_out(self, hits: Hits) -> Hits:
        """Hits without short acronyms, undefined here, of concepts that the text does not name otherwise."""
        short = np.append(self.vocabulary.ambiguous, False)[np.minimum(hits.key, len(self.vocabulary.ambiguous))]
        doubtful = short.nonzero()[0]
        if not len(doubtful):
            return hits
        document = self.text.document_at(self.tokens.start[hits.first]) * len(self.vocabulary.concept_ids)
        certain = (hits.key < len(self.vocabulary.meanings)).nonzero()[0]
        number, known = self.vocabulary.meanings.expand(hits.key[certain])
        mention, concept = self.of(hits.take(doubtful))
        borne = is_in(document[doubtful][mention] + concept, document[certain][number] + known)
        kept = ~short
        kept[doubtful[mention[borne]]] = True
        return hits.take(kept)

    def with_coordinated(self, hits: Hits) -> Hits:
        """Hits and names that share a word with another across an 'and' or 'or'."""
        longest = leftmost_longest(hits)
        found = find_coordinated(self.tokens, longest, self.vocabulary.trie)
        if not len(found.first):
            return hits
        spelt = zip(found.key.tolist(), self._spelt(found.words), strict=True)
        senses = [set(self.vocabulary.resolve(key, words)) for key, words in spelt]
        beside: list[set[int]] = [set() for _ in senses]
        mention, concept = self.of(longest.take(found.beside))
        for number, one in zip(mention.tolist(), concept.tolist(), strict=True):
            beside[number].add(one)
        together: dict[tuple[int, bool], tuple[int, int, set[int]]] = {}
        spans = zip(found.beside.tolist(), found.first.tolist(), found.last.tolist(), strict=True)
        for (hit, first, last), own, other in zip(spans, senses, beside, strict=True):
            if own - other:
                key = (hit, first < longest.first[hit])
                begin, end, known = together.get(key, (first, last, other))
                together[key] = min(begin, first), max(end, last), known | own
        firsts, lasts = (np.array([one[at] for one in together.values()], np.int64) for at in (0, 1))
        return self._adding(hits, firsts, lasts, [tuple(sorted(known)) for *_, known in together.values()])

    def _spelt(self, words: list[list[int]]) -> list[str]:
        start, end = self.tokens.start, self.tokens.end
        return [" ".join(self.text.text[start[one] : end[one]] for one in name) for name in words]


def _prefixed(hits: Hits, tokens: Tokens, text: DocumentText) -> npt.NDArray[np.bool_]:
    """Which hits follow a prefix that changes what they mean, joined by a hyphen."""
    before = np.maximum(hits.first - 1, 0)
    hyphen = is_hyphen(text.characters.codes[np.maximum(tokens.start[hits.first] - 1, 0)])
    joined = hyphen & (tokens.start[hits.first] - tokens.end[before] == 1)
    return joined & np.isin(tokens.hash[before], _PREFIXES)


def _within(hits: Hits, found: Hits) -> npt.NDArray[np.bool_]:
    """Which hits lie within an occurrence of an abbreviation."""
    if not len(found.first):
        return np.zeros(len(hits), bool)
    at = np.searchsorted(found.first, hits.first, side="right") - 1
    return (at >= 0) & (hits.last <= found.last[at])


def _companions(
    hits: Hits, mention: Ints, concept: Ints, tokens: Tokens, vocabulary: Vocabulary
) -> npt.NDArray[np.bool_]:
    """Which hits are the metal of a salt whose other half is a hit beside it ("diclofenac sodium")."""
    substance = np.zeros(len(hits), bool)
    substance[mention] = vocabulary.substance[concept]
    companion = is_in(hits.key, vocabulary.companions)
    partner = substance & ~companion
    beside = (hits.last[:-1] == hits.first[1:]) & (tokens.gap[hits.first[1:]] == JOINED)
    left = np.append(False, beside & partner[:-1])[: len(hits)]
    right = np.append(beside & partner[1:], False)[: len(hits)]
    return companion & (left | right)

"""Recognises the concepts that the words of a batch of texts name.

`recognise` runs these steps in order; each takes and returns hits of the vocabulary's trie:

    1. every name in the text, overlapping ones too
    2. drop acronyms in the wrong case ("aids" for AIDS) and names after "anti-" or "non-"
    3. replace abbreviations by what the text defines them as ("acute renal failure (ARF) ... ARF")
    4. drop short acronyms that are neither defined nor supported by another name of their concept
    5. add coordinated names ("breast and ovarian cancer")
    6. of overlapping names keep the leftmost, then the longest
    7. drop the metal of a salt ("sodium" in "diclofenac sodium")

Example, in a vocabulary with "ARF" as a synonym of another concept, acute rheumatic fever:

    text    Acute renal failure (ARF) after surgery. ARF resolved.
    1       [0, 3) acute renal failure    [3, 4) ARF         [6, 7) ARF            both: acute rheumatic fever
    3       [0, 3) acute renal failure    [3, 4) ARF         [6, 7) ARF            both: acute renal failure
"""

from dataclasses import dataclass

import numpy as np

from transforms.annotation.abbreviations import (
    find_definitions_in_batch,
    find_occurrences,
    is_defined_as_abbreviation,
    token_range,
)
from transforms.annotation.coordination import CoordinatedNames, find_coordinated
from transforms.columnar.integers import is_in
from transforms.columnar.types import Bools, Ints
from transforms.text.document_text import DocumentText
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import JOINED, Tokens, is_hyphen, tokenize
from transforms.vocabulary.compiled import Vocabulary

_PREFIXES = tokenize("anti non").hash
"""Before a name and a hyphen, these make it the name of something else."""


@dataclass(frozen=True)
class Recognised:
    """Names in order, without overlaps, and their concepts.

    mention, concept: one entry per concept of each hit: the position of the hit, and of the concept in the vocabulary.
    """

    hits: Hits
    mention: Ints
    concept: Ints


def recognise(tokens: Tokens, text: DocumentText, sentence_starts: Ints, vocabulary: Vocabulary) -> Recognised:
    """The names of counted concepts in a batch of texts; sentence_starts: positions in the text, ascending."""
    senses = _Senses(tokens, text, vocabulary, [])
    hits = senses.drop_wrong_case(vocabulary.trie.find(tokens))
    hits = hits.take(~_is_prefixed(hits, tokens, text))
    hits = senses.drop_unsupported(senses.apply_abbreviations(hits, sentence_starts))
    # last, because the steps before add hits that overlap others and drop hits that must not win
    hits = leftmost_longest(senses.add_coordinated(hits))
    mention, concept = senses.concepts_of(hits)
    is_kept = ~_is_companion(hits, mention, concept, tokens, vocabulary)
    # mentions name hits by position, which moves where hits before are dropped
    new_number = np.cumsum(is_kept) - 1
    kept = is_kept[mention]
    return Recognised(hits.take(is_kept), new_number[mention[kept]], concept[kept])


@dataclass(frozen=True)
class _Senses:
    """What the hits of a batch stand for.

    The meaning of most keys is certain (`Vocabulary.meanings`); of some it depends on how the text writes the name
    (`Vocabulary.resolve`). Keys beyond those of the vocabulary's trie belong to names that only this text gives, and
    are positions in `local`: key = number of the vocabulary's keys + position.
    """

    tokens: Tokens
    text: DocumentText
    vocabulary: Vocabulary
    local: list[tuple[int, ...]]

    def concepts_of(self, hits: Hits) -> tuple[Ints, Ints]:
        """The concepts of hits, one entry each: the position of the hit, ascending, and of the concept."""
        n_keys = len(self.vocabulary.meanings)
        in_trie = hits.key < n_keys
        number, concept = self.vocabulary.meanings.expand(hits.key[in_trie])
        # one entry a concept: a name of two concepts has two
        certain = in_trie.nonzero()[0][number]
        is_unresolved = np.ones(len(hits), bool)
        is_unresolved[certain] = False
        unresolved = is_unresolved.nonzero()[0]
        if not len(unresolved):
            return certain, concept
        resolved = self._resolve(hits.take(unresolved))
        mention = np.append(certain, np.repeat(unresolved, [len(concepts) for concepts in resolved]))
        order = np.argsort(mention, kind="stable")
        resolved_concept = np.array([one for concepts in resolved for one in concepts], np.int64)
        return mention[order], np.append(concept, resolved_concept)[order]

    def _resolve(self, hits: Hits) -> list[tuple[int, ...]]:
        """The concepts that each hit stands for as the text writes it."""
        start, end = self.tokens.start[hits.first].tolist(), self.tokens.end[hits.last - 1].tolist()
        n_keys = len(self.vocabulary.meanings)
        return [
            self.local[key - n_keys] if key >= n_keys else self.vocabulary.resolve(key, self.text.text[a:b])
            for key, a, b in zip(hits.key.tolist(), start, end, strict=True)
        ]

    def _add(self, hits: Hits, first: Ints, last: Ints, senses: list[tuple[int, ...]]) -> Hits:
        """The hits, and further ones with senses of their own, in order."""
        key = len(self.vocabulary.meanings) + len(self.local) + np.arange(len(senses))
        self.local.extend(senses)
        return hits.union(Hits(first, last, key))

    def drop_wrong_case(self, hits: Hits) -> Hits:
        """The hits without acronyms in the wrong case.

        Dropped before overlaps are settled: "aids" must not displace a longer or later name.
        """
        acronyms = self.vocabulary.case_matters[hits.key].nonzero()[0]
        is_right = np.ones(len(hits), bool)
        is_right[acronyms] = False
        # cheap test for all of them first; only the few with capitals are compared with the names, one by one
        acronyms = acronyms[self._has_capital(hits.take(acronyms))]
        is_right[acronyms] = [bool(concepts) for concepts in self._resolve(hits.take(acronyms))]
        return hits.take(is_right)

    def _has_capital(self, hits: Hits) -> Bools:
        """Which hits have a capital letter, or one outside ASCII, as every acronym does."""
        start, end = self.tokens.start[hits.first], self.tokens.end[hits.last - 1]
        length = end - start
        before = np.cumsum(length) - length
        # one index array for the characters of all hits: the start of each, counting up to its end
        codes = self.text.characters.codes[np.repeat(start - before, length) + np.arange(int(length.sum()))]
        is_capital = (codes - np.uint32(ord("A")) < 26) | (codes > 0x7F)
        return np.bincount(np.repeat(np.arange(len(hits)), length), is_capital, len(hits)) > 0

    def apply_abbreviations(self, hits: Hits, sentence_starts: Ints) -> Hits:
        """The hits, with each abbreviation that its document defines standing for what it is defined as.

        An abbreviation whose long form is a hit gets the concepts of that hit. One with another long form names no
        concept: whatever the vocabulary has under it is dropped in this document.
        """
        defined = find_definitions_in_batch(self.text, sentence_starts)
        first, last = token_range(self.tokens, defined.long_start, defined.long_end)
        at = hits.index_of(first, last)
        is_named = (at >= 0).nonzero()[0]
        mention, concept = self.concepts_of(hits.take(at[is_named]))
        # a long form that is no name leaves () and takes every meaning from its abbreviation
        senses: list[tuple[int, ...]] = [()] * len(at)
        for number, position in zip(is_named[mention].tolist(), concept.tolist(), strict=True):
            senses[number] = (*senses[number], position)
        occurrences = find_occurrences(defined, [bool(sense) for sense in senses], self.tokens, self.text)
        is_replaced = _lies_within(hits, occurrences)
        is_replaced |= is_defined_as_abbreviation(defined, hits, self.tokens, self.text)
        sense_of = [senses[number] for number in occurrences.key.tolist()]
        return self._add(hits.take(~is_replaced), occurrences.first, occurrences.last, sense_of)

    def drop_unsupported(self, hits: Hits) -> Hits:
        """The hits without short acronyms that the document does not define, unless it names their concept otherwise.

        "MS" alone is dropped; in a document that also has "multiple sclerosis", it is kept.
        """
        n_keys = len(self.vocabulary.ambiguous)
        is_ambiguous = np.append(self.vocabulary.ambiguous, False)[np.minimum(hits.key, n_keys)]
        ambiguous = is_ambiguous.nonzero()[0]
        if not len(ambiguous):
            return hits
        # document and concept in one integer, to intersect the pairs of ambiguous hits with those of certain ones
        document = self.text.document_at(self.tokens.start[hits.first]) * len(self.vocabulary.concept_ids)
        certain = (hits.key < len(self.vocabulary.meanings)).nonzero()[0]
        number, certain_concept = self.vocabulary.meanings.expand(hits.key[certain])
        mention, concept = self.concepts_of(hits.take(ambiguous))
        is_supported = is_in(document[ambiguous][mention] + concept, document[certain][number] + certain_concept)
        is_kept = ~is_ambiguous
        is_kept[ambiguous[mention[is_supported]]] = True
        return hits.take(is_kept)

    def add_coordinated(self, hits: Hits) -> Hits:
        """The hits, and names that share a word with another across an "and" or "or".

        The new hit covers the whole expression and so replaces the name that it shares words with; it stands for the
        concepts of all names in the expression: "breast and ovarian cancer" -> breast cancer, ovarian cancer.
        """
        longest = leftmost_longest(hits)
        coordinated = find_coordinated(self.tokens, longest, self.vocabulary.trie)
        if not len(coordinated.first):
            return hits
        names = zip(coordinated.key.tolist(), self._written(coordinated.words), strict=True)
        senses = [set(self.vocabulary.resolve(key, name)) for key, name in names]
        partner_senses = self._partner_senses(longest, coordinated)
        # one hit per partner and side of it: its first word, one past its last, and all concepts
        expressions: dict[tuple[int, bool], tuple[int, int, set[int]]] = {}
        spans = zip(coordinated.partner.tolist(), coordinated.first.tolist(), coordinated.last.tolist(), strict=True)
        for (hit, first, last), own, of_partner in zip(spans, senses, partner_senses, strict=True):
            if own - of_partner:
                side = (hit, first < longest.first[hit])
                begin, end, concepts = expressions.get(side, (first, last, of_partner))
                expressions[side] = min(begin, first), max(end, last), concepts | own
        firsts = np.array([first for first, _, _ in expressions.values()], np.int64)
        lasts = np.array([last for _, last, _ in expressions.values()], np.int64)
        return self._add(hits, firsts, lasts, [tuple(sorted(concepts)) for *_, concepts in expressions.values()])

    def _partner_senses(self, hits: Hits, coordinated: CoordinatedNames) -> list[set[int]]:
        """The concepts of the hit that each coordinated name borrows words from."""
        senses: list[set[int]] = [set() for _ in coordinated.words]
        mention, concept = self.concepts_of(hits.take(coordinated.partner))
        for number, position in zip(mention.tolist(), concept.tolist(), strict=True):
            senses[number].add(position)
        return senses

    def _written(self, names: list[list[int]]) -> list[str]:
        """The words of names, given by their numbers, as the text writes them."""
        start, end = self.tokens.start, self.tokens.end
        return [" ".join(self.text.text[start[word] : end[word]] for word in name) for name in names]


def _is_prefixed(hits: Hits, tokens: Tokens, text: DocumentText) -> Bools:
    """Which hits follow "anti-" or "non-"."""
    before = np.maximum(hits.first - 1, 0)
    has_hyphen = is_hyphen(text.characters.codes[np.maximum(tokens.start[hits.first] - 1, 0)])
    is_joined = has_hyphen & (tokens.start[hits.first] - tokens.end[before] == 1)
    return is_joined & np.isin(tokens.hash[before], _PREFIXES)


def _lies_within(hits: Hits, occurrences: Hits) -> Bools:
    """Which hits lie within an occurrence of an abbreviation."""
    if not len(occurrences.first):
        return np.zeros(len(hits), bool)
    at = np.searchsorted(occurrences.first, hits.first, side="right") - 1
    return (at >= 0) & (hits.last <= occurrences.last[at])


def _is_companion(hits: Hits, mention: Ints, concept: Ints, tokens: Tokens, vocabulary: Vocabulary) -> Bools:
    """Which hits are the metal of a salt whose other half is the hit before or after it ("diclofenac sodium")."""
    is_substance = np.zeros(len(hits), bool)
    # a hit is a substance if one of its concepts is
    is_substance[mention] = vocabulary.substance[concept]
    is_metal = is_in(hits.key, vocabulary.companions)
    is_partner = is_substance & ~is_metal
    is_adjacent = (hits.last[:-1] == hits.first[1:]) & (tokens.gap[hits.first[1:]] == JOINED)
    partner_before = np.append(False, is_adjacent & is_partner[:-1])[: len(hits)]
    partner_after = np.append(is_adjacent & is_partner[1:], False)[: len(hits)]
    return is_metal & (partner_before | partner_after)

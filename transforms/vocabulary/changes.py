"""Compares two vocabularies and finds the documents whose annotation may differ between them.

A document that neither has all words of a changed name nor a heading of a changed concept is annotated the same by
both, so a new vocabulary version re-annotates only the documents of `find_affected`. That selects too many rather than
too few: it accepts the words in any form and order, because in a coordinated name ("breast and ovarian cancer") they
stand apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from transforms.columnar.lists import list_has_any
from transforms.columnar.types import Bools, Ints
from transforms.schema.table import STRINGS
from transforms.text.phrase_trie import Lexicon
from transforms.text.slices import TextSlice, text_slices
from transforms.vocabulary.compiled import Vocabulary
from transforms.vocabulary.names import build_lexicon, tokenize_names


@dataclass(frozen=True)
class VocabularyDifference:
    """The difference between two vocabularies.

    names: those that only one of them matches, or that differ in concept, rank or case rule;
    concepts: those that only one of them counts, or that have another preferred name.
    """

    names: tuple[str, ...]
    concepts: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.names or self.concepts)


def compare_vocabularies(old: Vocabulary, new: Vocabulary) -> VocabularyDifference:
    """The differences between two vocabularies that can change an annotation."""
    matched = old.matched(), new.matched()
    counted = {(id_, name) for id_, name, _ in _counted(old) ^ _counted(new)}
    concepts = {id_ for id_, _ in counted}
    names = {row[0] for row in matched[0] ^ matched[1]}
    names |= {row[0] for row in matched[0] | matched[1] if row[1] in concepts}
    return VocabularyDifference(tuple(sorted(names)), frozenset(concepts))


def _counted(vocabulary: Vocabulary) -> set[tuple[str, str, bool]]:
    """The counted concepts, as (id, preferred name, whether it is a substance)."""
    columns = (vocabulary.concept_ids.to_pylist(), vocabulary.concept_names.to_pylist(), vocabulary.substance.tolist())
    return set(zip(*columns, strict=True))


def find_affected(documents: pa.Table, difference: VocabularyDifference) -> pa.Array:
    """Whether the difference can change the mentions of each row of `documents` (title, abstract, headings)."""
    words = _NameWords.from_names(difference.names)
    flags = [_is_affected(part, words, difference.concepts) for part in text_slices(documents)]
    return pa.array(np.concatenate([np.zeros(0, bool), *flags]))


def _is_affected(part: TextSlice, words: "_NameWords", concepts: Iterable[str]) -> Bools:
    number = words.lexicon.word_numbers(part.document_tokens.hash)
    known = number >= 0
    present = np.unique(part.text.document_at(part.document_tokens.start[known]) * words.lexicon.size + number[known])
    flags = _has_heading(part.documents, concepts)
    flags[words.find_documents(present)] = True
    return flags


def _has_heading(documents: pa.Table, concepts: Iterable[str]) -> Bools:
    if "headings" not in documents.column_names:
        return np.zeros(len(documents), bool)
    return list_has_any(documents["headings"].combine_chunks().cast(STRINGS), set(concepts))


@dataclass(frozen=True)
class _NameWords:
    """The distinct words of each name, as numbers: those of name i are word[begin[i] : begin[i + 1]]."""

    lexicon: Lexicon
    word: Ints
    begin: Ints

    @classmethod
    def from_names(cls, names: Iterable[str]) -> "_NameWords":
        spelling = tokenize_names(pa.array(list(names), pa.string()))
        lexicon = build_lexicon(spelling.written.values())
        number = lexicon.word_numbers(spelling.hashes).astype(np.int64)
        owner = np.repeat(np.arange(len(spelling.length)), spelling.length)
        pairs = np.unique(owner * max(lexicon.size, 1) + number)
        owner, word = pairs // max(lexicon.size, 1), pairs % max(lexicon.size, 1)
        counts = np.bincount(owner, minlength=len(spelling.length))
        counts = counts[counts > 0]
        return cls(lexicon, word, np.append(0, np.cumsum(counts)))

    def find_documents(self, present: Ints) -> Ints:
        """The documents that have all words of at least one name.

        present: the words of each document, as document * lexicon.size + word, ascending.

        Candidates are the pairs (name, document) in which the document has the rarest word of the name. They are then
        thinned out by the first word of each name, the second, and so on:

            names        0: lymph node   1: node biopsy         rarest words: lymph, biopsy
            documents    0: {lymph, node}   1: {node}   2: {lymph, biopsy}
            candidates   (0, 0), (0, 2), (1, 2)   -> after all words: (0, 0)
        """
        if not len(present) or not len(self.word):
            return np.zeros(0, np.int64)
        size = self.lexicon.size
        frequency = np.bincount(present % size, minlength=size)
        rarest = self._rarest(frequency)
        # document numbers grouped by word: those of word w begin at first[w] and are frequency[w] many
        by_word = np.argsort(present % size, kind="stable")
        first = np.cumsum(frequency) - frequency
        candidates = np.repeat(np.arange(len(rarest)), frequency[rarest])
        within = np.arange(len(candidates)) - np.repeat(
            np.cumsum(frequency[rarest]) - frequency[rarest], frequency[rarest]
        )
        document = present[by_word[first[rarest][candidates] + within]] // size
        length = np.diff(self.begin)
        for nth in range(int(length.max())):
            has_nth = nth < length[candidates]
            word = self.word[np.minimum(self.begin[candidates] + nth, len(self.word) - 1)]
            kept = ~has_nth | np.isin(document * size + word, present)
            candidates, document = candidates[kept], document[kept]
        return np.unique(document)

    def _rarest(self, frequency: Ints) -> Ints:
        """The word of each name that the fewest documents have."""
        owner = np.repeat(np.arange(len(self.begin) - 1), np.diff(self.begin))
        order = np.lexsort((frequency[self.word], owner))
        return self.word[order][self.begin[:-1]]

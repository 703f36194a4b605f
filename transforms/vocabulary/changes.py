"""What another vocabulary changes in the annotation, and which documents it can touch at all.

A document whose text has not all the words of any changed name, and no heading of a changed concept, is annotated the
same by both vocabularies: a new version need re-annotate only the documents that `touched` tells. The test errs on the
side of too many: it looks for the words in any form and order, because a coordinated name ("breast and ovarian cancer")
has them apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints
from transforms.schema.table import STRINGS
from transforms.text.phrase_trie import Lexicon
from transforms.text.slices import TextSlice, text_slices
from transforms.vocabulary.compiled import Vocabulary
from transforms.vocabulary.names import build_lexicon, tokenize_names

_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class VocabularyDifference:
    """How two vocabularies differ.

    names: those that one of them matches and the other does not, or not for the same concept or with the same standing;
    concepts: those that only one of them counts, or that go by another preferred name.
    """

    names: tuple[str, ...]
    concepts: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.names or self.concepts)


def compare_vocabularies(old: Vocabulary, new: Vocabulary) -> VocabularyDifference:
    """What differs between two vocabularies as far as annotation goes."""
    matched = old.matched(), new.matched()
    counted = {(id_, name) for id_, name, _ in _counted(old) ^ _counted(new)}
    concepts = {id_ for id_, _ in counted}
    names = {row[0] for row in matched[0] ^ matched[1]}
    names |= {row[0] for row in matched[0] | matched[1] if row[1] in concepts}
    return VocabularyDifference(tuple(sorted(names)), frozenset(concepts))


def _counted(vocabulary: Vocabulary) -> set[tuple[str, str, bool]]:
    """The counted concepts: id, preferred name, whether it is a substance."""
    columns = (vocabulary.concept_ids.to_pylist(), vocabulary.concept_names.to_pylist(), vocabulary.substance.tolist())
    return set(zip(*columns, strict=True))


def find_affected(documents: pa.Table, difference: VocabularyDifference) -> pa.Array:
    """For each row of `documents` (title, abstract, headings): whether the difference can change its mentions."""
    words = _Words.of(difference.names)
    parts = [_touched_slice(part, words, difference.concepts) for part in text_slices(documents)]
    return pa.array(np.concatenate([np.zeros(0, bool), *parts]))


def _touched_slice(part: TextSlice, words: "_Words", concepts: Iterable[str]) -> _Flags:
    number = words.lexicon.word_numbers(part.document_tokens.hash)
    known = number >= 0
    present = np.unique(part.text.document_at(part.document_tokens.start[known]) * words.lexicon.size + number[known])
    flags = _with_headings(part.documents, concepts)
    flags[words.documents(present)] = True
    return flags


def _with_headings(documents: pa.Table, concepts: Iterable[str]) -> _Flags:
    flags = np.zeros(len(documents), bool)
    if "headings" in documents.column_names:
        headings = documents["headings"].combine_chunks().cast(STRINGS)
        found = np.asarray(pc.is_in(pc.list_flatten(headings), pa.array(sorted(concepts), pa.string())), bool)
        flags[np.asarray(pc.list_parent_indices(headings), np.int64)[found]] = True
    return flags


@dataclass(frozen=True)
class _Words:
    """The words of names: of each name the numbers of its distinct words, one name after the other."""

    lexicon: Lexicon
    word: Ints
    begin: Ints

    @classmethod
    def of(cls, names: Iterable[str]) -> "_Words":
        spelling = tokenize_names(pa.array(list(names), pa.string()))
        lexicon = build_lexicon(spelling.written.values())
        number = lexicon.word_numbers(spelling.hashes).astype(np.int64)
        owner = np.repeat(np.arange(len(spelling.length)), spelling.length)
        pairs = np.unique(owner * max(lexicon.size, 1) + number)
        owner, word = pairs // max(lexicon.size, 1), pairs % max(lexicon.size, 1)
        counts = np.bincount(owner, minlength=len(spelling.length))
        counts = counts[counts > 0]
        return cls(lexicon, word, np.append(0, np.cumsum(counts)))

    def documents(self, present: Ints) -> Ints:
        """The documents that have all the words of a name; `present`: document * lexicon.size + word, ascending."""
        if not len(present) or not len(self.word):
            return np.zeros(0, np.int64)
        size = self.lexicon.size
        frequency = np.bincount(present % size, minlength=size)
        rarest = self._rarest(frequency)
        by_word = np.argsort(present % size, kind="stable")
        first = np.cumsum(frequency) - frequency
        candidates = np.repeat(np.arange(len(rarest)), frequency[rarest])
        within = np.arange(len(candidates)) - np.repeat(
            np.cumsum(frequency[rarest]) - frequency[rarest], frequency[rarest]
        )
        document = present[by_word[first[rarest][candidates] + within]] // size
        length = np.diff(self.begin)
        for place in range(int(length.max())):
            open_ = place < length[candidates]
            word = self.word[np.minimum(self.begin[candidates] + place, len(self.word) - 1)]
            kept = ~open_ | np.isin(document * size + word, present)
            candidates, document = candidates[kept], document[kept]
        return np.unique(document)

    def _rarest(self, frequency: Ints) -> Ints:
        """Of each name the word that the fewest documents have."""
        owner = np.repeat(np.arange(len(self.begin) - 1), np.diff(self.begin))
        order = np.lexsort((frequency[self.word], owner))
        return self.word[order][self.begin[:-1]]

"""Documents in slices of bounded text.

Sentences and tokens of a slice are computed once, when first used, and shared by annotation, claim detection and the
keys of deduplication.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints
from transforms.text.document_text import DocumentText, join_title_and_abstract, string_column
from transforms.text.sentences import Sentences, find_sentences
from transforms.text.tokens import BROKEN, Tokens, tokenize

_LARGEST_SLICE = 700_000
"""Code points per slice: few enough for the arrays to fit the processor's caches, enough to amortise numpy's calls."""


@dataclass(frozen=True)
class TextSlice:
    """Consecutive documents of a table and their text; `first` is the row of the first one in that table."""

    first: int
    documents: pa.Table
    text: DocumentText

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences, in order; `document` is a row of this slice."""
        return find_sentences(self.documents, self.text)

    @cached_property
    def sentence_starts(self) -> Ints:
        """The position in `text.text` where each sentence starts."""
        return self.text.begin[self.sentences.document] + self.sentences.start

    @cached_property
    def sentence_ends(self) -> Ints:
        """The position in `text.text` where each sentence ends."""
        return self.text.begin[self.sentences.document] + self.sentences.end

    @cached_property
    def document_tokens(self) -> Tokens:
        """The words in order; gaps are those of the running text, also where a sentence begins."""
        return tokenize(self.text.characters)

    @cached_property
    def sentence_first_words(self) -> Ints:
        """The number of the first word of each sentence; of the next word in the text for a sentence without words."""
        return np.searchsorted(self.document_tokens.start, self.sentence_starts)

    @cached_property
    def sentence_tokens(self) -> Tokens:
        """The words in order, with a BROKEN gap before each sentence: no phrase matches across sentences."""
        gap = self.document_tokens.gap.copy()
        gap[self.sentence_first_words[self.sentence_first_words < len(gap)]] = BROKEN
        return replace(self.document_tokens, gap=gap)


def text_slices(documents: pa.Table) -> Iterator[TextSlice]:
    """Cut `documents` (columns title, abstract, sections; absent ones count as NULL) into slices of bounded text.

    Yields at least one slice, also for an empty table. A single longer document has a slice to itself.
    """
    lengths = sum(
        np.asarray(pc.utf8_length(string_column(documents, name).fill_null("")), np.int64)
        for name in ("title", "abstract")
    )
    ends = np.cumsum(lengths)
    begin = 0
    if not len(documents):
        yield TextSlice(0, documents, join_title_and_abstract(documents))
    while begin < len(documents):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _LARGEST_SLICE, side="right")))
        part = documents.slice(begin, end - begin)
        yield TextSlice(begin, part, join_title_and_abstract(part))
        begin = end

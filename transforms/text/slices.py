"""Documents in slices of bounded text, each read once for all that annotate it, find its claims and make its keys."""

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
"""Code points that are worked on at once: few enough for the processor's caches, enough to pay for numpy's calls."""


@dataclass(frozen=True)
class TextSlice:
    """Documents that stand together in a table, the first of them in row `first`, and their text."""

    first: int
    documents: pa.Table
    text: DocumentText

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences, in order; `document` is a row of this slice."""
        return find_sentences(self.documents, self.text)

    @cached_property
    def sentence_starts(self) -> Ints:
        """Where each sentence begins in the whole text."""
        return self.text.begin[self.sentences.document] + self.sentences.start

    @cached_property
    def sentence_ends(self) -> Ints:
        """Where each sentence ends in the whole text."""
        return self.text.begin[self.sentences.document] + self.sentences.end

    @cached_property
    def document_tokens(self) -> Tokens:
        """The words, in order."""
        return tokenize(self.text.characters)

    @cached_property
    def sentence_first_words(self) -> Ints:
        """The number of each sentence's first word, or of the next one where it has none."""
        return np.searchsorted(self.document_tokens.start, self.sentence_starts)

    @cached_property
    def sentence_tokens(self) -> Tokens:
        """The words as names are looked for in them: none reaches over the beginning of a sentence."""
        gap = self.document_tokens.gap.copy()
        gap[self.sentence_first_words[self.sentence_first_words < len(gap)]] = BROKEN
        return replace(self.document_tokens, gap=gap)


def text_slices(documents: pa.Table) -> Iterator[TextSlice]:
    """`documents` (columns title, abstract, sections; absent ones as NULL) as slices of bounded text, at least one."""
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

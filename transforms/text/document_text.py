"""The text of documents as one string, in which offsets of mentions, sentences and sections are counted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints
from transforms.text.tokens import Characters, classify_characters


@dataclass(frozen=True)
class DocumentText:
    """title || ' ' || abstract of each document, each followed by a line feed.

    text: all of them; begin: where each begins in it, and the end of the last (n + 1, code points);
    title_length: code points of each title.
    """

    text: str
    begin: Ints
    title_length: Ints

    def __len__(self) -> int:
        return len(self.title_length)

    @cached_property
    def characters(self) -> Characters:
        """The characters of the text, as `tokenize` reads them."""
        return classify_characters(self.text)

    def excerpts(self, start: Ints, end: Ints) -> pa.Array:
        """Stretches of the text, given by their places in the whole of it; with basic-plane characters only."""
        length = end - start
        before = np.cumsum(length) - length
        codes = self.characters.codes[np.repeat(start - before, length) + np.arange(length.sum())]
        width = 1 + (codes > 0x7F).astype(np.int32) + (codes > 0x7FF)
        bounds = np.append(np.int32(0), np.cumsum(width, dtype=np.int32))[np.append(before, length.sum())]
        contents = codes.tobytes().decode("utf-32-le").encode()
        return pa.StringArray.from_buffers(len(length), pa.py_buffer(bounds), pa.py_buffer(contents))

    def document_at(self, place: Ints) -> Ints:
        """The number of the document each place of the text belongs to."""
        return np.searchsorted(self.begin, place, side="right") - 1


def string_column(documents: pa.Table, name: str) -> pa.Array:
    """A column of `documents`; NULL throughout where there is no such column."""
    if name not in documents.column_names:
        return pa.nulls(len(documents), pa.string())
    return documents[name].combine_chunks().cast(pa.string())


def join_title_and_abstract(documents: pa.Table) -> DocumentText:
    """The text of `documents` (columns title and abstract); NULL and an absent column are as ''."""
    title, abstract = (string_column(documents, name).fill_null("") for name in ("title", "abstract"))
    joined = pc.binary_join_element_wise(pc.binary_join_element_wise(title, abstract, " "), "\n", "")
    lengths = np.asarray(pc.utf8_length(joined), np.int64)
    return DocumentText(
        text=_contents(joined),
        begin=np.append(0, np.cumsum(lengths)),
        title_length=np.asarray(pc.utf8_length(title), np.int64),
    )


def _contents(strings: pa.StringArray) -> str:
    """All strings one after the other."""
    if not len(strings):
        return ""
    _, offsets, contents = strings.buffers()
    ends = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return str(memoryview(contents)[ends[0] : ends[-1]], "utf-8")

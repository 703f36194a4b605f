"""The text of a batch of documents as one string.

Mentions, sentences and sections count their offsets within one document, in title || ' ' || abstract. Arrays over the
whole batch use positions in the joined string; `DocumentText.begin` converts between the two:

    documents   ("A", "b c"), ("D", NULL)
    text        A _ b _ c ¶ D _ ¶        _ is a space, ¶ a line feed
    position    0 1 2 3 4 5 6 7 8        begin = [0, 6, 9], title_length = [1, 1]
"""

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

    text: all documents; begin: the position of each document in it, and the end of the last (n + 1 code points);
    title_length: code points of each title.
    """

    text: str
    begin: Ints
    title_length: Ints

    def __len__(self) -> int:
        return len(self.title_length)

    @cached_property
    def characters(self) -> Characters:
        """The characters of the text, in the form that `tokenize` reads."""
        return classify_characters(self.text)

    def excerpts(self, start: Ints, end: Ints) -> pa.Array:
        """The text between pairs of positions, as Arrow strings; it must hold characters of the basic plane only.

        Builds the UTF-8 buffers of the Arrow array without a Python string per excerpt.
        """
        length = end - start
        before = np.cumsum(length) - length
        codes = self.characters.codes[np.repeat(start - before, length) + np.arange(length.sum())]
        # bytes of each code point in UTF-8: 1 up to U+007F, 2 up to U+07FF, 3 in the rest of the basic plane
        width = 1 + (codes > 0x7F).astype(np.int32) + (codes > 0x7FF)
        bounds = np.append(np.int32(0), np.cumsum(width, dtype=np.int32))[np.append(before, length.sum())]
        contents = codes.tobytes().decode("utf-32-le").encode()
        return pa.StringArray.from_buffers(len(length), pa.py_buffer(bounds), pa.py_buffer(contents))

    def document_at(self, position: Ints) -> Ints:
        """The number of the document that holds each position of the text."""
        return np.searchsorted(self.begin, position, side="right") - 1


def string_column(documents: pa.Table, name: str) -> pa.Array:
    """A column of `documents` as strings; all NULL where there is no such column."""
    if name not in documents.column_names:
        return pa.nulls(len(documents), pa.string())
    return documents[name].combine_chunks().cast(pa.string())


def join_title_and_abstract(documents: pa.Table) -> DocumentText:
    """The joined text of `documents` (columns title and abstract); NULL or an absent column counts as ''."""
    title, abstract = (string_column(documents, name).fill_null("") for name in ("title", "abstract"))
    joined = pc.binary_join_element_wise(pc.binary_join_element_wise(title, abstract, " "), "\n", "")
    lengths = np.asarray(pc.utf8_length(joined), np.int64)
    return DocumentText(
        text=_contents(joined),
        begin=np.append(0, np.cumsum(lengths)),
        title_length=np.asarray(pc.utf8_length(title), np.int64),
    )


def _contents(strings: pa.StringArray) -> str:
    """All strings one after the other, read from the array's buffer."""
    if not len(strings):
        return ""
    _, offsets, contents = strings.buffers()
    ends = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return str(memoryview(contents)[ends[0] : ends[-1]], "utf-8")

"""Splits documents into sentences with the sentencex library (Wikimedia; the choice is in docs/decisions.md)."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sentencex

from transforms.columnar.types import Ints
from transforms.schema.table import SPANS
from transforms.text.document_text import DocumentText, string_column

_LANGUAGE = "en"
_LONGEST_PIECE = 8_000
"""Code points given to sentencex at once. Its time grows with the square of the quotation marks: 29 s for 200,000."""
_SPACES = [code for code in range(0x3001) if chr(code).isspace()]
_IS_SPACE = np.isin(np.arange(0x10000), _SPACES)
# sentencex returns wrong lengths where white space takes more than one byte in UTF-8
_PLAIN_SPACES = dict.fromkeys(_SPACES, " ")


@dataclass(frozen=True)
class Sentences:
    """The sentences of a batch of documents, in order.

    document: row of the document; number: 0 for the title, from 1 for the sentences of the abstract;
    start, end: offsets in title || ' ' || abstract (code points), without the white space around the sentence.
    """

    document: Ints
    number: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.document)


def find_sentences(documents: pa.Table, text: DocumentText) -> Sentences:
    """The sentences of `documents` (columns title, abstract, sections).

    The title is always one sentence. A section of a structured abstract (`documents.sections`) begins a new one, unless
    its offset lies within a word. text: the result of `join_title_and_abstract` for these documents.
    """
    abstracts = string_column(documents, "abstract").fill_null("").to_pylist()
    document, begin = _sentence_starts(abstracts, text, _section_starts(documents, text))
    end = np.append(begin, text.begin[-1])[1:]
    begin, end = _trimmed(begin, end, text)
    is_title = np.append(True, document[1:] != document[:-1])[: len(document)]
    kept = np.flatnonzero(is_title | (begin < end))
    document = document[kept]
    titles = np.searchsorted(document, np.arange(len(text)))
    base = text.begin[document]
    return Sentences(document, np.arange(len(kept)) - titles[document], begin[kept] - base, end[kept] - base)


def _sentence_starts(abstracts: list[str], text: DocumentText, section_starts: Ints) -> tuple[Ints, Ints]:
    """The document and the position in the whole text of each start of a title, an abstract's sentence or a section."""
    segment = sentencex.segment
    lengths: list[int] = []
    counts: list[int] = []
    odd = text.characters.has_odd_spaces
    for abstract in abstracts:
        plain = abstract.translate(_PLAIN_SPACES) if odd else abstract
        parts = [part for piece in _pieces(plain) for part in segment(_LANGUAGE, piece)]
        lengths.extend(map(len, parts))
        counts.append(len(parts))
    # lengths per sentence -> offsets within the abstract: [10, 5 | 7] -> before [0, 10, 15] -> within [0, 10 | 0]
    number = np.array(counts, np.int64)
    before = np.cumsum(np.array(lengths, np.int64)) - np.array(lengths, np.int64)
    first = np.cumsum(number) - number
    document = np.repeat(np.arange(len(text)), number)
    within = before - np.append(before, 0)[first[document]]
    of_abstract = text.begin[document] + text.title_length[document] + 1 + within
    begin = np.sort(np.concatenate([text.begin[:-1], of_abstract, section_starts]), kind="stable")
    begin = begin[np.append(True, begin[1:] != begin[:-1])[: len(begin)] & ~text.characters.is_within_word(begin)]
    return text.document_at(begin), begin


def _pieces(abstract: str) -> list[str]:
    """Return the abstract, cut after a sentence or else a word where it is longer than `_LONGEST_PIECE`."""
    pieces = []
    begin = 0
    while len(abstract) - begin > _LONGEST_PIECE:
        limit = begin + _LONGEST_PIECE
        cut = abstract.rfind(". ", begin, limit) + 2
        if cut < begin + 2:
            cut = abstract.rfind(" ", begin, limit) + 1
        cut = cut if cut > begin else limit
        pieces.append(abstract[begin:cut])
        begin = cut
    return [*pieces, abstract[begin:]] if begin < len(abstract) else pieces


def _section_starts(documents: pa.Table, text: DocumentText) -> Ints:
    """Positions in the whole text where a section begins; those outside the abstract are left out."""
    if "sections" not in documents.column_names:
        return np.zeros(0, np.int64)
    sections = documents["sections"].combine_chunks().cast(SPANS)
    document = np.asarray(pc.list_parent_indices(sections), np.int64)
    start = pc.list_flatten(sections).field("start")
    known = np.asarray(pc.is_valid(start), bool)
    document, start = document[known], np.asarray(start.drop_null(), np.int64)
    position = text.begin[document] + start
    inside = (start > text.title_length[document]) & (position < text.begin[document + 1] - 1)
    return position[inside]


def _trimmed(begin: Ints, end: Ints, text: DocumentText) -> tuple[Ints, Ints]:
    """The spans without white space at their ends; a span of white space only becomes empty."""
    begin, end, codes = begin.copy(), end.copy(), text.characters.codes
    # one code point per round, for all spans that still end (then: begin) in white space
    open_spans = np.flatnonzero(begin < end)
    while len(blank := open_spans[_IS_SPACE[codes[end[open_spans] - 1]]]):
        end[blank] -= 1
        open_spans = blank[begin[blank] < end[blank]]
    open_spans = np.flatnonzero(begin < end)
    while len(blank := open_spans[_IS_SPACE[codes[begin[open_spans]]]]):
        begin[blank] += 1
        open_spans = blank[begin[blank] < end[blank]]
    return begin, end

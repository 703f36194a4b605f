"""Where sentences begin and end, by the rules of the sentencex library (Wikimedia; measured in docs/decisions.md)."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sentencex

from transforms.columnar.types import Ints
from transforms.schema.table import SPANS
from transforms.text.document_text import DocumentText, string_column

_LANGUAGE = "en"
_SPACES = [code for code in range(0x3001) if chr(code).isspace()]
_IS_SPACE = np.isin(np.arange(0x10000), _SPACES)
# sentencex stumbles over white space that takes more than one byte
_PLAIN_SPACES = dict.fromkeys(_SPACES, " ")


@dataclass(frozen=True)
class Sentences:
    """The sentences of a batch of documents, in order.

    document: the row of the document; number: 0 its title, from 1 its abstract's sentences;
    start, end: code points in title || ' ' || abstract, without the white space around the sentence.
    """

    document: Ints
    number: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.document)


def find_sentences(documents: pa.Table, text: DocumentText) -> Sentences:
    """The sentences of `documents` (columns title, abstract, sections): the title is one, whatever stands in it.

    A section of a structured abstract (`documents.sections`) begins a sentence, unless it is said to begin in the
    middle of a word. `text` is what `document_text` makes of the documents.
    """
    abstracts = string_column(documents, "abstract").fill_null("").to_pylist()
    document, begin = _begins(abstracts, text, _section_starts(documents, text))
    end = np.append(begin, text.begin[-1])[1:]
    begin, end = _trimmed(begin, end, text)
    is_title = np.append(True, document[1:] != document[:-1])[: len(document)]
    kept = np.flatnonzero(is_title | (begin < end))
    document = document[kept]
    titles = np.searchsorted(document, np.arange(len(text)))
    base = text.begin[document]
    return Sentences(document, np.arange(len(kept)) - titles[document], begin[kept] - base, end[kept] - base)


def _begins(abstracts: list[str], text: DocumentText, further: Ints) -> tuple[Ints, Ints]:
    """The document and the place in the whole text of each beginning: titles, sentences of abstracts, `further`."""
    segment = sentencex.segment
    lengths: list[int] = []
    counts: list[int] = []
    odd = text.characters.has_odd_spaces
    for abstract in abstracts:
        parts = segment(_LANGUAGE, abstract.translate(_PLAIN_SPACES) if odd else abstract) if abstract else ()
        lengths.extend(map(len, parts))
        counts.append(len(parts))
    number = np.array(counts, np.int64)
    before = np.cumsum(np.array(lengths, np.int64)) - np.array(lengths, np.int64)
    first = np.cumsum(number) - number
    document = np.repeat(np.arange(len(text)), number)
    within = before - np.append(before, 0)[first[document]]
    of_abstract = text.begin[document] + text.title_length[document] + 1 + within
    begin = np.sort(np.concatenate([text.begin[:-1], of_abstract, further]), kind="stable")
    begin = begin[np.append(True, begin[1:] != begin[:-1])[: len(begin)] & ~text.characters.is_within_word(begin)]
    return text.document_at(begin), begin


def _section_starts(documents: pa.Table, text: DocumentText) -> Ints:
    """Places in the whole text where a section begins; those that don't lie in the abstract are left out."""
    if "sections" not in documents.column_names:
        return np.zeros(0, np.int64)
    sections = documents["sections"].combine_chunks().cast(SPANS)
    document = np.asarray(pc.list_parent_indices(sections), np.int64)
    start = pc.list_flatten(sections).field("start")
    known = np.asarray(pc.is_valid(start), bool)
    document, start = document[known], np.asarray(start.drop_null(), np.int64)
    place = text.begin[document] + start
    inside = (start > text.title_length[document]) & (place < text.begin[document + 1] - 1)
    return place[inside]


def _trimmed(begin: Ints, end: Ints, text: DocumentText) -> tuple[Ints, Ints]:
    """Stretches of the text without the white space at their ends; what is all white space is left empty."""
    begin, end, codes = begin.copy(), end.copy(), text.characters.codes
    uneven = np.flatnonzero(begin < end)
    while len(blank := uneven[_IS_SPACE[codes[end[uneven] - 1]]]):
        end[blank] -= 1
        uneven = blank[begin[blank] < end[blank]]
    uneven = np.flatnonzero(begin < end)
    while len(blank := uneven[_IS_SPACE[codes[begin[uneven]]]]):
        begin[blank] += 1
        uneven = blank[begin[blank] < end[blank]]
    return begin, end

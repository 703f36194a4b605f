"""Documents -> mentions of the vocabulary's concepts, in the text and in the record's own headings.

A mention in the text is a name of a counted concept, word for word in any written form (the rules:
transforms.vocabulary.compiled), within one sentence: from the left the longest name that begins there, no overlaps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.annotation.assertion import assess
from transforms.annotation.recognition import recognise
from transforms.columnar.types import Ints
from transforms.schema.mentions import ASSERTIONS, MENTIONS
from transforms.schema.table import STRINGS
from transforms.text.document_text import string_column
from transforms.text.slices import TextSlice, text_slices
from transforms.vocabulary.compiled import Vocabulary

_MENTIONS = MENTIONS.without("batch")
_FOUND = MENTIONS.without("article_id", "batch")
_NONE = -1
_SECTIONS = ("title", "abstract", "headings")
_BASES = ("text", "index")
_HEADINGS = 2


@dataclass(frozen=True)
class _Rows:
    """Mentions as numbers; offsets and the sentence are _NONE for headings. `section` is a position in _SECTIONS."""

    document: Ints
    concept: Ints
    section: Ints
    sentence: Ints
    sentence_start: Ints
    sentence_end: Ints
    start: Ints
    end: Ints
    assertion: Ints

    def take(self, chosen: Ints) -> "_Rows":
        return _Rows(*(getattr(self, field.name)[chosen] for field in fields(self)))


def annotate(documents: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Documents -> table `mentions` without `batch`: by document, its text from the left, then its headings.

    Read are the columns document_id, article_id, title, abstract, sections and headings; an absent one is as NULL.
    A heading is a mention (basis 'index') if it is a counted concept, once however often the record has it.
    """
    known = [name for name in ("article_id",) if name in documents.column_names]
    found = annotate_slices(text_slices(documents), vocabulary, *known)
    return _MENTIONS.conform(found if known else found.append_column("article_id", pa.nulls(len(found), pa.int64())))


def annotate_slices(slices: Iterable[TextSlice], vocabulary: Vocabulary, *carried: str) -> pa.Table:
    """`annotate` for documents that are read already: without `article_id`, but with the `carried` columns of the
    document; a document_id may repeat, as versions of a record do.
    """
    return pa.concat_tables([_annotate_slice(part, vocabulary, carried) for part in slices])


def _annotate_slice(part: TextSlice, vocabulary: Vocabulary, carried: Iterable[str]) -> pa.Table:
    documents, text = part.documents, part.text
    in_text = _text_mentions(part, vocabulary)
    in_headings = _heading_mentions(documents, vocabulary)
    base = text.begin[in_text.document]
    words = [
        text.excerpts(base + in_text.start, base + in_text.end),
        vocabulary.concept_names.take(pa.array(in_headings.concept)),
    ]
    rows = _Rows(*(np.concatenate(pair) for pair in zip(_columns(in_text), _columns(in_headings), strict=True)))
    order = np.argsort(rows.document, kind="stable")
    found = _table(documents, vocabulary, rows.take(order), pa.concat_arrays(words).take(pa.array(order)))
    document = pa.array(rows.document[order])
    for name in carried:
        found = found.append_column(name, documents[name].combine_chunks().take(document))
    return found


def _columns(rows: _Rows) -> list[Ints]:
    return [getattr(rows, field.name) for field in fields(rows)]


def _text_mentions(part: TextSlice, vocabulary: Vocabulary) -> _Rows:
    """The mentions in title and abstract."""
    text, sentences, tokens = part.text, part.sentences, part.sentence_tokens
    found = recognise(tokens, text, part.sentence_starts, vocabulary)
    hits = found.hits
    start, end = tokens.start[hits.first][found.mention], tokens.end[hits.last - 1][found.mention]
    sentence = np.searchsorted(part.sentence_starts, start, side="right") - 1
    document, number = sentences.document[sentence], sentences.number[sentence]
    return _Rows(
        document,
        found.concept,
        (number > 0).astype(np.int64),
        number,
        sentences.start[sentence],
        sentences.end[sentence],
        start - text.begin[document],
        end - text.begin[document],
        assess(tokens, text.characters, hits, part.sentence_first_words)[found.mention],
    )


def _heading_mentions(documents: pa.Table, vocabulary: Vocabulary) -> _Rows:
    """The headings that are counted concepts, each once a document."""
    document, concept = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if "headings" in documents.column_names:
        headings = documents["headings"].combine_chunks().cast(STRINGS)
        encoded = pc.list_flatten(headings).dictionary_encode()
        positions = (vocabulary.position(one) for one in encoded.dictionary.to_pylist())
        position = np.array([_NONE if one is None else one for one in positions] + [_NONE], np.int64)
        concept = position[np.asarray(encoded.indices.fill_null(_NONE), np.int64)]
        document = np.asarray(pc.list_parent_indices(headings), np.int64)[concept != _NONE]
        concept = concept[concept != _NONE]
        _, at = np.unique(document * len(vocabulary.concept_ids) + concept, return_index=True)
        document, concept = document[np.sort(at)], concept[np.sort(at)]
    nowhere = np.full(len(document), _NONE, np.int64)
    section = np.full(len(document), _HEADINGS)
    present = np.zeros(len(document), np.int64)
    return _Rows(document, concept, section, nowhere, nowhere, nowhere, nowhere, nowhere, present)


def _table(documents: pa.Table, vocabulary: Vocabulary, rows: _Rows, text: pa.Array) -> pa.Table:
    document = pa.array(rows.document)
    columns = {
        "concept_id": vocabulary.concept_ids.take(pa.array(rows.concept)),
        "document_id": string_column(documents, "document_id").take(document),
        "section": pa.array(_SECTIONS).take(pa.array(rows.section)),
        "text": text,
        "assertion": pa.array(ASSERTIONS).take(pa.array(rows.assertion)),
        "basis": pa.array(_BASES).take(pa.array((rows.section == _HEADINGS).astype(np.int8))),
    }
    for name in ("sentence", "sentence_start", "sentence_end", "start", "end"):
        numbers = getattr(rows, name)
        columns[name] = pa.array(numbers, pa.int32(), mask=numbers == _NONE)
    return _FOUND.conform(pa.table(columns))

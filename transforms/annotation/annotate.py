"""Finds the mentions of a vocabulary's concepts in the text of documents and in the headings of their records.

A mention in the text is a name of a counted concept, word by word in any written form (the rules are in
transforms.vocabulary.compiled), within one sentence. Names do not overlap: from the left, the longest that begins at a
word is taken.
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
_SLICE_MENTIONS = MENTIONS.without("article_id", "batch")
_NONE = -1
_SECTIONS = ("title", "abstract", "headings")
_BASES = ("text", "index")
_HEADINGS = 2


@dataclass(frozen=True)
class _Rows:
    """Mentions as numbers. `section` is a position in _SECTIONS; sentence and offsets are _NONE for headings."""

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
    """Annotate documents: table `mentions` without `batch`, by document, its text from the left, then its headings.

    Uses the columns document_id, article_id, title, abstract, sections and headings; an absent one counts as NULL.
    A heading that is a counted concept is a mention with basis 'index', once per document.
    """
    known = [name for name in ("article_id",) if name in documents.column_names]
    mentions = annotate_slices(text_slices(documents), vocabulary, *known)
    if not known:
        mentions = mentions.append_column("article_id", pa.nulls(len(mentions), pa.int64()))
    return _MENTIONS.conform(mentions)


def annotate_slices(slices: Iterable[TextSlice], vocabulary: Vocabulary, *carried: str) -> pa.Table:
    """Annotate slices of documents: as `annotate`, with the `carried` columns of the documents, not `article_id`.

    A document_id may occur several times, once per version of a record.
    """
    return pa.concat_tables([_annotate_slice(part, vocabulary, carried) for part in slices])


def _annotate_slice(part: TextSlice, vocabulary: Vocabulary, carried: Iterable[str]) -> pa.Table:
    documents, text = part.documents, part.text
    in_text = _text_mentions(part, vocabulary)
    in_headings = _heading_mentions(documents, vocabulary)
    base = text.begin[in_text.document]
    surface_forms = [
        text.excerpts(base + in_text.start, base + in_text.end),
        vocabulary.concept_names.take(pa.array(in_headings.concept)),
    ]
    rows = _Rows(*(np.concatenate(pair) for pair in zip(_columns(in_text), _columns(in_headings), strict=True)))
    order = np.argsort(rows.document, kind="stable")
    mentions = _as_table(documents, vocabulary, rows.take(order), pa.concat_arrays(surface_forms).take(pa.array(order)))
    document = pa.array(rows.document[order])
    for name in carried:
        mentions = mentions.append_column(name, documents[name].combine_chunks().take(document))
    return mentions


def _columns(rows: _Rows) -> list[Ints]:
    return [getattr(rows, field.name) for field in fields(rows)]


def _text_mentions(part: TextSlice, vocabulary: Vocabulary) -> _Rows:
    """The mentions in titles and abstracts."""
    text, sentences, tokens = part.text, part.sentences, part.sentence_tokens
    recognised = recognise(tokens, text, part.sentence_starts, vocabulary)
    hits = recognised.hits
    start, end = tokens.start[hits.first][recognised.mention], tokens.end[hits.last - 1][recognised.mention]
    sentence = np.searchsorted(part.sentence_starts, start, side="right") - 1
    document, number = sentences.document[sentence], sentences.number[sentence]
    return _Rows(
        document,
        recognised.concept,
        (number > 0).astype(np.int64),
        number,
        sentences.start[sentence],
        sentences.end[sentence],
        start - text.begin[document],
        end - text.begin[document],
        assess(tokens, text.characters, hits, part.sentence_first_words)[recognised.mention],
    )


def _heading_mentions(documents: pa.Table, vocabulary: Vocabulary) -> _Rows:
    """The headings that are counted concepts, each once per document."""
    document, concept = np.zeros(0, np.int64), np.zeros(0, np.int64)
    if "headings" in documents.column_names:
        headings = documents["headings"].combine_chunks().cast(STRINGS)
        encoded = pc.list_flatten(headings).dictionary_encode()
        # concept position of each distinct heading; the last entry is the one of NULL, code -1
        positions = (vocabulary.position(heading) for heading in encoded.dictionary.to_pylist())
        position = np.array([_NONE if at is None else at for at in positions] + [_NONE], np.int64)
        concept = position[np.asarray(encoded.indices.fill_null(_NONE), np.int64)]
        document = np.asarray(pc.list_parent_indices(headings), np.int64)[concept != _NONE]
        concept = concept[concept != _NONE]
        _, at = np.unique(document * len(vocabulary.concept_ids) + concept, return_index=True)
        document, concept = document[np.sort(at)], concept[np.sort(at)]
    none = np.full(len(document), _NONE, np.int64)
    section = np.full(len(document), _HEADINGS)
    present = np.zeros(len(document), np.int64)
    return _Rows(document, concept, section, none, none, none, none, none, present)


def _as_table(documents: pa.Table, vocabulary: Vocabulary, rows: _Rows, text: pa.Array) -> pa.Table:
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
    return _SLICE_MENTIONS.conform(pa.table(columns))

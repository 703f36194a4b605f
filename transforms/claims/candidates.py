"""Select the sentences that can hold a claim, before the rules themselves are tried.

One scan for words that every claim needs ('first', 'reported', 'rare' ...) discards nearly all sentences. Arrow
compiles a regular expression on every call, so each is applied to many sentences at once.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claims.rules import claim_rules
from transforms.columnar.types import Ints
from transforms.schema.table import SPANS
from transforms.text.document_text import string_column
from transforms.text.slices import TextSlice

MAX_SENTENCE_LENGTH = 1_500
"""Code points. Anything longer is a table or a list that was taken for a sentence."""

_STOP = re.compile(r"""(?P<stop>(?<=[A-Za-z0-9)\]%"'])[.?!][\])"']*) +(?=[\["'(]?[A-Z])""")
_MAY_STOP = r"""[A-Za-z0-9)\]%"'][.?!][\])"']* +[\["'(]?[A-Z]"""

TextSpan = tuple[int, int]
"""First offset and one past the last."""
Mask = npt.NDArray[np.bool_]


def candidate_sentences(slices: Iterable[TextSlice], *carried: str) -> pa.Table:
    """Return one row for each sentence that may hold a claim, in text order.

    Columns: words, the sentence with one ASCII character for each code point (RE2 returns offsets in bytes, which are
    then offsets in code points too); start, its first code point in title || ' ' || abstract; document_id, title,
    sections and the `carried` columns of its document.
    """
    all_slices = list(slices)
    sentences = [sentence for text_slice in all_slices for sentence in _sentences(text_slice)]
    kept = np.flatnonzero(matches_pattern(pa.array(sentences, pa.string()), claim_rules().any_need))
    documents = pa.concat_tables([text_slice.documents for text_slice in all_slices])
    row = np.concatenate([text_slice.first + text_slice.sentences.document for text_slice in all_slices])
    start = np.concatenate([text_slice.sentences.start for text_slice in all_slices])
    document_row = pa.array(row[kept])
    columns = {
        "words": pa.array([to_ascii(sentences[i]) for i in kept.tolist()], pa.string()),
        "start": pa.array(start[kept]),
        **{name: string_column(documents, name).take(document_row) for name in ("document_id", "title")},
        "sections": _sections(documents).take(document_row),
    }
    return pa.table(columns | {name: documents[name].combine_chunks().take(document_row) for name in carried})


def _sentences(text_slice: TextSlice) -> Iterator[str]:
    text = text_slice.text.text
    starts, ends = text_slice.sentence_starts.tolist(), text_slice.sentence_ends.tolist()
    return (text[begin:end] for begin, end in zip(starts, ends, strict=True))


def split_sentences(sentences: pa.Table) -> pa.Table:
    """Split rows of `candidate_sentences` that hold several sentences; drop those above MAX_SENTENCE_LENGTH."""
    words = sentences["words"].combine_chunks()
    spans = [
        (row, begin, end, sentence)
        for row, (sentence, may_stop) in enumerate(
            zip(words.to_pylist(), matches_pattern(words, _MAY_STOP).tolist(), strict=True)
        )
        for begin, end in (sentence_spans(sentence) if may_stop else [(0, len(sentence))])
        if end - begin <= MAX_SENTENCE_LENGTH
    ]
    split = sentences.take(pa.array([span[0] for span in spans], pa.int64()))
    start = pc.add(split["start"], pa.array([span[1] for span in spans], pa.int64()))
    split_words = pa.array([sentence[begin:end] for _, begin, end, sentence in spans], pa.string())
    return split.set_column(0, "words", split_words).set_column(1, "start", start)


def _sections(documents: pa.Table) -> pa.Array:
    if "sections" not in documents.column_names:
        return pa.nulls(len(documents), SPANS)
    return documents["sections"].combine_chunks().cast(SPANS)


def matching_all(words: pa.Array, needs: Iterable[str]) -> Ints:
    """Return the positions of the sentences that match every pattern in `needs`."""
    # Each pattern is applied only to the sentences that the ones before left over.
    kept = np.arange(len(words))
    for need in needs:
        has = matches_pattern(words, need)
        kept, words = kept[has], words.filter(pa.array(has))
    return kept


def matches_pattern(words: pa.Array, pattern: str) -> Mask:
    """Return for each string whether a regular expression in RE2 syntax matches_pattern somewhere in it."""
    return np.asarray(pc.match_substring_regex(words, pattern), bool)


def sentence_spans(words: str) -> Iterator[TextSpan]:
    """Yield the (begin, end) of each sentence in `words`.

    Titles may hold several sentences, and the sentence splitter does not split inside a quotation. A full stop after an
    abbreviation ('E. coli', 'vs. placebo') is not an end.
    """
    begin = 0
    for stop in _STOP.finditer(words):
        if words[begin : stop.start()].rpartition(" ")[2].strip("([").lower() not in claim_rules().abbreviations:
            yield begin, stop.end("stop")
            begin = stop.end()
    yield begin, len(words)


class _AsciiTable(dict[int, str]):
    """Translation table to ASCII: white space becomes a space, any other code point outside ASCII the letter x.

    Dashes and apostrophes are entered beforehand, as '-' and "'".
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = replacement = " " if character.isspace() else character if code < 0x80 else "x"
        return replacement


_TO_ASCII = _AsciiTable(
    {ord(mark): "'" for mark in "\u2019\u2018\u02bc"}
    | {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
)


def to_ascii(words: str) -> str:
    """Return `words` with one ASCII character for each code point: 'Größe' -> 'Grxxe'."""
    return words.translate(_TO_ASCII) if not words.isascii() or "\n" in words or "\t" in words else words

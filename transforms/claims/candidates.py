"""Documents -> the sentences that hold all the words some group of claim rules needs.

Nearly all sentences are passed over by one scan for words without which there is no claim. An expression is compiled
anew whenever it is asked for, and costs less the more sentences are asked together.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claims.rules import rules
from transforms.columnar.types import Ints
from transforms.schema.table import SPANS
from transforms.text.document_text import string_column
from transforms.text.slices import TextSlice

LONGEST_SENTENCE = 1_500
"""Code points; what is longer is a table or a list, not a sentence that claims something."""

_STOP = re.compile(r"""(?P<stop>(?<=[A-Za-z0-9)\]%"'])[.?!][\])"']*) +(?=[\["'(]?[A-Z])""")
_MAY_STOP = r"""[A-Za-z0-9)\]%"'][.?!][\])"']* +[\["'(]?[A-Z]"""

Span = tuple[int, int]
Mask = npt.NDArray[np.bool_]


def candidates(slices: Iterable[TextSlice], *carried: str) -> pa.Table:
    """One row a sentence that may hold a claim, in order, beside what is asked of its document.

    words: the sentence with one ASCII character for each code point, so that offsets in bytes are offsets in it; start:
    its first code point in title || ' ' || abstract; document_id, title, sections and the `carried` columns: the
    document's.
    """
    parts = list(slices)
    every = [words for part in parts for words in _sentences(part)]
    kept = np.flatnonzero(matches(pa.array(every, pa.string()), rules().any_need))
    documents = pa.concat_tables([part.documents for part in parts])
    row = np.concatenate([part.first + part.sentences.document for part in parts])
    start = np.concatenate([part.sentences.start for part in parts])
    at = pa.array(row[kept])
    told = {
        "words": pa.array([plain(every[i]) for i in kept.tolist()], pa.string()),
        "start": pa.array(start[kept]),
        **{name: string_column(documents, name).take(at) for name in ("document_id", "title")},
        "sections": _sections(documents).take(at),
    }
    return pa.table(told | {name: documents[name].combine_chunks().take(at) for name in carried})


def _sentences(part: TextSlice) -> Iterator[str]:
    text = part.text.text
    return (
        text[begin:end] for begin, end in zip(part.sentence_starts.tolist(), part.sentence_ends.tolist(), strict=True)
    )


def cut(sentences: pa.Table) -> pa.Table:
    """`candidates`, each cut where it holds several sentences; those of more than `LONGEST_SENTENCE` are left out."""
    words = sentences["words"].combine_chunks()
    spans = [
        (row, begin, end, said)
        for row, (said, several) in enumerate(zip(words.to_pylist(), matches(words, _MAY_STOP).tolist(), strict=True))
        for begin, end in (parts(said) if several else [(0, len(said))])
        if end - begin <= LONGEST_SENTENCE
    ]
    found = sentences.take(pa.array([span[0] for span in spans], pa.int64()))
    start = pc.add(found["start"], pa.array([span[1] for span in spans], pa.int64()))
    cut_words = pa.array([said[begin:end] for _, begin, end, said in spans], pa.string())
    return found.set_column(0, "words", cut_words).set_column(1, "start", start)


def _sections(documents: pa.Table) -> pa.Array:
    if "sections" not in documents.column_names:
        return pa.nulls(len(documents), SPANS)
    return documents["sections"].combine_chunks().cast(SPANS)


def meeting(words: pa.Array, needs: Iterable[str]) -> Ints:
    """The numbers of the sentences that match every need."""
    met = np.arange(len(words))
    for need in needs:
        has = matches(words, need)
        met, words = met[has], words.filter(pa.array(has))
    return met


def matches(words: pa.Array, pattern: str) -> Mask:
    """Which strings an expression (RE2's, without regard to case where it says so) matches."""
    return np.asarray(pc.match_substring_regex(words, pattern), bool)


def parts(words: str) -> Iterator[Span]:
    """Where sentences begin and end in a title, which may hold several, or in what was taken for one sentence because
    of a quotation mark.
    """
    begin = 0
    for stop in _STOP.finditer(words):
        if words[begin : stop.start()].rpartition(" ")[2].strip("([").lower() not in rules().abbreviations:
            yield begin, stop.end("stop")
            begin = stop.end()
    yield begin, len(words)


class _Plain(dict[int, str]):
    """One ASCII character for any code point: blanks, dashes and apostrophes their own kind, all else a letter."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = written = " " if character.isspace() else character if code < 0x80 else "x"
        return written


_PLAIN = _Plain(
    {ord(mark): "'" for mark in "\u2019\u2018\u02bc"}
    | {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
)


def plain(words: str) -> str:
    """`words` with one ASCII character for each code point."""
    return words.translate(_PLAIN) if not words.isascii() or "\n" in words or "\t" in words else words

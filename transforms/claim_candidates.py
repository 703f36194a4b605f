"""Documents -> the sentences that hold all the words some group of claim rules needs.

Nearly all sentences are passed over by a few scans for words without which there is no claim.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claim_rules import Group, rules
from transforms.document_text import string_column
from transforms.tables import SPANS
from transforms.text_slices import TextSlice

LONGEST_SENTENCE = 1_500
"""Code points; what is longer is a table or a list, not a sentence that claims something."""

_STOP = re.compile(r"""(?P<stop>(?<=[A-Za-z0-9)\]%"'])[.?!][\])"']*) +(?=[\["'(]?[A-Z])""")
_MAY_STOP = r"""[A-Za-z0-9)\]%"'][.?!][\])"']* +[\["'(]?[A-Z]"""

Span = tuple[int, int]
Mask = npt.NDArray[np.bool_]


def candidates(slices: Iterable[TextSlice], *carried: str) -> pa.Table:
    """One row a sentence that may hold a claim, in order, beside what is asked of its document.

    words: the sentence with one ASCII character for each code point, so that offsets in bytes are offsets in it; start:
    its first code point in title || ' ' || abstract; groups: a bit for each group of rules that may speak of it;
    document_id, title, sections and the `carried` columns: the document's.
    """
    return pa.concat_tables([_found(part, carried) for part in slices])


def _found(part: TextSlice, carried: Iterable[str]) -> pa.Table:
    text, begins = part.text.text, part.begins
    every = [text[begin:end] for begin, end in zip(begins.tolist(), part.ends.tolist(), strict=True)]
    kept = np.flatnonzero(matches(pa.array(every, pa.string()), rules().any_need))
    words = [plain(every[i]) for i in kept.tolist()]
    array = pa.array(words, pa.string())
    groups = np.zeros(len(words), np.int64)
    for number, group in enumerate(rules().groups):
        groups[meeting(array, group, np.ones(len(words), bool))] |= 1 << number
    split = matches(array, _MAY_STOP)
    spans = [
        (at, begin, end)
        for at in np.flatnonzero(groups).tolist()
        for begin, end in (parts(words[at]) if split[at] else [(0, len(words[at]))])
        if end - begin <= LONGEST_SENTENCE
    ]
    at = np.array([span[0] for span in spans], np.int64)
    row = pa.array(part.sentences.document[kept[at]])
    begin = np.array([span[1] for span in spans], np.int64)
    told = {
        "words": pa.array([words[at][begin:end] for at, begin, end in spans], pa.string()),
        "start": pa.array(part.sentences.start[kept[at]] + begin),
        "groups": pa.array(groups[at]),
        **{name: string_column(part.documents, name).take(row) for name in ("document_id", "title")},
        "sections": _sections(part.documents).take(row),
    }
    return pa.table(told | {name: part.documents[name].combine_chunks().take(row) for name in carried})


def _sections(documents: pa.Table) -> pa.Array:
    if "sections" not in documents.column_names:
        return pa.nulls(len(documents), SPANS)
    return documents["sections"].combine_chunks().cast(SPANS)


def meeting(words: pa.Array, group: Group, asked: Mask) -> Mask:
    """Which of the sentences that are `asked` of match every need of a group."""
    met = asked.copy()
    for need in group.needs:
        met[met] = matches(words.filter(pa.array(met)), need)
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

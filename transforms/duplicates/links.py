"""Relations that must not be merged: what is a preprint, erratum, comment, retraction, translation, version of what.

Here they are read off pairs that would be one article but for what a rule held against it. What sources state
themselves (documents.relations) needs no rule: the catalog's view of links adds it.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates.comparison import AUTHORS_AGREE, DIFFERS, EQUAL, EXTENDED, SAME, Comparison, compare
from transforms.duplicates.features import UNKNOWN as NO_VALUE
from transforms.duplicates.features import Features

LINKS = pa.schema([("link", pa.string()), ("link_from", pa.string())])
"""link: what document link_from is of the other: 'preprint_of', 'erratum_for', 'comment_on', 'retraction_of',
'translation_of', 'version_of'; both NULL where the pair is merely apart."""

_MARK_KINDS = (
    ("preprint", "preprint_of"),
    ("retraction", "retraction_of"),
    ("erratum", "erratum_for"),
    ("reply", "comment_on"),
    ("comment", "comment_on"),
)


def links_of(edges: pa.Table, found: Features) -> pa.Table:
    """What the documents of each edge are to each other -> LINKS, in the order of `edges`; NULL for 'same'.

    `edges` as of `duplicate_decisions.EDGES`; `found` has the features of all their documents.
    """
    ids = pa.array(found.ids, pa.string())
    a, b = (pc.index_in(edges[name], ids).to_numpy().astype(np.int64) for name in ("document_a", "document_b"))
    compared = compare(found, a, b)
    kinds: list[str | None] = []
    subjects: list[str | None] = []
    for n, (one, other, verdict) in enumerate(zip(a.tolist(), b.tolist(), edges["verdict"].to_pylist(), strict=True)):
        link = None
        if verdict == "different":
            link = _by_marks(found, compared, n, one, other) or _by_text(found, compared, n, one, other)
        subjects.append(found.ids[link[0]] if link else None)
        kinds.append(link[1] if link else None)
    return pa.table([kinds, subjects], schema=LINKS)


def _by_marks(found: Features, compared: Comparison, n: int, one: int, other: int) -> tuple[int, str] | None:
    """What one says in its title or types that it is, and the other does not."""
    if compared.title[n] < EXTENDED or compared.generic[n]:
        return None
    for mark, kind in _MARK_KINDS:
        first, second = mark in found.marks[one], mark in found.marks[other]
        if first != second:
            by_others = kind == "comment_on"
            if not by_others and compared.authors[n] == DIFFERS:
                return None
            if mark != "preprint" and compared.journal[n] == DIFFERS:
                return None
            return (one, kind) if first else (other, kind)
    return None


def _by_text(found: Features, compared: Comparison, n: int, one: int, other: int) -> tuple[int, str] | None:
    """The same text twice under two identifiers: where one title is in brackets (NLM's mark of another language), the
    other is its translation; else the later is a version of the earlier.
    """
    alike = compared.title[n] >= EXTENDED and compared.author_ratio[n] >= 100 * AUTHORS_AGREE
    same_marks = found.marks[one] == found.marks[other]
    if (
        not alike
        or not same_marks
        or compared.generic[n]
        or compared.journal[n] == DIFFERS
        or compared.numbers[n] == DIFFERS
    ):
        return None
    place = compared.pages[n] == SAME and (compared.volume[n] == SAME or compared.year[n] == SAME)
    if not place and not (compared.versioned[n] and compared.title[n] == EQUAL):
        return None
    if found.translated[one] != found.translated[other]:
        return (other if found.translated[one] else one), "translation_of"
    return (one if _order(found, one) > _order(found, other) else other), "version_of"


def _order(found: Features, n: int) -> tuple[int, int, str]:
    """Year, PMID, id: which of two versions is the later."""
    year = int(found.year[n])
    return (year if year != NO_VALUE else 0, int(found.pmid[n]), found.ids[n])

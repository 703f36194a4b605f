"""Infer links between articles that resemble each other but must not be merged: preprint, erratum, comment,
retraction, translation, version.

They are inferred from pairs whose verdict is 'different'. Relations that a source states itself (documents.relations)
are added by the catalog's view `links`.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates.comparison import AUTHORS_AGREE, DIFFERS, EQUAL, EXTENDED, SAME, Comparison, compare
from transforms.duplicates.features import MISSING, Features

INFERRED_LINKS = pa.schema([("link", pa.string()), ("link_from", pa.string())])
"""link: the relation of document link_from to the other one: 'preprint_of', 'erratum_for', 'comment_on',
'retraction_of', 'translation_of' or 'version_of'; both NULL where the pair has no link."""

_MARK_KINDS = (
    ("preprint", "preprint_of"),
    ("retraction", "retraction_of"),
    ("erratum", "erratum_for"),
    ("reply", "comment_on"),
    ("comment", "comment_on"),
)


def infer_links(edges: pa.Table, features: Features) -> pa.Table:
    """Return INFERRED_LINKS in the order of `edges`; NULL for edges whose verdict is 'same' and for unrelated pairs.

    `edges` has the columns of `decisions.EDGES`; `features` holds all their documents.
    """
    ids = pa.array(features.ids, pa.string())
    a, b = (pc.index_in(edges[name], ids).to_numpy().astype(np.int64) for name in ("document_a", "document_b"))
    compared = compare(features, a, b)
    kinds: list[str | None] = []
    subjects: list[str | None] = []
    for n, (row_a, row_b, verdict) in enumerate(zip(a.tolist(), b.tolist(), edges["verdict"].to_pylist(), strict=True)):
        link = None
        if verdict == "different":
            link = _by_marks(features, compared, n, row_a, row_b) or _by_text(features, compared, n, row_a, row_b)
        subjects.append(features.ids[link[0]] if link else None)
        kinds.append(link[1] if link else None)
    return pa.table([kinds, subjects], schema=INFERRED_LINKS)


def _by_marks(features: Features, compared: Comparison, n: int, row_a: int, row_b: int) -> tuple[int, str] | None:
    """Return (row of the notice, kind of link) where one document alone carries a mark such as 'erratum'; else None."""
    if compared.title[n] < EXTENDED or compared.generic[n]:
        return None
    for mark, kind in _MARK_KINDS:
        first, second = mark in features.marks[row_a], mark in features.marks[row_b]
        if first != second:
            # Comments and replies are by other authors than their subject; preprints appear in another journal.
            is_comment = kind == "comment_on"
            if not is_comment and compared.authors[n] == DIFFERS:
                return None
            if mark != "preprint" and compared.journal[n] == DIFFERS:
                return None
            return (row_a, kind) if first else (row_b, kind)
    return None


def _by_text(features: Features, compared: Comparison, n: int, row_a: int, row_b: int) -> tuple[int, str] | None:
    """Return (row, kind of link) for the same text under two identifiers; None where the texts differ.

    Where one title is in brackets (NLM's mark for a translated title), the other document is its translation; else the
    later document is a version of the earlier.
    """
    similar = compared.title[n] >= EXTENDED and compared.author_ratio[n] >= 100 * AUTHORS_AGREE
    same_marks = features.marks[row_a] == features.marks[row_b]
    if (
        not similar
        or not same_marks
        or compared.generic[n]
        or compared.journal[n] == DIFFERS
        or compared.numbers[n] == DIFFERS
    ):
        return None
    same_place = compared.pages[n] == SAME and (compared.volume[n] == SAME or compared.year[n] == SAME)
    if not same_place and not (compared.versioned[n] and compared.title[n] == EQUAL):
        return None
    if features.translated[row_a] != features.translated[row_b]:
        return (row_b if features.translated[row_a] else row_a), "translation_of"
    return (row_a if _version_order(features, row_a) > _version_order(features, row_b) else row_b), "version_of"


def _version_order(features: Features, n: int) -> tuple[int, int, str]:
    """Return the sort key of versions: year, PMID, document id."""
    year = int(features.year[n])
    return (year if year != MISSING else 0, int(features.pmid[n]), features.ids[n])

"""Relations that must not be merged: what is a preprint, erratum, comment, retraction, translation, version of what.

They come from what sources state (documents.relations) and from pairs that would be one article but for what a rule
held against it. Links are between documents; whoever stores them resolves documents to articles.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.comparison import AUTHORS_AGREE, DIFFERS, EQUAL, EXTENDED, SAME, Comparison, compare
from transforms.document_features import UNKNOWN as NO_VALUE
from transforms.document_features import Features, features

LINKS = pa.schema(
    [("document_id", pa.string()), ("related_id", pa.string()), ("kind", pa.string()), ("evidence", pa.string())]
)
"""document_id is the `kind` of related_id; kind: 'preprint_of', 'erratum_for', 'comment_on', 'retraction_of',
'translation_of', 'version_of'; evidence: 'stated' by a source, or the rule that kept the two apart."""

STATED = "stated"
_STATED_KINDS = {
    "erratumfor": ("erratum_for", True),
    "erratumin": ("erratum_for", False),
    "retractionof": ("retraction_of", True),
    "retractionin": ("retraction_of", False),
    "partialretractionof": ("retraction_of", True),
    "partialretractionin": ("retraction_of", False),
    "commenton": ("comment_on", True),
    "commentin": ("comment_on", False),
    "updateof": ("version_of", True),
    "updatein": ("version_of", False),
    "correctedandrepublishedfrom": ("version_of", True),
    "correctedandrepublishedin": ("version_of", False),
    "retractedandrepublishedfrom": ("version_of", True),
    "retractedandrepublishedin": ("version_of", False),
    "preprintof": ("preprint_of", True),
    "preprintin": ("preprint_of", False),
    "translationof": ("translation_of", True),
}
"""Kinds as sources state them, without underscores -> (kind of link, whether the stating document is the subject).
Those of PubMed: NLM's list of the values of RefType."""

_MARK_KINDS = (
    ("preprint", "preprint_of"),
    ("retraction", "retraction_of"),
    ("erratum", "erratum_for"),
    ("reply", "comment_on"),
    ("comment", "comment_on"),
)

Link = tuple[str, str, str, str]


def find_links(edges: pa.Table, documents: pa.Table) -> pa.Table:
    """Links stated by `documents` and told by 'different' edges between them -> LINKS, distinct, sorted.

    `edges` as of `duplicate_decisions.EDGES`; those with a document that is not there are left out. A stated related_id
    may be a document that is not there.
    """
    found = features(documents)
    told = _told(edges, found)
    links = {(one, other, kind): evidence for one, other, kind, evidence in (*told, *_stated(documents, found))}
    rows = [(*key, links[key]) for key in sorted(links)]
    return pa.table([list(column) for column in zip(*rows, strict=True)] or [[]] * len(LINKS), schema=LINKS)


def _stated(documents: pa.Table, found: Features) -> Iterator[Link]:
    relations = documents["relations"].to_pylist() if "relations" in documents.column_names else []
    for n, stated in enumerate(relations):
        for relation in stated or ():
            kind, subject = _STATED_KINDS.get(relation["kind"].replace("_", ""), (None, True))
            other = relation["document_id"]
            if kind is None or other is None or other == found.ids[n]:
                continue
            if kind == "version_of" and not subject and "preprint" in found.marks[n]:
                kind, subject = "preprint_of", True
            yield (found.ids[n], other, kind, STATED) if subject else (other, found.ids[n], kind, STATED)


def _told(edges: pa.Table, found: Features) -> Iterator[Link]:
    """Links of pairs that a veto kept apart."""
    ids = pa.array(found.ids, pa.string())
    there = pc.and_(pc.is_in(edges["document_a"], ids), pc.is_in(edges["document_b"], ids))
    apart = edges.filter(pc.and_(pc.equal(edges["verdict"], "different"), there))
    a, b = (pc.index_in(apart[name], ids).to_numpy().astype(np.int64) for name in ("document_a", "document_b"))
    compared = compare(found, a, b)
    for n, (one, other, rule) in enumerate(zip(a.tolist(), b.tolist(), apart["rule"].to_pylist(), strict=True)):
        link = _by_marks(found, compared, n, one, other) or _by_text(found, compared, n, one, other)
        if link:
            subject, related, kind = link
            yield found.ids[subject], found.ids[related], kind, rule


def _by_marks(found: Features, compared: Comparison, n: int, one: int, other: int) -> tuple[int, int, str] | None:
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
            return (one, other, kind) if first else (other, one, kind)
    return None


def _by_text(found: Features, compared: Comparison, n: int, one: int, other: int) -> tuple[int, int, str] | None:
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
        return (other, one, "translation_of") if found.translated[one] else (one, other, "translation_of")
    later, earlier = (one, other) if _order(found, one) > _order(found, other) else (other, one)
    return later, earlier, "version_of"


def _order(found: Features, n: int) -> tuple[int, int, str]:
    """Year, PMID, id: which of two versions is the later."""
    year = int(found.year[n])
    return (year if year != NO_VALUE else 0, int(found.pmid[n]), found.ids[n])

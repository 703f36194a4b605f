"""Decisions on pairs -> articles: which documents are one, and the id of each article.

Edges are joined from the strongest rule down (ties by document ids), each only if the two groups may be one: never two
PMIDs unless NLM says so, never against a person's word, never a notice with what it is about. The result is a function
of the set of edges and documents: neither their order nor how they came to be there matters, and the components of a
few documents can be worked out alone.
"""

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from transforms import duplicate_rules
from transforms.identity import article_id

ARTICLES = pa.schema(
    [("document_id", pa.string()), ("article_id", pa.int64()), ("rule", pa.string()), ("evidence", pa.string())]
)
"""rule and evidence: the strongest decision that joined the document to another one; 'alone' and NULL without one."""

ALONE = "alone"
PERSON = "a person's verdict"
APART = frozenset({"one is a notice, reply, protocol or preprint", "another version of a review", "different PMIDs"})
"""Vetoes that hold for whole articles, not only for the pair."""

_RANK = {rule: rank for rank, rule in enumerate((PERSON, *duplicate_rules.ACCEPTS))}
_MAY_HAVE_TWO_PMIDS = frozenset({PERSON, duplicate_rules.REPUBLISHED})

Edge = tuple[str, str, str, str | None]


def cluster(edges: pa.Table, documents: pa.Table, verdicts: pa.Table | None = None) -> pa.Table:
    """The article of every row of `documents` (document_id, pmid) -> ARTICLES, in the order of `documents`.

    `edges` as of `duplicate_decisions.EDGES`; those with a document that is not there are left out. `verdicts` are a
    person's: document_a, document_b, same (boolean); they overrule every rule.
    """
    pmids = dict(zip(documents["document_id"].to_pylist(), _pmids(documents), strict=True))
    if len(pmids) != documents.num_rows:
        raise ValueError("documents: a document_id stands there more than once")
    groups = _Groups(pmids)
    joined, apart = _split(edges, verdicts, pmids)
    for one, other in apart:
        groups.keep_apart(one, other)
    told: dict[str, tuple[str, str | None]] = {}
    for one, other, rule, evidence in sorted(joined, key=lambda edge: (_RANK[edge[2]], edge[0], edge[1])):
        if groups.join(one, other, two_pmids=rule in _MAY_HAVE_TWO_PMIDS):
            told.setdefault(one, (rule, evidence))
            told.setdefault(other, (rule, evidence))
    ids = groups.article_ids()
    rows = [(document, ids[document], *told.get(document, (ALONE, None))) for document in pmids]
    return pa.Table.from_arrays([pa.array(column, field.type) for column, field in zip(_columns(rows), ARTICLES, strict=True)], schema=ARTICLES)


def _columns(rows: list[tuple[str, int, str, str | None]]) -> Iterable[tuple[object, ...]]:
    return zip(*rows, strict=True) if rows else [()] * len(ARTICLES)


def component(edges: pa.Table, document_ids: pa.Array, verdicts: pa.Table | None = None) -> pa.Array:
    """All documents reachable from some by 'same' edges or a person's 'same': what must be clustered again with them."""
    same = edges.filter(pc.equal(edges["verdict"], "same")).select(["document_a", "document_b"])
    if verdicts is not None:
        same = pa.concat_tables([same, verdicts.filter(verdicts["same"]).select(["document_a", "document_b"])])
    neighbours = defaultdict(list)
    for one, other in zip(same["document_a"].to_pylist(), same["document_b"].to_pylist(), strict=True):
        neighbours[one].append(other)
        neighbours[other].append(one)
    reached = set(document_ids.to_pylist())
    waiting = list(reached)
    while waiting:
        fresh = set(neighbours[waiting.pop()]) - reached
        reached |= fresh
        waiting.extend(fresh)
    return pa.array(sorted(reached), pa.string())


def _pmids(documents: pa.Table) -> list[int | None]:
    return documents["pmid"].to_pylist() if "pmid" in documents.column_names else [None] * documents.num_rows


def _split(edges: pa.Table, verdicts: pa.Table | None, known: dict[str, int | None]) -> tuple[list[Edge], list[tuple[str, str]]]:
    """(edges that join, pairs to keep apart): a person's first, rules only where no person spoke."""
    joined: list[Edge] = []
    apart: list[tuple[str, str]] = []
    spoken = set()
    for row in verdicts.to_pylist() if verdicts is not None else ():
        one, other = sorted((row["document_a"], row["document_b"]))
        spoken.add((one, other))
        if one in known and other in known:
            if row["same"]:
                joined.append((one, other, PERSON, None))
            else:
                apart.append((one, other))
    names = ("document_a", "document_b", "verdict", "rule", "evidence")
    for one, other, verdict, rule, evidence in zip(*(edges[name].to_pylist() for name in names), strict=True):
        if (one, other) in spoken or one not in known or other not in known:
            continue
        if verdict == "same":
            joined.append((one, other, rule, evidence))
        elif rule in APART:
            apart.append((one, other))
    return joined, apart


class _Groups:
    """Disjoint sets of documents that know their PMIDs and which other groups they must never join."""

    def __init__(self, pmids: dict[str, int | None]) -> None:
        self._parent = {document: document for document in pmids}
        self._pmids = {document: {pmid} if pmid is not None else set() for document, pmid in pmids.items()}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._members = {document: [document] for document in pmids}

    def keep_apart(self, one: str, other: str) -> None:
        self._apart[one].add(other)
        self._apart[other].add(one)

    def join(self, one: str, other: str, *, two_pmids: bool) -> bool:
        """Make one group of two; whether they are one group now."""
        a, b = self._root(one), self._root(other)
        if a == b:
            return True
        if b in self._apart[a] or not (two_pmids or len(self._pmids[a] | self._pmids[b]) < 2 or self._pmids[a] <= self._pmids[b] or self._pmids[b] <= self._pmids[a]):
            return False
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        self._parent[b] = a
        self._pmids[a] |= self._pmids.pop(b)
        self._members[a] += self._members.pop(b)
        for enemy in self._apart.pop(b, ()):
            self._apart[enemy].discard(b)
            self._apart[enemy].add(a)
            self._apart[a].add(enemy)
        return True

    def article_ids(self) -> dict[str, int]:
        return {
            document: number
            for root, members in self._members.items()
            for number in [article_id(sorted(self._pmids[root]), members)]
            for document in members
        }

    def _root(self, document: str) -> str:
        while (parent := self._parent[document]) != document:
            self._parent[document] = document = self._parent[parent]
        return document

"""Cluster decided pairs into articles and compute the id of each article.

Edges are applied from the strongest rule to the weakest (ties by document ids). An edge joins two groups unless that
would give the group two PMIDs that NLM does not connect, contradict a manual decision, or put a notice and its subject
into one article:

    document     pmid    edge                                          result
    pubmed:11    11      pubmed:11 - web:1     same PMCID and title    joined: article 11 = {pubmed:11, web:1}
    web:1        -       web:1     - pubmed:12 same title and place    refused: the group would have PMIDs 11 and 12
    pubmed:12    12                                                    article 12 = {pubmed:12}

The result depends on the set of edges and documents only, not on their order. Documents connected by 'same' edges,
manual 'same' decisions or a common PMID can be clustered apart from all others.
"""

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa

from transforms.duplicates.article_ids import article_id
from transforms.duplicates.rules import ACCEPTS, REPUBLISHED_RULE

ARTICLE_ASSIGNMENTS = pa.schema(
    [("document_id", pa.string()), ("article_id", pa.int64()), ("rule", pa.string()), ("evidence", pa.string())]
)
"""rule and evidence: the strongest decision that joined the document to another; 'alone' and NULL where none did."""

ALONE = "alone"
MANUAL = "a person's verdict"
"""The `rule` of documents that a manual decision joined."""
ARTICLE_VETOES = frozenset(
    {"one is a notice, reply, protocol or preprint", "another version of a review", "different PMIDs"}
)
"""Vetoes that keep the whole articles of the two documents apart, not only the pair."""

_RANK = {rule: rank for rank, rule in enumerate((MANUAL, *ACCEPTS))}
_RULES_ALLOWING_TWO_PMIDS = frozenset({MANUAL, REPUBLISHED_RULE})

Edge = tuple[str, str, str, str | None]


def cluster(edges: pa.Table, documents: pa.Table, verdicts: pa.Table | None = None) -> pa.Table:
    """Return the article of every row of `documents` (document_id, pmid) as ARTICLE_ASSIGNMENTS, in the same order.

    `edges` has the columns of `decisions.EDGES`; edges with a document that is not in `documents` are ignored.
    `verdicts` are manual decisions, which override every rule: document_a, document_b, same (boolean). Where two
    articles claim one PMID, it goes to the article that holds the PubMed record itself, else to the one with the
    smallest document_id. Raises `ValueError` where a document_id is repeated in `documents`.
    """
    ids = documents["document_id"].to_pylist()
    groups = _Groups(dict(zip(ids, _pmids(documents), strict=True)))
    if len(set(ids)) != len(ids):
        raise ValueError("documents: a document_id occurs more than once")
    deciding_rules: dict[str, tuple[str, str | None]] = {}
    manual = _manual_decisions(verdicts, groups)
    # Manual decisions come first, so that no rule can join what a person separated.
    groups.keep_apart(pair for pair, same in manual.items() if not same)
    _join(groups, deciding_rules, [(*pair, MANUAL, None) for pair, same in manual.items() if same])
    decided = [edge for edge in _edge_tuples(edges, groups) if (edge[0], edge[1]) not in manual]
    groups.keep_apart((edge[0], edge[1]) for edge in decided if edge[2] in ARTICLE_VETOES)
    _join(groups, deciding_rules, [edge for edge in decided if edge[2] in ACCEPTS])
    article_ids = groups.article_ids()
    rules, evidence = (
        zip(*(deciding_rules.get(document, (ALONE, None)) for document in ids), strict=True) if ids else ((), ())
    )
    return pa.table([ids, [article_ids[document] for document in ids], rules, evidence], schema=ARTICLE_ASSIGNMENTS)


def _join(groups: "_Groups", deciding_rules: dict[str, tuple[str, str | None]], edges: list[Edge]) -> None:
    """Apply edges from the strongest rule down; record for each document the first decision that joined it."""
    for one, other, rule, evidence in sorted(edges, key=lambda edge: (_RANK[edge[2]], edge[0], edge[1])):
        if groups.join(one, other, allow_two_pmids=rule in _RULES_ALLOWING_TWO_PMIDS):
            deciding_rules.setdefault(one, (rule, evidence))
            deciding_rules.setdefault(other, (rule, evidence))


def _pmids(documents: pa.Table) -> list[int | None]:
    return documents["pmid"].to_pylist() if "pmid" in documents.column_names else [None] * documents.num_rows


def _manual_decisions(verdicts: pa.Table | None, groups: "_Groups") -> dict[tuple[str, str], bool]:
    """Return manual decisions on known documents by sorted pair of ids; where they conflict, 'not the same' wins."""
    manual: dict[tuple[str, str], bool] = {}
    for row in verdicts.to_pylist() if verdicts is not None else ():
        one, other = sorted((row["document_a"], row["document_b"]))
        if one in groups and other in groups:
            manual[one, other] = row["same"] and manual.get((one, other), True)
    return manual


def _edge_tuples(edges: pa.Table, groups: "_Groups") -> list[Edge]:
    columns = (edges[name].to_pylist() for name in ("document_a", "document_b", "rule", "evidence"))
    return [edge for edge in zip(*columns, strict=True) if edge[0] in groups and edge[1] in groups]


class _Groups:
    """Disjoint sets of documents (union-find), each with its PMIDs and the groups it must never be joined with."""

    def __init__(self, pmids: dict[str, int | None]) -> None:
        self._parent = {document: document for document in pmids}
        self._pmids = {document: {pmid} if pmid is not None else set() for document, pmid in pmids.items()}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._members = {document: [document] for document in pmids}

    def __contains__(self, document: str) -> bool:
        return document in self._parent

    def keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Forbid joining the groups of these pairs; pairs that are in one group already stay there."""
        for one, other in pairs:
            a, b = self._root(one), self._root(other)
            if a != b:
                self._apart[a].add(b)
                self._apart[b].add(a)

    def join(self, one: str, other: str, *, allow_two_pmids: bool) -> bool:
        """Join the groups of two documents if permitted; return whether they are in one group now."""
        a, b = self._root(one), self._root(other)
        if a == b:
            return True
        if b in self._apart[a] or not (allow_two_pmids or self._agree(a, b)):
            return False
        # The smaller group moves into the larger, which bounds the total work.
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        self._parent[b] = a
        self._pmids[a] |= self._pmids.pop(b)
        self._members[a] += self._members.pop(b)
        # `a` absorbed `b`: whatever had to stay apart from `b` must stay apart from `a`.
        for excluded in self._apart.pop(b, ()):
            self._apart[excluded].discard(b)
            self._apart[excluded].add(a)
            self._apart[a].add(excluded)
        return True

    def _agree(self, a: str, b: str) -> bool:
        """Whether the PMIDs of one group include those of the other, so that joining adds none to the larger set."""
        return self._pmids[a] <= self._pmids[b] or self._pmids[b] <= self._pmids[a]

    def article_ids(self) -> dict[str, int]:
        """Return the article id of every document."""
        owner: dict[int, str] = {}
        for root, pmids in self._pmids.items():
            for pmid in pmids:
                owner[pmid] = min(owner.get(pmid, root), root, key=lambda other: self._claim_rank(other, pmid))
        ids = {}
        for root, members in self._members.items():
            own = [pmid for pmid in self._pmids[root] if owner[pmid] == root]
            ids.update(dict.fromkeys(members, article_id(own, members)))
        return ids

    def _claim_rank(self, root: str, pmid: int) -> tuple[bool, str]:
        """Return a sort key of the groups that hold a PMID; the group it belongs to comes first."""
        return f"pubmed:{pmid}" not in self._members[root], min(self._members[root])

    def _root(self, document: str) -> str:
        # Path halving keeps the trees flat without recursion.
        while (parent := self._parent[document]) != document:
            self._parent[document] = document = self._parent[parent]
        return document

"""Decisions on pairs -> articles: which documents are one, and the id of each article.

Edges are joined from the strongest rule down (ties by document ids), each only if the two groups may be one: never two
PMIDs unless NLM says so, never against a person's word, never a notice with what it is about. The result is a function
of the set of edges and documents: neither their order nor how they came to be there matters, and what hangs together
by 'same' edges, a person's 'same' or a PMID can be worked out alone.
"""

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa

from transforms.duplicates import rules as duplicate_rules
from transforms.duplicates.article_ids import article_id

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
    person's: document_a, document_b, same (boolean); they overrule every rule. Where two articles claim one PMID, it is
    that of the article with the PubMed record itself, else of the one with the smallest document_id. Raises
    `ValueError` where a document_id stands in `documents` twice.
    """
    names = documents["document_id"].to_pylist()
    groups = _Groups(dict(zip(names, _pmids(documents), strict=True)))
    if len(set(names)) != len(names):
        raise ValueError("documents: a document_id stands there more than once")
    told: dict[str, tuple[str, str | None]] = {}
    spoken = _spoken(verdicts, groups)
    groups.keep_apart(pair for pair, same in spoken.items() if not same)
    _join(groups, told, [(*pair, PERSON, None) for pair, same in spoken.items() if same])
    decided = [edge for edge in _rows(edges, groups) if (edge[0], edge[1]) not in spoken]
    groups.keep_apart((edge[0], edge[1]) for edge in decided if edge[2] in APART)
    _join(groups, told, [edge for edge in decided if edge[2] in duplicate_rules.ACCEPTS])
    ids = groups.article_ids()
    rules, evidence = zip(*(told.get(name, (ALONE, None)) for name in names), strict=True) if names else ((), ())
    return pa.table([names, [ids[name] for name in names], rules, evidence], schema=ARTICLES)


def _join(groups: "_Groups", told: dict[str, tuple[str, str | None]], edges: list[Edge]) -> None:
    """Join what may be joined, and note for each document the first decision that joined it."""
    for one, other, rule, evidence in sorted(edges, key=lambda edge: (_RANK[edge[2]], edge[0], edge[1])):
        if groups.join(one, other, two_pmids=rule in _MAY_HAVE_TWO_PMIDS):
            told.setdefault(one, (rule, evidence))
            told.setdefault(other, (rule, evidence))


def _pmids(documents: pa.Table) -> list[int | None]:
    return documents["pmid"].to_pylist() if "pmid" in documents.column_names else [None] * documents.num_rows


def _spoken(verdicts: pa.Table | None, groups: "_Groups") -> dict[tuple[str, str], bool]:
    """A person's verdicts on documents that are there, by pair in order of ids; 'not the same' wins over 'the same'."""
    spoken: dict[tuple[str, str], bool] = {}
    for row in verdicts.to_pylist() if verdicts is not None else ():
        one, other = sorted((row["document_a"], row["document_b"]))
        if one in groups and other in groups:
            spoken[one, other] = row["same"] and spoken.get((one, other), True)
    return spoken


def _rows(edges: pa.Table, groups: "_Groups") -> list[Edge]:
    columns = (edges[name].to_pylist() for name in ("document_a", "document_b", "rule", "evidence"))
    return [edge for edge in zip(*columns, strict=True) if edge[0] in groups and edge[1] in groups]


class _Groups:
    """Disjoint sets of documents that know their PMIDs and which other groups they must never join."""

    def __init__(self, pmids: dict[str, int | None]) -> None:
        self._parent = {document: document for document in pmids}
        self._pmids = {document: {pmid} if pmid is not None else set() for document, pmid in pmids.items()}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._members = {document: [document] for document in pmids}

    def __contains__(self, document: str) -> bool:
        return document in self._parent

    def keep_apart(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Never join the groups of these pairs from now on; what is one group already stays so."""
        for one, other in pairs:
            a, b = self._root(one), self._root(other)
            if a != b:
                self._apart[a].add(b)
                self._apart[b].add(a)

    def join(self, one: str, other: str, *, two_pmids: bool) -> bool:
        """Make one group of two; whether they are one group now."""
        a, b = self._root(one), self._root(other)
        if a == b:
            return True
        if b in self._apart[a] or not (two_pmids or self._agree(a, b)):
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

    def _agree(self, a: str, b: str) -> bool:
        """Whether one group has no PMID beyond those of the other."""
        return self._pmids[a] <= self._pmids[b] or self._pmids[b] <= self._pmids[a]

    def article_ids(self) -> dict[str, int]:
        """The article id of every document."""
        owner: dict[int, str] = {}
        for root, pmids in self._pmids.items():
            for pmid in pmids:
                owner[pmid] = min(owner.get(pmid, root), root, key=lambda other: self._claim(other, pmid))
        found = {}
        for root, members in self._members.items():
            own = [pmid for pmid in self._pmids[root] if owner[pmid] == root]
            found.update(dict.fromkeys(members, article_id(own, members)))
        return found

    def _claim(self, root: str, pmid: int) -> tuple[bool, str]:
        """Sorts the groups that hold a PMID: the one it belongs to comes first."""
        return f"pubmed:{pmid}" not in self._members[root], min(self._members[root])

    def _root(self, document: str) -> str:
        while (parent := self._parent[document]) != document:
            self._parent[document] = document = self._parent[parent]
        return document

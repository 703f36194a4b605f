"""Which article a document belongs to: a pure function of the documents of the article, nothing is minted."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

FIRST_HASHED_ID = 1 << 62
"""Articles without a PMID are numbered from here; no PMID comes near."""

_HASH_BITS = 61

Pair = tuple[str, str]


def article_id(pmids: Iterable[int], document_ids: Iterable[str]) -> int:
    """The id of an article: its smallest PMID, else 2^62 + 61 bits of BLAKE2b of its smallest document_id.

    The same documents give the same id in whatever order and batches they came, and after a rebuild.
    """
    smallest = min(pmids, default=None)
    if smallest is not None:
        return smallest
    digest = hashlib.blake2b(min(document_ids).encode(), digest_size=8).digest()
    return FIRST_HASHED_ID + (int.from_bytes(digest, "big") >> (64 - _HASH_BITS))


def own_article_ids(documents: pa.Table) -> pa.Array:
    """For each row of `documents` (columns document_id, pmid) the id of an article of this document alone."""
    pmids, names = documents["pmid"].to_pylist(), documents["document_id"].to_pylist()
    return pa.array(
        [article_id([], [name]) if pmid is None else pmid for pmid, name in zip(pmids, names, strict=True)], pa.int64()
    )


def assign(pmids: Mapping[str, int | None], pairs: Iterable[Pair], verdicts: Mapping[Pair, bool]) -> dict[str, int]:
    """The article of each document: documents joined by pairs of records that tell of the same article.

    `pmids`: of every document named in `pairs` or `verdicts`. `verdicts`: what a person said of two documents, True
    for the same article, False for different ones; it overrules a pair. Where two articles claim one PMID, it is that
    of the article with the PubMed record itself, else of the one with the smallest document_id.
    """
    names = sorted(pmids)
    position = {name: n for n, name in enumerate(names)}
    joined = {pair for pair in pairs if verdicts.get(pair, True)} | {pair for pair, same in verdicts.items() if same}
    label = _components(len(names), [(position[a], position[b]) for a, b in joined])
    members: dict[int, list[str]] = defaultdict(list)
    claims: dict[int, set[int]] = defaultdict(set)
    for name, cluster in zip(names, label, strict=True):
        members[cluster].append(name)
        pmid = pmids[name]
        if pmid is not None:
            claims[pmid].add(cluster)
    owner = {
        pmid: min(clusters, key=lambda cluster: (f"pubmed:{pmid}" not in members[cluster], members[cluster][0]))
        for pmid, clusters in claims.items()
    }
    ids = {
        cluster: article_id((pmid for name in found if (pmid := pmids[name]) and owner[pmid] == cluster), found)
        for cluster, found in members.items()
    }
    return {name: ids[cluster] for name, cluster in zip(names, label, strict=True)}


def _components(size: int, edges: list[tuple[int, int]]) -> list[int]:
    """The connected component of each of `size` nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.array(edges, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return list(connected_components(graph, directed=False)[1].tolist())

"""Which article a document belongs to: a pure function of the documents of the article, nothing is minted."""

import hashlib
from collections.abc import Iterable

import pyarrow as pa

FIRST_HASHED_ID = 1 << 62
"""Articles without a PMID are numbered from here; no PMID comes near."""

_HASH_BITS = 61


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

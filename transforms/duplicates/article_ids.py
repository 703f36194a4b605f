"""Article ids, computed from the documents of the article alone: no counter, so no state to keep."""

import hashlib
from collections.abc import Iterable

import pyarrow as pa

FIRST_HASHED_ID = 1 << 62
"""Ids of articles without a PMID start here, far above any PMID."""

_HASH_BITS = 61


def article_id(pmids: Iterable[int], document_ids: Iterable[str]) -> int:
    """Return the id of an article: its smallest PMID, else 2^62 + 61 bits of BLAKE2b of its smallest document_id.

    The id does not depend on the order or the batches in which the documents arrived.
    """
    smallest = min(pmids, default=None)
    if smallest is not None:
        return smallest
    digest = hashlib.blake2b(min(document_ids).encode(), digest_size=8).digest()
    return FIRST_HASHED_ID + (int.from_bytes(digest, "big") >> (64 - _HASH_BITS))


def own_article_ids(documents: pa.Table) -> pa.Array:
    """Return for each row of `documents` (document_id, pmid) the id of an article that has only this document."""
    pmids, document_ids = documents["pmid"].to_pylist(), documents["document_id"].to_pylist()
    return pa.array(
        [
            article_id([], [document_id]) if pmid is None else pmid
            for pmid, document_id in zip(pmids, document_ids, strict=True)
        ],
        pa.int64(),
    )

"""Which article a document belongs to: a pure function of the documents of the article, nothing is minted."""

import hashlib

FIRST_HASHED_ID = 1 << 62
"""Articles without a PMID are numbered from here; no PMID comes near."""

_HASH_BITS = 61


def article_id(pmids: list[int], document_ids: list[str]) -> int:
    """The id of an article: its smallest PMID, else 2^62 + 61 bits of BLAKE2b of its smallest document_id.

    The same documents give the same id in whatever order and batches they came, and after a rebuild.
    """
    if pmids:
        return min(pmids)
    digest = hashlib.blake2b(min(document_ids).encode(), digest_size=8).digest()
    return FIRST_HASHED_ID + (int.from_bytes(digest, "big") >> (64 - _HASH_BITS))

"""All tables that are stored as immutable Parquet segments, by name."""

from transforms.schema.articles import ARTICLE_KEYS, DOCUMENT_KEYS, PAIR_DECISIONS
from transforms.schema.claims import CLAIM_AUDIT, CLAIM_MATCHES, CLAIMS
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.schema.counts import CONCEPT_COUNTS, COOCCURRENCES, COOCCURRENCES_BY_B, CORPUS_COUNTS, RARE_TESTS
from transforms.schema.mentions import ARTICLE_CONCEPTS, MENTIONS
from transforms.schema.records import DELETIONS, DOCUMENTS, REJECTED, SIGHTINGS
from transforms.schema.table import Table

SEGMENT_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DOCUMENTS, DOCUMENT_KEYS, PAIR_DECISIONS, SIGHTINGS, DELETIONS, REJECTED, CONCEPTS, CONCEPT_NAMES,
        CONCEPT_ANCESTORS, MENTIONS, ARTICLE_CONCEPTS, ARTICLE_KEYS, COOCCURRENCES, COOCCURRENCES_BY_B,
        CONCEPT_COUNTS, CORPUS_COUNTS, CLAIMS, CLAIM_AUDIT, CLAIM_MATCHES,
        RARE_TESTS,
    )
}  # fmt: skip
"""Every table that is stored as immutable Parquet segments."""

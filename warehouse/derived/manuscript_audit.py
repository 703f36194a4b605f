"""Audit the claims of a draft against a lake, as the claims of the literature are; nothing of the draft is stored."""

import datetime as dt

import duckdb
import pyarrow as pa

from transforms.annotation.annotate import annotate
from transforms.claims.audit_rows import AuditTables, judge_claims
from transforms.claims.combination import add_combinations
from transforms.claims.detect import numbered_claims
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build
from warehouse.derived.claim_audit import load_concepts, load_coverage, matching_articles

MAX_DRAFT_CLAIMS = 200
"""Claims of one draft that are judged; an abstract has a few, a text with more is a list or no manuscript."""
_DRAFT_ID = "draft"
_NO_ARTICLE = 0
_WORDS_OF_NAMES = "SELECT DISTINCT unnest(regexp_extract_all(lower(name), '[a-z]{2,}')) FROM concept_names"


def known_words(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return the words of all names in the vocabulary, in lower case."""
    return frozenset(word for (word,) in connection.execute(_WORDS_OF_NAMES).fetchall())


def audit_draft(
    connection: duckdb.DuckDBPyConnection, title: str, abstract: str, day: dt.date
) -> tuple[AuditTables, int]:
    """Return rows of claim_audit and claim_matches for a draft, and the number of claims that were left out.

    Claims are judged by the articles that entered before `day`; at most the first MAX_DRAFT_CLAIMS in the text.
    """
    document = pa.table(
        {"document_id": [_DRAFT_ID], "article_id": [_NO_ARTICLE], "title": [title], "abstract": [abstract]}
    )
    found = numbered_claims(document, "article_id")
    claims = found.slice(0, MAX_DRAFT_CLAIMS)
    for name, value, type_ in (
        ("received_on", day, pa.date32()),
        ("entered_on", None, pa.date32()),
        ("is_case_report", None, pa.bool_()),
    ):
        claims = claims.append_column(name, pa.array([value] * len(claims), type_))
    tables = [
        connection.sql(f"FROM {schema.name}").to_arrow_table()
        for schema in (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
    ]
    concepts = load_concepts(connection)
    combined = add_combinations(claims, annotate(document, build(*tables)), concepts)
    audit = judge_claims(
        combined, matching_articles(connection, combined), {}, load_coverage(connection), concepts.names
    )
    return audit, len(found) - len(claims)

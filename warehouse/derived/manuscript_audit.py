"""Audit the claims of a draft against a lake, as the claims of the literature are; nothing of the draft is stored."""

import datetime as dt

import duckdb
import pyarrow as pa

from transforms.annotation.annotate import annotate
from transforms.claims.audit_rows import AuditTables, judge_claims
from transforms.claims.combination import add_combinations
from transforms.claims.detect import numbered_claims
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build
from warehouse.derived.claim_audit import load_concepts, load_coverage, matching_articles

_DRAFT_ID = "draft"
_NO_ARTICLE = 0


def audit_draft(connection: duckdb.DuckDBPyConnection, title: str, abstract: str, day: dt.date) -> AuditTables:
    """Return rows of claim_audit and claim_matches for a draft, judged by the articles that entered before `day`."""
    document = pa.table(
        {"document_id": [_DRAFT_ID], "article_id": [_NO_ARTICLE], "title": [title], "abstract": [abstract]}
    )
    claims = numbered_claims(document, "article_id")
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
    return judge_claims(
        combined, matching_articles(connection, combined), {}, load_coverage(connection), concepts.names
    )

"""The claims of a draft beside what a lake has: answered like those of the literature, and nothing of it is stored."""

import datetime as dt

import duckdb
import pyarrow as pa

from transforms.annotation.annotate import annotate
from transforms.claims.audit_rows import Answers, answer
from transforms.claims.combination import combine
from transforms.claims.detect import numbered_claims
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build
from warehouse.derived.claim_audit import concepts, coverage, matches

DRAFT = "draft"
_NO_ARTICLE = 0


def audit_draft(connection: duckdb.DuckDBPyConnection, title: str, abstract: str, day: dt.date) -> Answers:
    """Rows of claim_audit and claim_matches for a draft, judged by what had entered before `day`."""
    document = pa.table({"document_id": [DRAFT], "article_id": [_NO_ARTICLE], "title": [title], "abstract": [abstract]})
    claims = numbered_claims(document, "article_id")
    for name, value, type_ in (
        ("received_on", day, pa.date32()),
        ("entered_on", None, pa.date32()),
        ("is_case_report", None, pa.bool_()),
    ):
        claims = claims.append_column(name, pa.array([value] * len(claims), type_))
    tables = [
        connection.sql(f"FROM {each.name}").to_arrow_table() for each in (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
    ]
    known = concepts(connection)
    combined = combine(claims, annotate(document, build(*tables)), known)
    return answer(combined, matches(connection, combined), {}, coverage(connection), known.names)

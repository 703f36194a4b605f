"""Audit the claims of a lake: find the articles that match each claim's combination and judge the claim by them.

All claims are answered together, in a fixed number of queries.
"""

import duckdb
import pyarrow as pa

from transforms.claims.audit_rows import MATCHES, AuditTables, Coverage, judge_claims
from transforms.claims.combination import Concepts, add_combinations
from transforms.claims.verdict import REPORTS_CASES
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPTS
from transforms.schema.mentions import MENTIONS
from transforms.schema.table import STRINGS
from warehouse.catalog.sql import statement
from warehouse.derived.refresh import DerivedTables
from warehouse.queries.combinations import Row, dictionaries

_MIN_GROUPS = 2
_ASKED = pa.schema([("claim", pa.int64()), ("groups", pa.list_(STRINGS)), ("before", pa.date32())])


def matching_articles(connection: duckdb.DuckDBPyConnection, claims: pa.Table) -> pa.Table:
    """Return the articles that match the combinations of `claims`, with the columns of MATCHES.

    `claims` has the columns groups and entered_on, the day the paper entered. Articles that entered later are left out;
    none are where entered_on is NULL. Claims with fewer than two groups have no matches.
    """
    queries = [
        {"claim": number, "groups": row["groups"], "before": row["entered_on"]}
        for number, row in enumerate(claims.select(["groups", "entered_on"]).to_pylist())
        if len(row["groups"]) >= _MIN_GROUPS
    ]
    connection.register("searches", pa.Table.from_pylist(queries, schema=_ASKED))
    # Each statement fills a temporary table for the next: groups of claims, articles of groups, articles of claims.
    for step in ("claim_groups", "group_articles", "claim_articles"):
        connection.execute(statement("claims", step))
    parameters = {"reports_cases": REPORTS_CASES}
    matches = connection.sql(statement("claims", "claim_matches"), params=parameters).to_arrow_table().cast(MATCHES)
    connection.unregister("searches")
    return matches


def audit_claims(connection: duckdb.DuckDBPyConnection) -> AuditTables:
    """Judge every claim of the lake that `connection` reads."""
    concepts = load_concepts(connection)
    claims = connection.sql(statement("claims", "claims_to_audit")).to_arrow_table()
    mentions = connection.sql(statement("claims", "mentions_of_claims")).to_arrow_table()
    combined = add_combinations(claims, MENTIONS.without("batch").conform(mentions), concepts)
    connection.execute(statement("claims", "same_links"))
    same_papers: dict[int, list[int]] = {}
    for article, other in connection.execute(statement("claims", "same_papers")).fetchall():
        same_papers.setdefault(article, []).append(other)
    matches = matching_articles(connection, combined)
    return judge_claims(combined, matches, same_papers, load_coverage(connection), concepts.names)


def listed_articles(connection: duckdb.DuckDBPyConnection, listed: pa.Table) -> list[Row]:
    """Return rows of claim_matches with the titles and sentences of the matching articles added.

    `listed` are rows of a lake or of a draft's audit.
    """
    connection.register("listed", listed)
    matches = dictionaries(connection.execute(statement("claims", "listed_articles")))
    connection.unregister("listed")
    return matches


def claim_matches(connection: duckdb.DuckDBPyConnection, articles: list[int]) -> list[Row]:
    """Return `listed_articles` for the stored claims of some articles."""
    listed = connection.sql(statement("queries", "claim_matches"), params={"articles": articles}).to_arrow_table()
    return listed_articles(connection, listed)


def _compute(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, pa.Table]:
    tables = audit_claims(connection)
    return tables.audit, tables.matches


CLAIM_TABLES = DerivedTables("claims", ("claim_audit", "claim_matches"), _compute)
"""The claim audit. It is recomputed as a whole, because a new article can contradict the claim of any paper."""


def load_concepts(connection: duckdb.DuckDBPyConnection) -> Concepts:
    """Load the lake's vocabulary in the form that combinations need."""
    tables = [connection.sql(f"FROM {schema.name}").to_arrow_table() for schema in (CONCEPTS, CONCEPT_ANCESTORS)]
    return Concepts.from_tables(*tables)


def load_coverage(connection: duckdb.DuckDBPyConnection) -> Coverage:
    """Load how many articles had entered the lake by each day."""
    return Coverage(connection.sql(statement("claims", "articles_by_entry")).to_arrow_table())

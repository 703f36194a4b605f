"""Which articles of a lake match what claims say was never or seldom reported: all claims at once, in four queries."""

import duckdb
import pyarrow as pa

from transforms.claims.audit_rows import MATCHES, Answers, Coverage, answer
from transforms.claims.combination import Concepts, combine
from transforms.claims.verdict import REPORTS_CASES
from transforms.schema.mentions import MENTIONS
from transforms.schema.table import STRINGS
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPTS
from warehouse.catalog.sql import statement
from warehouse.derived.refresh import Derived
from warehouse.queries.combinations import Row, dictionaries

_FEWEST_GROUPS = 2
_ASKED = pa.schema([("claim", pa.int64()), ("groups", pa.list_(STRINGS)), ("before", pa.date32())])


def matches(connection: duckdb.DuckDBPyConnection, claims: pa.Table) -> pa.Table:
    """The articles that match the combinations of `claims`, as `MATCHES`; of less than two groups, none are sought.

    claims: columns groups and entered_on, the day the paper entered: what entered later is left out; NULL: nothing is.
    """
    asked = [
        {"claim": number, "groups": row["groups"], "before": row["entered_on"]}
        for number, row in enumerate(claims.select(["groups", "entered_on"]).to_pylist())
        if len(row["groups"]) >= _FEWEST_GROUPS
    ]
    connection.register("asked", pa.Table.from_pylist(asked, schema=_ASKED))
    for step in ("claim_groups", "group_articles", "claim_articles"):
        connection.execute(statement("claims", step))
    told = {"reports_cases": REPORTS_CASES}
    found = connection.sql(statement("claims", "placed_articles"), params=told).to_arrow_table().cast(MATCHES)
    connection.unregister("asked")
    return found


def audit_claims(connection: duckdb.DuckDBPyConnection) -> Answers:
    """Every claim of the lake that `connection` reads, judged by its articles."""
    known = concepts(connection)
    claims = connection.sql(statement("claims", "claims_to_audit")).to_arrow_table()
    mentions = connection.sql(statement("claims", "mentions_of_claims")).to_arrow_table()
    combined = combine(claims, MENTIONS.without("batch").conform(mentions), known)
    connection.execute(statement("claims", "same_links"))
    same: dict[int, list[int]] = {}
    for article, other in connection.execute(statement("claims", "same_papers")).fetchall():
        same.setdefault(article, []).append(other)
    return answer(combined, matches(connection, combined), same, coverage(connection), known.names)


def listed_articles(connection: duckdb.DuckDBPyConnection, listed: pa.Table) -> list[Row]:
    """Rows of claim_matches, be they the lake's or a draft's, with the articles' titles and sentences."""
    connection.register("listed", listed)
    found = dictionaries(connection.execute(statement("claims", "listed_articles")))
    connection.unregister("listed")
    return found


def claim_matches(connection: duckdb.DuckDBPyConnection, articles: list[int]) -> list[Row]:
    """`listed_articles` for the claims of some articles."""
    listed = connection.sql(statement("queries", "claim_matches"), params={"articles": articles}).to_arrow_table()
    return listed_articles(connection, listed)


def _tables(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table, pa.Table]:
    answers = audit_claims(connection)
    return answers.audit, answers.matches


CLAIM_TABLES = Derived("claims", ("claim_audit", "claim_matches"), _tables)
"""The claim audit. An article that arrives late may contradict the claim of any paper: hence as a whole."""


def concepts(connection: duckdb.DuckDBPyConnection) -> Concepts:
    """The lake's concepts, as combinations are made of them."""
    tables = [connection.sql(f"FROM {schema.name}").to_arrow_table() for schema in (CONCEPTS, CONCEPT_ANCESTORS)]
    return Concepts.of(*tables)


def coverage(connection: duckdb.DuckDBPyConnection) -> Coverage:
    """How much the lake has, by the day it entered."""
    return Coverage(connection.sql(statement("claims", "articles_by_entry")).to_arrow_table())

"""The audit: articles are put together and counted again from documents, mentions and pairs; differences are told.

Slices of articles are recounted one after the other, so that memory stays bounded whatever the size of the lake.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from transforms.articles import describe
from transforms.cooccurrence import article_concepts, count
from transforms.identity import assign
from transforms.schema import (
    ARTICLE_CONCEPTS,
    ARTICLE_KEYS,
    CONCEPT_COUNTS,
    COOCCURRENCES,
    CORPUS_COUNTS,
    DOCUMENTS,
    MENTIONS,
    Table,
)
from warehouse.fold import COUNTED
from warehouse.statements import statement

ARTICLES_AT_ONCE = 50_000
_SHOWN = 20
"""Differences reported in full for each table; beyond, only their number."""

_COUNTS = ((COOCCURRENCES, "cooccurrences"), (CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus"))


@dataclass(frozen=True)
class Difference:
    """Rows of one table that a recount finds otherwise: some of them, as stored or as recounted, and how many."""

    table: str
    stored_only: list[dict[str, Any]]
    recounted_only: list[dict[str, Any]]
    rows: int


def audit(connection: duckdb.DuckDBPyConnection, articles_at_once: int = ARTICLES_AT_ONCE) -> list[Difference]:
    """Recount the whole catalog that `connection` reads; no differences, an empty list."""
    for schema, _ in _COUNTS:
        connection.register("no_rows", schema.without("batch").empty())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE recounted_{schema.name} AS FROM no_rows")
        connection.unregister("no_rows")
    differences = _audit_identity(connection)
    for first, last in connection.execute(
        statement("queries", "article_ranges"), {"size": articles_at_once}
    ).fetchall():
        differences += _audit_slice(connection, {"first": first, "last": last})
    return differences + [found for schema, _ in _COUNTS if (found := _compare_counts(connection, schema))]


def _audit_identity(connection: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Whether each document is in the article, and current, as its own records, pairs and verdicts say."""
    contents = connection.execute(statement("queries", "paired_documents")).fetchall()
    digests = {name: digest for name, digest, _ in contents}
    pairs = connection.execute("SELECT document_a, digest_a, document_b, digest_b FROM duplicate_pairs").fetchall()
    verdicts = connection.execute("SELECT document_a, document_b, same FROM verdicts ORDER BY batch").fetchall()
    ids = assign(
        {name: pmid for name, _, pmid in contents},
        [(a, b) for a, digest_a, b, digest_b in pairs if (digests.get(a), digests.get(b)) == (digest_a, digest_b)],
        {(a, b): same for a, b, same in verdicts if a in digests and b in digests},
    )
    clusters = {"document_id": pa.array(ids, pa.string()), "article_id": pa.array(ids.values(), pa.int64())}
    connection.register("recounted_clusters", pa.table(clusters))
    answer = connection.execute(statement("queries", "misplaced_documents"))
    names = [column[0] for column in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    connection.unregister("recounted_clusters")
    stored = [{name: row[name] for name in names if not name.startswith("expected")} for row in rows]
    recounted = [
        {name: row[name] for name in ("document_id", "expected_article_id", "expected_current")} for row in rows
    ]
    return [Difference("documents", stored[:_SHOWN], recounted[:_SHOWN], len(rows))] if rows else []


def _audit_slice(connection: duckdb.DuckDBPyConnection, limits: dict[str, int]) -> list[Difference]:
    articles = describe(_slice(connection, "documents", DOCUMENTS, limits))
    concepts = article_concepts(_slice(connection, "mentions", MENTIONS, limits), articles)
    counts = count(concepts, articles)
    for schema, part in _COUNTS:
        connection.register("counted", getattr(counts, part))
        names = ", ".join(schema.without("batch").column_names)
        connection.execute(f"INSERT INTO recounted_{schema.name} SELECT {names} FROM counted")  # noqa: S608
        connection.unregister("counted")
    found = [
        _compare_rows(schema, _slice(connection, schema.name, schema, limits), recounted)
        for schema, recounted in ((ARTICLE_KEYS, articles), (ARTICLE_CONCEPTS, concepts))
    ]
    return [difference for difference in found if difference]


def _slice(connection: duckdb.DuckDBPyConnection, name: str, schema: Table, limits: dict[str, int]) -> pa.Table:
    read = connection.sql(statement("queries", f"slice_{name}"), params=limits).to_arrow_table()
    return schema.without("batch").conform(read)


def _compare_rows(schema: Table, stored: pa.Table, recounted: pa.Table) -> Difference | None:
    order = [(name, "ascending") for name in (*schema.sort_by, *({"basis"} & set(schema.column_names)))]
    stored, recounted = stored.sort_by(order), recounted.sort_by(order)
    if stored.equals(recounted):
        return None
    ours, theirs = ({repr(row): row for row in table.to_pylist()} for table in (stored, recounted))
    stored_only = [row for key, row in ours.items() if key not in theirs]
    recounted_only = [row for key, row in theirs.items() if key not in ours]
    rows = max(len(stored_only), len(recounted_only), abs(len(stored) - len(recounted)))
    return Difference(schema.name, stored_only[:_SHOWN], recounted_only[:_SHOWN], rows) if rows else None


def _compare_counts(connection: duckdb.DuckDBPyConnection, schema: Table) -> Difference | None:
    answer = connection.execute(_unequal(schema))
    names = [column[0] for column in answer.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    sides: dict[str, list[dict[str, Any]]] = {"stored": [], "recounted": []}
    for row in rows:
        sides[row.pop("side")].append(row)
    if not rows:
        return None
    return Difference(schema.name, sides["stored"][:_SHOWN], sides["recounted"][:_SHOWN], len(rows))


def _unequal(schema: Table) -> str:
    """Rows of the summed counts that stand on one side only."""
    measures = COUNTED[schema.name]
    keys = ", ".join(f"counts.{name}" for name in schema.without("batch", *measures).column_names)
    sums = ", ".join(f"sum(counts.{name})::BIGINT AS {name}" for name in measures)
    some = " OR ".join(f"sum(counts.{name}) <> 0" for name in measures)
    stored, recounted = (
        f"SELECT {keys}, {sums} FROM {source} AS counts GROUP BY {keys} HAVING {some}"  # noqa: S608
        for source in (f"stored.{schema.name}", f"recounted_{schema.name}")
    )
    return (
        f"SELECT 'stored' AS side, unequal.* FROM (({stored}) EXCEPT ({recounted})) AS unequal"  # noqa: S608
        f" UNION ALL SELECT 'recounted', unequal.* FROM (({recounted}) EXCEPT ({stored})) AS unequal"
    )

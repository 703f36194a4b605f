"""The audit: cluster and count a whole lake again from its documents and mentions, and report every difference.

What a lake stores was built up commit by commit; the audit computes the same tables in one go, by slices of articles,
so that memory stays bounded whatever the size of the lake. Recounts are kept in temporary Parquet files.
"""

import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.claims.detect import numbered_claims
from transforms.columnar.dictionaries import decode_table
from transforms.counting.articles import summarize_articles
from transforms.counting.cooccurrence import article_concepts, count_articles
from transforms.duplicates.clustering import cluster
from transforms.schema.articles import ARTICLE_KEYS, PAIR_DECISIONS
from transforms.schema.claims import CLAIMS
from transforms.schema.counts import CONCEPT_COUNTS, COOCCURRENCES, COOCCURRENCES_BY_B, CORPUS_COUNTS
from transforms.schema.mentions import ARTICLE_CONCEPTS, MENTIONS
from transforms.schema.records import DOCUMENTS
from transforms.schema.table import Table
from warehouse.catalog.sql import statement
from warehouse.commit.article_assignment import latest_verdicts
from warehouse.commit.compaction import COUNTED
from warehouse.commit.pair_decisions import DECISIONS, DOCUMENTS_AT_ONCE, create_known_views, decide

ARTICLES_AT_ONCE = 25_000
ROWS_AT_ONCE = 3_000_000
"""Stored rows of counts that are compared at a time: what bounds the memory of the comparison."""
_AFTER_ALL = "\U0010ffff"
"""Sorts after every value of a key column."""
_MENTION_KEY = ("document_id", "concept_id", "basis", "start")
_SHOWN = 20
"""Differences reported in full for each table; beyond, only their number."""

MEMORY = "1GB"
"""DuckDB's memory limit while counts are compared; beyond it, DuckDB spills to disk."""

_COUNTS = (
    (COOCCURRENCES, "cooccurrences", "concept_a"),
    (COOCCURRENCES_BY_B, "cooccurrences", "concept_b"),
    (CONCEPT_COUNTS, "concepts", "concept_id"),
    (CORPUS_COUNTS, "corpus", "basis"),
)
"""Each table of counts, the part of a recount that it must equal, and the column by whose ranges they are compared."""


@dataclass(frozen=True)
class Difference:
    """Rows of one table that differ from a recount: examples as stored and as recounted, and the number of rows."""

    table: str
    stored_only: list[dict[str, Any]]
    recounted_only: list[dict[str, Any]]
    rows: int


def audit(connection: duckdb.DuckDBPyConnection, articles_at_once: int = ARTICLES_AT_ONCE) -> list[Difference]:
    """Recount the version that `connection` reads; returns the differences, one per table and slice that has any."""
    with tempfile.TemporaryDirectory(prefix="hoofbeats-audit-") as folder:
        connection.execute("SET temp_directory = $folder", {"folder": f"{folder}/spill"})
        connection.execute("SET memory_limit = $memory", {"memory": MEMORY})
        recounted = {part: Path(folder, part) for _, part, _ in _COUNTS}
        for part_folder in recounted.values():
            part_folder.mkdir()
        differences = _audit_assignment(connection) + _audit_decisions(connection)
        article_ranges = connection.execute(
            statement("queries", "article_ranges"), {"size": articles_at_once}
        ).fetchall()
        for number, (first, last) in enumerate(article_ranges):
            limits = {"first": first, "last": last}
            documents = _slice(connection, "documents", DOCUMENTS, limits)
            articles = summarize_articles(documents)
            mentions = _slice(connection, "mentions", MENTIONS, limits)
            differences += _repeated_mentions(mentions)
            concepts = article_concepts(mentions, articles)
            recounts = {ARTICLE_KEYS: articles, ARTICLE_CONCEPTS: decode_table(concepts), CLAIMS: _claims(documents)}
            differences += _compare_articles(connection, limits, recounts)
            counts = count_articles(concepts, articles)
            for part, rows in (
                ("cooccurrences", counts.cooccurrences), ("concepts", counts.concepts), ("corpus", counts.corpus)
            ):  # fmt: skip
                pq.write_table(rows, recounted[part] / f"{number}.parquet", compression="zstd")
        for schema, part, by in _COUNTS:
            difference = _compare_counts(connection, schema, recounted[part], by)
            differences += [difference] if difference else []
        return differences


def _audit_assignment(connection: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Compare each document's article and current version with those that records, decisions and verdicts require."""
    documents = connection.sql(statement("queries", "shared_documents")).to_arrow_table()
    decisions = connection.sql("SELECT * FROM duplicate_pairs").to_arrow_table()
    verdicts = latest_verdicts(connection.sql("SELECT * FROM verdicts").to_arrow_table())
    clusters = cluster(decisions, documents, verdicts).select(["document_id", "article_id"])
    connection.register("recounted_clusters", clusters)
    result = connection.execute(statement("queries", "misplaced_documents"))
    names = [column[0] for column in result.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    connection.unregister("recounted_clusters")
    stored = [{name: row[name] for name in names if not name.startswith("expected")} for row in rows]
    recounted = [
        {name: row[name] for name in ("document_id", "expected_article_id", "expected_current")} for row in rows
    ]
    return [Difference("documents", stored[:_SHOWN], recounted[:_SHOWN], len(rows))] if rows else []


def _audit_decisions(connection: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Compare the stored decisions on pairs with those that the rules make of the current records."""
    create_known_views(connection)
    connection.execute(statement("queries", "current_contents"))
    documents = connection.sql(statement("queries", "current_documents")).to_arrow_table()["document_id"]
    differences = []
    for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
        chunk = documents.slice(start, DOCUMENTS_AT_ONCE).combine_chunks()
        connection.register("requested_documents", pa.table({"document_id": chunk}))
        stored = connection.sql(statement("queries", "stored_decisions")).to_arrow_table()
        connection.unregister("requested_documents")
        differences.append(_compare_rows(PAIR_DECISIONS, DECISIONS.conform(stored), decide(connection, chunk)))
    return [difference for difference in differences if difference]


def _compare_articles(
    connection: duckdb.DuckDBPyConnection, limits: dict[str, int], recounts: dict[Table, pa.Table]
) -> list[Difference]:
    differences = [
        _compare_rows(schema, _slice(connection, schema.name, schema, limits), recounted)
        for schema, recounted in recounts.items()
    ]
    return [difference for difference in differences if difference]


def _repeated_mentions(mentions: pa.Table) -> list[Difference]:
    """Mentions stored more than once. They change no count, but evidence would show them twice."""
    stored = mentions.group_by(list(_MENTION_KEY)).aggregate([([], "count_all")])
    repeated = stored.filter(pc.greater(stored["count_all"], 1))
    return [Difference("mentions", repeated.slice(0, _SHOWN).to_pylist(), [], len(repeated))] if len(repeated) else []


def _claims(documents: pa.Table) -> pa.Table:
    return CLAIMS.without("batch").conform(numbered_claims(documents, "article_id"))


def _slice(connection: duckdb.DuckDBPyConnection, name: str, schema: Table, limits: dict[str, int]) -> pa.Table:
    read = connection.sql(statement("queries", f"slice_{name}"), params=limits).to_arrow_table()
    return schema.without("batch").conform(read)


def _compare_rows(schema: Table, stored: pa.Table, recounted: pa.Table) -> Difference | None:
    """The difference of two tables whatever the order of their rows, None if they are equal."""
    order = [(name, "ascending") for name in (*schema.sort_by, *({"basis"} & set(schema.column_names)))]
    stored, recounted = stored.sort_by(order), recounted.sort_by(order)
    if stored.equals(recounted):
        return None
    stored_rows, recounted_rows = ({repr(row): row for row in table.to_pylist()} for table in (stored, recounted))
    stored_only = [row for key, row in stored_rows.items() if key not in recounted_rows]
    recounted_only = [row for key, row in recounted_rows.items() if key not in stored_rows]
    rows = max(len(stored_only), len(recounted_only), abs(len(stored) - len(recounted)))
    return Difference(schema.name, stored_only[:_SHOWN], recounted_only[:_SHOWN], rows) if rows else None


def _compare_counts(
    connection: duckdb.DuckDBPyConnection, schema: Table, recounted: Path, by: str
) -> Difference | None:
    """The difference of a table of counts and the Parquet files of a folder, None if all sums are equal."""
    if not any(recounted.iterdir()):
        pq.write_table(schema.without("batch").empty(), recounted / "none.parquet")
    shown: list[dict[str, Any]] = []
    rows = 0
    for low, high in value_ranges(connection, schema, by):
        values = {"recounted": f"{recounted}/*.parquet", "low": low, "high": high}
        result = connection.execute(_unequal_counts(schema, by), values)
        names = [column[0] for column in result.description or ()]
        for row in iter(result.fetchone, None):
            rows += 1
            shown += [dict(zip(names, row, strict=True))] if rows <= _SHOWN else []
    if not rows:
        return None
    measures = COUNTED[schema.name]
    keys = schema.without("batch", *measures).column_names
    stored = [{name: row[name] for name in (*keys, *measures)} for row in shown]
    other = [
        {name: row[name] for name in keys} | {name: row[f"recounted_{name}"] for name in measures} for row in shown
    ]
    return Difference(schema.name, stored, other, rows)


def value_ranges(connection: duckdb.DuckDBPyConnection, schema: Table, by: str) -> list[tuple[str, str]]:
    """Half-open ranges (low, high) of the values of a column, with about `ROWS_AT_ONCE` stored rows each.

    A value is never split. With `ROWS_AT_ONCE` = 3 and the rows a a b c c c d: ("", "c"), ("c", "d"), ("d", end).
    """
    sized = (
        f"SELECT counts.{by}, sum(count(*)) OVER (ORDER BY counts.{by}) - count(*) AS before"  # noqa: S608
        f" FROM stored.{schema.name} AS counts GROUP BY counts.{by}"
    )
    begins = connection.execute(
        f"SELECT min(sized.{by}) AS first FROM ({sized}) AS sized"  # noqa: S608 - names of this code's
        " WHERE sized.before >= $rows GROUP BY sized.before // $rows ORDER BY first",
        {"rows": ROWS_AT_ONCE},
    ).fetchall()
    return list(pairwise(["", *(begin for [begin] in begins), _AFTER_ALL]))


def _unequal_counts(schema: Table, by: str) -> str:
    """The query for the keys whose stored and recounted sums differ, among those with $low <= `by` < $high.

    Both sides are stacked and summed by key, so that a key that only one side has needs no outer join:

        key  articles  recounted_articles
        A    3         0                     from the stored counts (signed deltas: several rows a key)
        A    0         2                     from the recount   ->   A differs: 3, 2
    """
    measures = COUNTED[schema.name]
    keys = ", ".join(f"counts.{name}" for name in schema.without("batch", *measures).column_names)
    both = ", ".join(f"sum(counts.{name})::BIGINT AS {name}" for name in measures)
    both += "".join(f", sum(counts.recounted_{name})::BIGINT AS recounted_{name}" for name in measures)
    stored = ", ".join(f"counts.{name}, 0 AS recounted_{name}" for name in measures)
    recounted = ", ".join(f"0 AS {name}, counts.{name} AS recounted_{name}" for name in measures)
    return (
        f"SELECT {keys}, {both} FROM (SELECT {keys}, {stored} FROM stored.{schema.name} AS counts"  # noqa: S608
        f" WHERE counts.{by} >= $low AND counts.{by} < $high"
        f" UNION ALL SELECT {keys}, {recounted} FROM read_parquet($recounted, hive_partitioning = false) AS counts"
        f" WHERE counts.{by} >= $low AND counts.{by} < $high) AS counts GROUP BY {keys}"
        f" HAVING {' OR '.join(f'sum(counts.{name}) <> sum(counts.recounted_{name})' for name in measures)}"
    )

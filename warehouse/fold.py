"""Folding: many small segments become few large ones, hidden rows are dropped, counts are summed up.

Segments of fewer rows than `LARGE` are folded into one a table, so that a table has its large segments and a handful of
others however many commits there were. Old versions keep naming the old segments until garbage collection.
"""

import uuid
from typing import Any

import duckdb
import pyarrow as pa

from transforms.schema import SEGMENT_TABLES, Table
from warehouse import segments
from warehouse.catalog import connect_to_write, publish, read_version, recover
from warehouse.catalog_file import Version
from warehouse.catalog_schema import SEGMENTS, SUPERSEDED
from warehouse.lake import Lake
from warehouse.statements import literal, quoted

LARGE = 16_000_000
"""Rows from which a segment is left alone."""

COUNTED = {
    "cooccurrences": ("articles", "retracted_articles", "sentence_articles"),
    "concept_counts": ("articles", "retracted_articles"),
    "corpus_counts": ("articles", "retracted_articles", "with_abstract"),
}
"""Tables of signed counts, and the columns that are summed up."""


def fold(lake: Lake, at_least: int = 8) -> int | None:
    """Fold every table with `at_least` small segments; the version this makes, None where there was nothing to fold."""
    with lake.writing():
        recover(lake)
        old = read_version(lake)
        chosen = _small_segments(old, at_least)
        if not chosen:
            return None
        number = old.number + 1
        with connect_to_write(lake, old) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(lake.staging / "spill")})
            made = [_fold_table(lake, connection, SEGMENT_TABLES[name], rows, number) for name, rows in chosen.items()]
            gone = {row["path"] for rows in chosen.values() for row in rows}
            listed = [row for row in old.table("segments").to_pylist() if row["path"] not in gone]
            listed += [row for row in made if row]
            superseded = _still_needed(lake, connection, listed)
        segments.sync_folders(lake)
        batch = {"batch_id": uuid.uuid4().hex, "kind": "fold"}
        publish(lake, old.successor(lake, batch, segments=SEGMENTS.from_rows(listed), superseded=superseded))
        return number


def _small_segments(version: Version, at_least: int) -> dict[str, list[dict[str, Any]]]:
    small: dict[str, list[dict[str, Any]]] = {}
    for row in version.table("segments").to_pylist():
        if row["rows"] < LARGE:
            small.setdefault(row["table_name"], []).append(row)
    return {name: rows for name, rows in small.items() if len(rows) >= at_least}


def _fold_table(
    lake: Lake, connection: duckdb.DuckDBPyConnection, schema: Table, rows: list[dict[str, Any]], number: int
) -> dict[str, Any] | None:
    path = lake.tables / schema.name / f"{number:06d}-{uuid.uuid4().hex[:12]}.parquet"
    files = [str(segments.schema_file(lake, schema.name)), *(str(lake.root / row["path"]) for row in rows)]
    order = ", ".join(quoted(name) for name in schema.sort_by)
    connection.execute(
        f"COPY ({_folded(schema)}{f' ORDER BY {order}' if order else ''}) TO {literal(str(path))}"
        f" (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {segments.ROW_GROUP})",
        {"files": files},
    )
    return segments.register(lake, schema.name, path, number)


def _folded(schema: Table) -> str:
    """The rows to keep, as a query of the parameter $files."""
    names = ", ".join(f"segment.{quoted(name)}" for name in schema.column_names)
    source = "FROM read_parquet($files, union_by_name = true) AS segment"
    measures = COUNTED.get(schema.name)
    if measures:
        keys = ", ".join(f"segment.{name}" for name in schema.without("batch", *measures).column_names)
        sums = ", ".join(f"sum(segment.{name})::BIGINT AS {name}" for name in measures)
        some = " OR ".join(f"sum(segment.{name}) <> 0" for name in measures)
        return f"SELECT {keys}, {sums}, max(segment.batch) AS batch {source} GROUP BY {keys} HAVING {some}"
    if "article_id" in schema.column_names:
        return (
            f"SELECT {names} {source} ANTI JOIN superseded"
            " ON superseded.article_id = segment.article_id AND segment.batch < superseded.before_batch"
        )
    return f"SELECT {names} {source}"


def _still_needed(lake: Lake, connection: duckdb.DuckDBPyConnection, listed: list[dict[str, Any]]) -> pa.Table:
    """Entries of `superseded` that still hide a row in some segment."""
    hiding = []
    for name, schema in SEGMENT_TABLES.items():
        files = [str(lake.root / row["path"]) for row in listed if row["table_name"] == name]
        if files and "article_id" in schema.column_names:
            found = connection.sql(
                "SELECT DISTINCT superseded.article_id, superseded.before_batch FROM superseded"
                " INNER JOIN read_parquet($files) AS segment"
                " ON segment.article_id = superseded.article_id AND segment.batch < superseded.before_batch",
                params={"files": files},
            )
            hiding.append(found.to_arrow_table().cast(SUPERSEDED.arrow))
    together = pa.concat_tables([SUPERSEDED.empty(), *hiding])
    return together.group_by(list(SUPERSEDED.column_names)).aggregate([]).sort_by("article_id")

"""Folding: many small segments become few large ones, hidden rows are dropped, counts are summed up.

Segments are folded by size, as in a log-structured merge tree: where `FANOUT` of about one size have come together,
they and all smaller ones become one. So a row is written again a few times in its life, and a table has fewer than 100
segments however many commits there were. Old versions keep naming the old segments until garbage collection.

Source: O'Neil et al., "The log-structured merge-tree", Acta Informatica 33 (1996) 351-385.
"""

import math
import uuid
from collections import Counter
from typing import Any

import duckdb
import pyarrow as pa

from transforms.schema.table import Table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import SEGMENTS, SUPERSEDED
from warehouse.catalog.sql import literal, quoted
from warehouse.lake import Lake

FANOUT = 8
"""Segments of one size that are folded; sizes differ by the same factor."""

SMALL = 4096
"""Rows up to which segments are of one size, the smallest."""

MOST_HIDDEN = 100_000
"""Articles with hidden rows from which on all their segments are folded: each query has to hide these rows."""

COUNTED = {
    "cooccurrences": ("articles", "retracted_articles", "sentence_articles"),
    "cooccurrences_by_b": ("articles", "retracted_articles", "sentence_articles"),
    "concept_counts": ("articles", "retracted_articles"),
    "corpus_counts": ("articles", "retracted_articles", "with_abstract"),
}
"""Tables of signed counts, and the columns that are summed up."""


def compact(lake: Lake, fanout: int = FANOUT) -> int | None:
    """Fold what is to be folded; the version this makes, None where there was nothing to fold."""
    with lake.writing():
        old = recover(lake)
        chosen = _segments_to_fold(old, fanout)
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


def _segments_to_fold(version: Version, fanout: int) -> dict[str, list[dict[str, Any]]]:
    by_table: dict[str, list[dict[str, Any]]] = {}
    for row in version.table("segments").to_pylist():
        by_table.setdefault(row["table_name"], []).append(row)
    crowded = len(version.table("superseded")) > MOST_HIDDEN
    chosen = {
        name: rows if crowded and "article_id" in SEGMENT_TABLES[name].column_names else _crowded_sizes(rows, fanout)
        for name, rows in by_table.items()
    }
    return {name: rows for name, rows in chosen.items() if rows}


def _crowded_sizes(rows: list[dict[str, Any]], fanout: int) -> list[dict[str, Any]]:
    """The segments up to the largest size that `fanout` of them share."""
    sizes = [int(math.log(max(row["rows"], SMALL), fanout)) for row in rows]
    largest = max((size for size, count in Counter(sizes).items() if count >= fanout), default=-1)
    return [row for row, size in zip(rows, sizes, strict=True) if size <= largest]


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

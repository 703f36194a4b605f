"""Compaction: merge many small segments into few large ones, drop hidden rows, sum up signed counts.

Segments are merged by size, as in a log-structured merge tree: as soon as `FANOUT` segments of about the same size
exist, they and all smaller ones become one. So a row is rewritten only a few times, and a table has fewer than 100
segments after any number of commits. Old versions keep naming the old segments until garbage collection.

    rows of the segments, FANOUT = 8:  500000, 40000, 3000 x 8   ->   500000, 40000, 24000

Source: O'Neil et al., "The log-structured merge-tree", Acta Informatica 33 (1996) 351-385.
"""

import logging
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
from warehouse.catalog.publish import begin_commit, connect, publish, read_version
from warehouse.catalog.schema import SEGMENTS, SUPERSEDED
from warehouse.catalog.sql import literal, quoted
from warehouse.lake import Lake

FANOUT = 8
"""Number of segments of one size class that are merged, and the factor between the size classes."""

SMALLEST_CLASS_ROWS = 4096
"""Segments of at most this many rows are all in the smallest size class."""

MOST_HIDDEN = 100_000
"""With more entries in `superseded` than this, all segments of articles are merged: hiding rows slows every query."""

MOST_SMALL = 2 * FANOUT
"""With as many small segments of one size class as this, a commit compacts them itself: nobody maintains the lake."""

SMALL_ROWS = 1 << 18
"""Rows of the largest segment that a commit compacts itself. Merging those of a bulk load would hold it up for minutes,
and is left to maintenance."""

COUNTED = {
    "cooccurrences": ("articles", "retracted_articles", "sentence_articles"),
    "cooccurrences_by_b": ("articles", "retracted_articles", "sentence_articles"),
    "concept_counts": ("articles", "retracted_articles"),
    "corpus_counts": ("articles", "retracted_articles", "with_abstract"),
}
"""Tables of signed counts, and their columns to sum up."""


def compact_if_crowded(lake: Lake) -> int | None:
    """Merge small segments if there are too many; returns the version this makes, None if there are not.

    Called after each commit that adds segments, so that a lake stays fast if nobody maintains it.
    """
    if not _segments_to_merge(read_version(lake), MOST_SMALL, SMALL_ROWS):
        return None
    try:
        return compact(lake, largest_rows=SMALL_ROWS)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        # The commit before it is published and must not fail for this; the next one tries again.
        logging.getLogger(__name__).warning("%s: small segments were not merged: %s", lake.root, error)
        return None


def compact(lake: Lake, fanout: int = FANOUT, largest_rows: int | None = None) -> int | None:
    """Merge the segments that are due; returns the version this makes, None if none are.

    `largest_rows`: leave larger segments as they are, whatever they hide.
    """
    with lake.writing():
        old = begin_commit(lake)
        due = _segments_to_merge(old, fanout, largest_rows)
        if not due:
            return None
        number = old.number + 1
        with connect(lake) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(lake.staging / "spill")})
            merged = [_merge(lake, connection, SEGMENT_TABLES[name], rows, number) for name, rows in due.items()]
            replaced = {row["path"] for rows in due.values() for row in rows}
            segment_rows = [row for row in old.table("segments").to_pylist() if row["path"] not in replaced]
            segment_rows += [row for row in merged if row]
            superseded = _needed_superseded(lake, connection, segment_rows)
        segments.sync_folders(lake)
        batch = {"batch_id": uuid.uuid4().hex, "kind": "fold"}
        publish(lake, old.successor(lake, batch, segments=SEGMENTS.from_rows(segment_rows), superseded=superseded))
        return number


def _segments_to_merge(
    version: Version, fanout: int, largest_rows: int | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The rows of `segments` to merge, by table; tables with nothing to merge are left out."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    for row in version.table("segments").to_pylist():
        if largest_rows is None or row["rows"] <= largest_rows:
            by_table.setdefault(row["table_name"], []).append(row)
    many_hidden = largest_rows is None and len(version.table("superseded")) > MOST_HIDDEN
    due = {
        name: rows if many_hidden and "article_id" in SEGMENT_TABLES[name].column_names else crowded_sizes(rows, fanout)
        for name, rows in by_table.items()
    }
    return {name: rows for name, rows in due.items() if rows}


def crowded_sizes(rows: list[dict[str, Any]], fanout: int) -> list[dict[str, Any]]:
    """The segments up to the largest size class that has at least `fanout` of them."""
    sizes = [int(math.log(max(row["rows"], SMALLEST_CLASS_ROWS), fanout)) for row in rows]
    largest = max((size for size, count in Counter(sizes).items() if count >= fanout), default=-1)
    return [row for row, size in zip(rows, sizes, strict=True) if size <= largest]


def _merge(
    lake: Lake, connection: duckdb.DuckDBPyConnection, schema: Table, rows: list[dict[str, Any]], number: int
) -> dict[str, Any] | None:
    """Write the rows of some segments of a table as one; returns its row of `segments`, None if no row remains."""
    path = lake.tables / schema.name / f"{number:06d}-{uuid.uuid4().hex[:12]}.parquet"
    files = [str(segments.schema_file(lake, schema.name)), *(str(lake.root / row["path"]) for row in rows)]
    order = ", ".join(quoted(name) for name in schema.sort_by)
    connection.execute(
        f"COPY ({_merged_rows(schema)}{f' ORDER BY {order}' if order else ''}) TO {literal(str(path))}"
        f" (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {segments.ROW_GROUP})",
        {"files": files},
    )
    return segments.register(lake, schema.name, path, number)


def _merged_rows(schema: Table) -> str:
    """The query for the merged rows of a table, with the parameter $files."""
    names = ", ".join(f"segment.{quoted(name)}" for name in schema.column_names)
    source = "FROM read_parquet($files, union_by_name = true, hive_partitioning = false) AS segment"
    measures = COUNTED.get(schema.name)
    if measures:
        keys = ", ".join(f"segment.{name}" for name in schema.without("batch", *measures).column_names)
        sums = ", ".join(f"sum(segment.{name})::BIGINT AS {name}" for name in measures)
        any_left = " OR ".join(f"sum(segment.{name}) <> 0" for name in measures)
        return f"SELECT {keys}, {sums}, max(segment.batch) AS batch {source} GROUP BY {keys} HAVING {any_left}"
    if "article_id" in schema.column_names:
        return (
            f"SELECT {names} {source} ANTI JOIN superseded"
            " ON superseded.article_id = segment.article_id AND segment.batch < superseded.before_batch"
        )
    return f"SELECT {names} {source}"


def _needed_superseded(
    lake: Lake, connection: duckdb.DuckDBPyConnection, segment_rows: list[dict[str, Any]]
) -> pa.Table:
    """The entries of `superseded` that hide a row in some segment."""
    hiding = []
    for name, schema in SEGMENT_TABLES.items():
        files = [str(lake.root / row["path"]) for row in segment_rows if row["table_name"] == name]
        if files and "article_id" in schema.column_names:
            entries = connection.sql(
                "SELECT DISTINCT superseded.article_id, superseded.before_batch FROM superseded"
                " INNER JOIN read_parquet($files, hive_partitioning = false) AS segment"
                " ON segment.article_id = superseded.article_id AND segment.batch < superseded.before_batch",
                params={"files": files},
            )
            hiding.append(entries.to_arrow_table().cast(SUPERSEDED.arrow))
    all_entries = pa.concat_tables([SUPERSEDED.empty(), *hiding])
    return all_entries.group_by(list(SUPERSEDED.column_names)).aggregate([]).sort_by("article_id")

"""Write immutable Parquet segments and make them durable."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.columnar.dictionaries import decode_table, prune_dictionaries
from transforms.schema.table import Table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.lake import Lake, sync

ROW_GROUP = 122_880
"""Rows of a row group: as many as DuckDB writes, so that a look-up in a sorted column reads one group."""


SCHEMA_FILE = "columns-"
"""The beginning of the name of a schema file (see `schema_file`)."""

_CONTENT_DIGITS = 16


def write(lake: Lake, table: str, rows: pa.Table, batch: int, order: pa.Array | None = None) -> dict[str, Any] | None:
    """Write rows (columns of the table's schema but `batch`) as a new segment; returns its row of `segments`.

    The rows must be sorted by the table's `sort_by`, or become so when taken in `order` (row numbers). Texts may be
    dictionaries. Returns None, and writes nothing, if there are no rows.
    """
    if not len(rows):
        return None
    schema = SEGMENT_TABLES[table]
    if "batch" in schema.column_names:
        rows = rows.append_column("batch", pa.repeat(pa.scalar(batch, pa.int32()), len(rows)))
    schema.conform(decode_table(rows.slice(0, 0)))
    rows = rows.select(list(schema.column_names))
    if order is not None or any(pa.types.is_dictionary(field.type) for field in rows.schema):
        rows = rows.combine_chunks()
    folder = lake.tables / table
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{batch:06d}-{uuid.uuid4().hex[:12]}.parquet"
    with _writer(path, schema, rows.schema) as writer:
        for start in range(0, len(rows), ROW_GROUP):
            group = rows.slice(start, ROW_GROUP) if order is None else rows.take(order.slice(start, ROW_GROUP))
            writer.write_table(prune_dictionaries(group), ROW_GROUP)
    return register(lake, table, path, batch)


def _writer(path: Path, schema: Table, stored: pa.Schema) -> pq.ParquetWriter:
    """The writer of a segment. Texts that come as dictionaries are stored as texts.

    Of these only document_id and the first sort column get statistics: others have no narrow range within a row group,
    and computing their statistics takes as long as writing the file.
    """
    dictionaries = {field.name for field in stored if pa.types.is_dictionary(field.type)}
    with_statistics = {*schema.sort_by[:1], "document_id"} if dictionaries else set()
    leaves = [name for name in schema.column_names if name not in dictionaries or name in with_statistics]
    return pq.ParquetWriter(
        path,
        stored,
        compression="zstd",
        compression_level=1,
        store_schema=not dictionaries,
        write_statistics=leaves if dictionaries else True,
    )


def register(lake: Lake, table: str, path: Path, batch: int) -> dict[str, Any] | None:
    """Make a written segment durable; returns its row of `segments`. One without rows is removed: None."""
    rows = pq.read_metadata(path).num_rows
    if not rows:
        path.unlink()
        return None
    sync(path)
    return {
        "table_name": table,
        "path": path.relative_to(lake.root).as_posix(),
        "rows": rows,
        "bytes": path.stat().st_size,
        "sha256": sha256(path),
        "batch": batch,
    }


def schema_file(lake: Lake, table: str) -> Path:
    """A Parquet file without rows that has every current column of the table; written if there is no sound one.

    A view reads it together with the segments, so that columns that segments of older code lack are NULL. Its name
    holds digests of the columns and of its content, so that a damaged one is noticed, and replaced.
    """
    sound = sound_schema_file(lake, table)
    if sound:
        return sound
    folder = lake.tables / table
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{uuid.uuid4().hex[:12]}.part"
    try:
        pq.write_table(SEGMENT_TABLES[table].empty(), part)
        sync(part)
        path = folder / f"{SCHEMA_FILE}{_columns_digest(table)}-{sha256(part)[:_CONTENT_DIGITS]}.parquet"
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(folder)
    return path


def sound_schema_file(lake: Lake, table: str) -> Path | None:
    """The schema file of a table if the lake has one that is as it was written."""
    files = sorted((lake.tables / table).glob(f"{SCHEMA_FILE}{_columns_digest(table)}-*.parquet"))
    return next((file for file in files if schema_file_is_sound(file)), None)


def schema_file_is_sound(path: Path) -> bool:
    """Whether a schema file is as it was written; of one of older code, without a digest in its name: is readable."""
    _, _, digest = path.stem.removeprefix(SCHEMA_FILE).partition("-")
    if digest:
        return path.is_file() and sha256(path).startswith(digest)
    try:
        return pq.read_metadata(path).num_rows == 0
    except (OSError, pa.ArrowException):
        return False


def _columns_digest(table: str) -> str:
    return hashlib.blake2b(str(SEGMENT_TABLES[table].arrow).encode(), digest_size=6).hexdigest()


def sync_folders(lake: Lake) -> None:
    """Make the names of new segments durable; called once all segments of a commit are written."""
    for folder in [*lake.tables.iterdir(), lake.tables, lake.root]:
        sync(folder)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

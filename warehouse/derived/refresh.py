"""Refresh derived tables: recompute them from the whole lake and commit the result as a version of its own.

Done on demand and by maintenance. A refresh replaces all rows of its tables; their column `batch` is the version that
the refresh made.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse.catalog import segments
from warehouse.catalog.file import CODE_VERSION, Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import SEGMENTS
from warehouse.lake import Lake


@dataclass(frozen=True)
class DerivedTables:
    """Tables that are computed together.

    `kind` is the kind of their commits in `batches`; `compute` returns their rows, one table each, in the order of
    `tables`.
    """

    kind: str
    tables: tuple[str, ...]
    compute: Callable[[duckdb.DuckDBPyConnection], Sequence[pa.Table]]


UNRELATED_COMMIT_KINDS = ("claims", "rare", "fold", "ledger", "watches")
"""Kinds of commits that change no article, mention or concept, so that derived tables stay current."""


def is_current(version: Version, derived: DerivedTables) -> bool:
    """Whether the tables were computed from the current articles of a version, by this version of the code."""
    rows = sorted(version.table("batches").to_pylist(), key=lambda row: row["batch"])
    relevant = [row for row in rows if row["kind"] == derived.kind or row["kind"] not in UNRELATED_COMMIT_KINDS]
    return not relevant or (relevant[-1]["kind"] == derived.kind and relevant[-1]["code_version"] == CODE_VERSION)


def refresh(lake: Lake, derived: DerivedTables) -> int | None:
    """Recompute the tables and commit them; return the new version, or None where they are current."""
    with lake.writing():
        old = recover(lake)
        if is_current(old, derived):
            return None
        number = old.number + 1
        with connect_to_write(lake, old) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(lake.staging / "spill")})
            computed = derived.compute(connection)
        written = [
            segments.write(lake, name, rows, number) for name, rows in zip(derived.tables, computed, strict=True)
        ]
        segments.sync_folders(lake)
        kept = [row for row in old.table("segments").to_pylist() if row["table_name"] not in derived.tables]
        listed = SEGMENTS.from_rows([*kept, *(row for row in written if row)])
        publish(lake, old.successor(lake, {"batch_id": uuid.uuid4().hex, "kind": derived.kind}, segments=listed))
        return number

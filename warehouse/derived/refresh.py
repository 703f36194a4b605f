"""Refresh derived tables: recompute them from the whole lake and commit the result as a version of its own.

Done by maintenance; readers compute tables that are not current in memory. A refresh replaces all rows of its tables;
their column `batch` is the version that the refresh made.
"""

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from transforms.columnar.dictionaries import decode_table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog import segments
from warehouse.catalog.file import CODE_VERSION, Version
from warehouse.catalog.publish import begin_commit, connect, connect_in_memory, publish, read_version
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


DERIVED_NAMES = {"rare": ("rare_cooccurrences", "rare_tests"), "claims": ("claim_audit", "claim_matches")}
"""Kind of the commits of derived tables -> what an analyst reads of them. Reading it imports none of their code."""


def is_current(version: Version, derived: DerivedTables) -> bool:
    """Whether the tables were computed from the current articles of a version, by this version of the code."""
    return _is_kind_current(version, derived.kind)


def _is_kind_current(version: Version, kind: str) -> bool:
    rows = sorted(version.table("batches").to_pylist(), key=lambda row: row["batch"])
    relevant = [row for row in rows if row["kind"] == kind or row["kind"] not in UNRELATED_COMMIT_KINDS]
    return not relevant or (relevant[-1]["kind"] == kind and relevant[-1]["code_version"] == CODE_VERSION)


def describe_stale(version: Version, kinds: Iterable[str] = tuple(DERIVED_NAMES)) -> list[str]:
    """For each kind of stored tables that is not up to date in a version: as of which version it is, and what helps."""
    remarks = []
    for kind in kinds:
        if not _is_kind_current(version, kind):
            stored = [row["batch"] for row in version.table("batches").to_pylist() if row["kind"] == kind]
            age = f"as stored are of version {max(stored)}" if stored else "were never stored"
            remarks.append(
                f"{' and '.join(DERIVED_NAMES[kind])} {age}, and articles changed before"
                f" version {version.number}; `hoofbeats maintain` updates those of the current version"
            )
    return remarks


@contextlib.contextmanager
def connect_current(lake: Lake, derived: DerivedTables) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for reading in which the tables are current: computed in memory where the lake's are not.

    The lake is not written; `refresh` stores the tables.
    """
    version = read_version(lake)
    with connect(lake) as connection:
        if is_current(version, derived):
            yield connection
            return
        computed = dict(zip(derived.tables, derived.compute(connection), strict=True))
        in_force = {name: _with_batch(name, rows, version.number) for name, rows in computed.items()}
        with connect_in_memory(lake, version, in_force) as in_memory:
            yield in_memory


def _with_batch(table: str, rows: pa.Table, batch: int) -> pa.Table:
    schema = SEGMENT_TABLES[table]
    rows = decode_table(rows).append_column("batch", pa.repeat(pa.scalar(batch, pa.int32()), len(rows)))
    return rows.select(list(schema.column_names))


def refresh(lake: Lake, derived: DerivedTables) -> int | None:
    """Recompute the tables and commit them; return the new version, or None where they are current."""
    with lake.writing():
        old = begin_commit(lake)
        if is_current(old, derived):
            return None
        number = old.number + 1
        with connect(lake) as connection:
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

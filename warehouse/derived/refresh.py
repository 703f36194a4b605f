"""Tables that are worked out from the whole lake and stored: made anew by a commit of their own, when asked for and by
maintenance. Each replaces its rows as a whole; `batch` says of which version they are.
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
class Derived:
    """Tables made together: `kind` names their commits in `batches`, `make` returns their rows in order."""

    kind: str
    tables: tuple[str, ...]
    make: Callable[[duckdb.DuckDBPyConnection], Sequence[pa.Table]]


UNCONCERNED = ("claims", "rare", "fold", "ledger", "watches")
"""Kinds of commits that change no article, mention or concept."""


def is_current(version: Version, derived: Derived) -> bool:
    """Whether the tables were made of the articles a version has, by this code."""
    rows = sorted(version.table("batches").to_pylist(), key=lambda row: row["batch"])
    told = [row for row in rows if row["kind"] == derived.kind or row["kind"] not in UNCONCERNED]
    return not told or (told[-1]["kind"] == derived.kind and told[-1]["code_version"] == CODE_VERSION)


def refresh(lake: Lake, derived: Derived) -> int | None:
    """Make the tables anew; returns the version this makes, None where they are up to date."""
    with lake.writing():
        old = recover(lake)
        if is_current(old, derived):
            return None
        number = old.number + 1
        with connect_to_write(lake, old) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(lake.staging / "spill")})
            made = derived.make(connection)
        written = [segments.write(lake, name, rows, number) for name, rows in zip(derived.tables, made, strict=True)]
        segments.sync_folders(lake)
        kept = [row for row in old.table("segments").to_pylist() if row["table_name"] not in derived.tables]
        listed = SEGMENTS.from_rows([*kept, *(row for row in written if row)])
        publish(lake, old.successor(lake, {"batch_id": uuid.uuid4().hex, "kind": derived.kind}, segments=listed))
        return number

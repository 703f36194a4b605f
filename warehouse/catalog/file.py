"""Write one version of the catalog as a DuckDB file: small tables, views over Parquet segments, macros, comments."""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from transforms.schema.table import Table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.macros import MACROS
from warehouse.catalog.schema import BATCHES, CATALOG_TABLES, LAKE, SUPERSEDED, VIEWS, WITH_OFFSETS
from warehouse.catalog.segments import schema_file, sound_schema_file
from warehouse.catalog.sql import literal, quoted, statements
from warehouse.lake import FORMAT, Lake

STORAGE_VERSION = "v1.0.0"
"""The storage format of the files, which DuckDB 1.x and 2.x can open."""

BLOCK_SIZE = 16_384
"""Bytes of a block. DuckDB's own choice, 262,144, would take 2.4 MB for a catalog of a few hundred short rows."""

LEDGER_TABLES = ("sightings", "deletions", "rejected")
"""Tables of what was received, whose rows of withdrawn batches are hidden."""

CODE_VERSION = distribution_version("hoofbeats")


@dataclass(frozen=True)
class Version:
    """The contents of one version of the catalog: its number and its small tables (`CATALOG_TABLES`) by name."""

    number: int
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    def table(self, name: str) -> pa.Table:
        """One of the small tables; an empty one if this version has none."""
        return self.tables.get(name, CATALOG_TABLES[name].empty())

    def successor(self, lake: Lake, batch: Mapping[str, Any], **changed: pa.Table) -> "Version":
        """The next version: this one with the `changed` tables and one more row of `batches`.

        `batch`: that row; its number, time and code version are filled in here.
        """
        number = self.number + 1
        row = {"batch": number, "committed_at": dt.datetime.now(dt.UTC), "code_version": CODE_VERSION, **batch}
        tables = {
            **self.tables,
            "lake": lake_row(lake, number),
            "batches": pa.concat_tables([self.table("batches"), BATCHES.from_rows([row])]),
            **changed,
        }
        return Version(number, tables)

    def segments(self, table: str) -> list[str]:
        """The paths of a table's segments, relative to the lake."""
        rows = self.table("segments").to_pylist()
        return [row["path"] for row in rows if row["table_name"] == table]


def lake_row(lake: Lake, number: int) -> pa.Table:
    """The row of table `lake` for a version that this code writes now."""
    row = {"root": str(lake.root), "version": number, "format": FORMAT, "declarations": declarations_digest()}
    return LAKE.from_rows([row])


@cache
def declarations_digest() -> str:
    """A digest of all that makes a catalog but its data: schemas with comments, views, macros.

    A catalog with another digest was written by other code: readers build it again in memory, maintenance on disk.
    """
    folders = [statements(folder) for folder in ("functions", "views", "macros")]
    stored_view = parquet_rows([Path("segment")])
    text = repr((SEGMENT_TABLES, CATALOG_TABLES, VIEWS, MACROS, folders, stored_view))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def write_catalog(lake: Lake, version: Version, path: Path, *, read_only: bool = False) -> None:
    """Write a version to a new file, in one transaction; `read_only`: write nothing else (see `fill`)."""
    with _connect(path) as connection, tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
        # Copied by DuckDB, not as a file: DuckDB applies the log that a killed process left to a file that exists,
        # but removes it when it creates the file.
        empty = Path(folder) / "empty.duckdb"
        empty.write_bytes(_empty_catalog())
        connection.execute(f"ATTACH {literal(str(empty))} AS empty (READ_ONLY)")
        connection.execute(f"COPY FROM DATABASE empty TO {quoted(path.stem)}")
        connection.execute("DETACH empty")
        fill(connection, lake, version, {}, read_only=read_only)
        connection.execute("CHECKPOINT")  # closing would checkpoint too, but would not raise where that fails


@cache
def _empty_catalog() -> bytes:
    """The file of a catalog without rows and segments, made once per process.

    Binding views and macros and storing 450 comments takes three times as long as all the rest of writing a version.
    """
    with tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
        path = Path(folder) / "empty.duckdb"
        with _connect(path) as connection:
            declare(connection)
            connection.execute("CHECKPOINT")
        return path.read_bytes()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(path), config={"storage_compatibility_version": STORAGE_VERSION, "default_block_size": str(BLOCK_SIZE)}
    )


def declare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create all tables, views, macros and comments in an empty database, as in every catalog; nothing has rows yet."""
    connection.begin()
    connection.execute("CREATE SCHEMA stored")
    for name, schema in CATALOG_TABLES.items():
        _create_table(connection, name, schema.empty())
    views = statements("views")
    for name, schema in SEGMENT_TABLES.items():
        _create_empty_view(connection, f"stored.{name}", schema)
        if name not in views:
            connection.execute(_visible_view(schema))
    for sql in [*statements("functions").values(), *views.values(), *statements("macros").values()]:
        connection.execute(sql)
    _comment(connection, {**CATALOG_TABLES, **SEGMENT_TABLES, **VIEWS})
    connection.commit()


def fill(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    version: Version,
    computed: Mapping[str, pa.Table],
    *,
    read_only: bool,
) -> None:
    """Give a declared database the small tables of a version and views of its segments, by absolute path.

    `computed`: rows of stored tables that the database holds itself, in place of their segments. `read_only`: write
    nothing to the lake, where a schema file may be missing.
    """
    connection.begin()
    for name, schema in CATALOG_TABLES.items():
        rows = schema.conform(version.table(name))
        if len(rows):
            connection.register("incoming", rows)
            connection.execute(f"INSERT INTO {name} SELECT {quoted_names(schema, 'incoming')} FROM incoming")  # noqa: S608
            connection.unregister("incoming")
    for name, schema in SEGMENT_TABLES.items():
        if name in computed:
            connection.execute(f"DROP VIEW stored.{name}")
            _create_table(connection, f"stored.{name}", schema.conform(computed[name]))
        else:
            _replace_stored_view(connection, lake, schema, version.segments(name), read_only=read_only)
    connection.commit()


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM incoming")
    connection.unregister("incoming")


def _create_empty_view(connection: duckdb.DuckDBPyConnection, name: str, schema: Table) -> None:
    """Create a view without rows, whose columns have the types of `schema`: other views can be bound to it."""
    relation = connection.from_arrow(schema.empty())
    columns = (
        f"NULL::{type_} AS {quoted(column)}" for column, type_ in zip(relation.columns, relation.types, strict=True)
    )
    connection.execute(f"CREATE VIEW {name} AS SELECT {', '.join(columns)} WHERE false")


def _replace_stored_view(
    connection: duckdb.DuckDBPyConnection, lake: Lake, schema: Table, paths: list[str], *, read_only: bool
) -> None:
    """Let stored.NAME read all rows of a table's segments, including hidden ones."""
    files = [lake.root / path for path in paths]
    columns_file = sound_schema_file(lake, schema.name) if read_only else schema_file(lake, schema.name)
    if columns_file is None:  # the lake lacks it and must not be written to: an empty table serves in its place
        _create_table(connection, f"stored.{schema.name}_columns", schema.empty())
        rows = f"(FROM stored.{schema.name}_columns"
        rows += f" UNION ALL BY NAME FROM {parquet_rows(files)})" if files else ")"
    else:
        rows = parquet_rows([columns_file, *files])
    connection.execute(
        f"CREATE OR REPLACE VIEW stored.{schema.name} AS SELECT {quoted_names(schema, 'segment')}"  # noqa: S608
        f" FROM {rows} AS segment"
    )


def parquet_rows(files: Sequence[Path]) -> str:
    """The SQL that reads Parquet files. A folder named `year=1950` above them is no column (`hive_partitioning`)."""
    names = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{names}], union_by_name = true, hive_partitioning = false)"


def _visible_view(schema: Table) -> str:
    """The statement for the view that analysts see; it hides rows of withdrawn batches and of articles rewritten later.

    stored.documents             superseded                  documents
    article 7, batch 3           article 7, before batch 5
    article 7, batch 5                                       article 7, batch 5
    """
    aliases = ', kept.start AS start_offset, kept."end" AS end_offset' if schema.name in WITH_OFFSETS else ""
    view = (
        f"CREATE VIEW {schema.name} AS SELECT {quoted_names(schema, 'kept')}{aliases}"  # noqa: S608
        f" FROM stored.{schema.name} AS kept"
    )
    if "article_id" in schema.column_names:
        return (
            f"{view} ANTI JOIN {SUPERSEDED.name}"
            " ON superseded.article_id = kept.article_id AND kept.batch < superseded.before_batch"
        )
    if schema.name in LEDGER_TABLES:
        return f"{view} ANTI JOIN batches ON batches.batch = kept.batch AND batches.withdrawn_in IS NOT NULL"
    return view


def _comment(connection: duckdb.DuckDBPyConnection, schemas: Mapping[str, Table]) -> None:
    """Comment on every table, view, column and macro, in one script: one statement at a time takes far longer."""
    present = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
        " GROUP BY table_name"
    ).fetchall()
    script = []
    for name, columns in present:
        schema, kind = schemas[name], "TABLE" if name in CATALOG_TABLES else "VIEW"
        script.append(f"COMMENT ON {kind} {name} IS {literal(f'One row: {schema.grain}.')}")
        script += [
            f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.meaning)}"
            for column in schema.columns
            if column.name in columns
        ]
    script += [
        f"COMMENT ON MACRO {'TABLE ' if macro.is_table else ''}{macro.name} IS {literal(macro.meaning)}"
        for macro in MACROS
    ]
    connection.execute(";\n".join(script))


def quoted_names(schema: Table, qualifier: str) -> str:
    """The columns of a table as SQL text, qualified because a macro's parameters capture bare names, even in views."""
    return ", ".join(f"{qualifier}.{quoted(name)}" for name in schema.column_names)

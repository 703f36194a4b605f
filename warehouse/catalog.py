"""The catalog: one DuckDB file that names exactly the Parquet files of its version, with views, macros and comments.

It is the manifest: there is no second one. A version is built beside the current one and put in its place by one
rename (`publish`); what stood there before stays in `history`.
"""

import os
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms.schema import Table
from warehouse.catalog_file import Version, quoted_names, write_catalog
from warehouse.catalog_schema import CATALOG_TABLES
from warehouse.errors import NoLakeError, UnknownVersionError
from warehouse.lake import Lake, sync


def current_file(lake: Lake) -> Path:
    """The numbered history file that is the current catalog, else the catalog itself.

    Within one process DuckDB shares an instance per path, so that a replaced catalog.duckdb would still be read as it
    was; the numbered files are never replaced. Raises `NoLakeError` where there is none.
    """
    try:
        published = lake.catalog.stat()
    except FileNotFoundError:
        raise NoLakeError(
            f"no catalog at {lake.root}",
            "load a vocabulary and a file first: `hoofbeats vocabulary load FILE`, `hoofbeats ingest FILE`;"
            " or name another lake with --lake or HOOFBEATS_LAKE",
        ) from None
    for file in sorted(lake.history.glob("catalog-*.duckdb"), reverse=True):
        if os.path.samestat(file.stat(), published):
            return file
    return lake.catalog


def version_path(lake: Lake, number: int) -> Path:
    """The catalog of a kept version; raises `UnknownVersionError` where it is not kept."""
    file = lake.version_file(number)
    if not file.exists():
        kept = sorted(int(path.stem.removeprefix("catalog-")) for path in lake.history.glob("catalog-*.duckdb"))
        known = f"{kept[0]} to {kept[-1]}" if kept else "none"
        raise UnknownVersionError(f"version {number} of {lake.root} is not kept", f"kept versions: {known}")
    return file


def connect(lake: Lake, at_version: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the current catalog, or to a kept version of it."""
    file = current_file(lake) if at_version is None else version_path(lake, at_version)
    return duckdb.connect(str(file), read_only=True)


def read_version(lake: Lake) -> Version:
    """The current version with its small tables; version 0 without any where there is no catalog yet."""
    try:
        connection = connect(lake)
    except NoLakeError:
        return Version(0)
    with connection:
        present = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        tables = {
            name: schema.conform(_read(connection, schema))
            for name, schema in CATALOG_TABLES.items()
            if name in present
        }
    return Version(int(tables["lake"]["version"][0].as_py()), tables)


def _read(connection: duckdb.DuckDBPyConnection, schema: Table) -> pa.Table:
    read = connection.sql(f"SELECT {quoted_names(schema, schema.name)} FROM {schema.name}").to_arrow_table()  # noqa: S608
    return read.cast(schema.arrow)


def publish(lake: Lake, version: Version) -> None:
    """Put a version in the place of the current one: durable before, atomic at, durable after the rename."""
    lake.staging.mkdir(parents=True, exist_ok=True)
    lake.history.mkdir(parents=True, exist_ok=True)
    beside = lake.staging / f"catalog-{version.number:06d}.duckdb"
    beside.unlink(missing_ok=True)
    write_catalog(lake, version, beside)
    sync(beside)
    numbered = lake.version_file(version.number)
    numbered.unlink(missing_ok=True)
    os.link(beside, numbered)
    sync(lake.history)
    beside.replace(lake.catalog)
    sync(lake.root)


def recover(lake: Lake) -> None:
    """Drop what a crash left before its commit point: history files of versions that were never published."""
    published = read_version(lake).number
    for file in lake.history.glob("catalog-*.duckdb"):
        if int(file.stem.removeprefix("catalog-")) > published:
            file.unlink()

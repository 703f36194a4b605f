"""Publish versions of the catalog and connect to them.

The catalog is a DuckDB file that names exactly the Parquet segments of its version; there is no other manifest. A new
version is written to the staging folder and replaces the current one by a rename (`publish`). Every version is also
hard-linked into `history`, where it stays until garbage collection.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms.schema.table import Table
from warehouse.catalog.file import Version, declarations_digest, lake_row, write_catalog
from warehouse.catalog.schema import CATALOG_TABLES
from warehouse.catalog.sql import quoted
from warehouse.errors import NewerLakeError, NoLakeError, UnknownVersionError
from warehouse.lake import FORMAT, Lake, sync


def current_file(lake: Lake) -> Path:
    """The file to open for the current version: its file in `history`, else catalog.duckdb itself.

    DuckDB shares one instance per path within a process, so a process that has catalog.duckdb open would go on reading
    the replaced version; the numbered files are never replaced. Raises `NoLakeError` if there is no catalog.
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
    """The file of a kept version; raises `UnknownVersionError` if it is not kept."""
    file = lake.version_file(number)
    if not file.exists():
        kept = sorted(int(path.stem.removeprefix("catalog-")) for path in lake.history.glob("catalog-*.duckdb"))
        known = f"{kept[0]} to {kept[-1]}" if kept else "none"
        raise UnknownVersionError(f"version {number} of {lake.root} is not kept", f"kept versions: {known}")
    return file


def connect(lake: Lake, at_version: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the current version of the catalog, or to a kept one."""
    file = current_file(lake) if at_version is None else version_path(lake, at_version)
    return duckdb.connect(str(file), read_only=True)


@contextlib.contextmanager
def connect_to_write(lake: Lake, version: Version) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the current version for a commit, with the views of this code.

    If other code wrote the catalog, the connection is to a scratch file with the same tables and this code's views.
    The version that the commit publishes is written by this code anyway.
    """
    [row] = version.table("lake").to_pylist()
    if row["declarations"] == declarations_digest() and row["root"] == str(lake.root):
        with connect(lake) as connection:
            yield connection
        return
    scratch = _write_staged(lake, version)
    try:
        with duckdb.connect(str(scratch), read_only=True) as connection:
            yield connection
    finally:
        scratch.unlink()


def read_version(lake: Lake) -> Version:
    """The current version with its small tables; version 0 without tables if there is no catalog yet."""
    try:
        return _read_file(current_file(lake))
    except NoLakeError:
        return Version(0)


def _read_file(catalog: Path) -> Version:
    with duckdb.connect(str(catalog), read_only=True) as connection:
        columns = connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall()
        present = {name for name, _ in columns}
        tables = {
            name: _read(connection, schema, {column for table, column in columns if table == name})
            for name, schema in CATALOG_TABLES.items()
            if name in present
        }
    [row] = tables["lake"].to_pylist()
    if row["format"] > FORMAT:
        raise NewerLakeError(
            f"{catalog.parent.parent} was written by a newer Hoofbeats (format {row['format']}, not {FORMAT})",
            "install the newer version to use this lake",
        )
    return Version(int(row["version"]), tables)


def _number_in(catalog: Path) -> int:
    with duckdb.connect(str(catalog), read_only=True) as connection:
        return int(connection.execute("SELECT lake.version FROM lake").fetchall()[0][0])


def _read(connection: duckdb.DuckDBPyConnection, schema: Table, present: set[str]) -> pa.Table:
    """Read a small table; columns that the code that wrote it did not know are NULL."""
    names = ", ".join(
        f"{schema.name}.{quoted(column)}" if column in present else f"NULL AS {quoted(column)}"
        for column in schema.column_names
    )
    return connection.sql(f"SELECT {names} FROM {schema.name}").to_arrow_table().cast(schema.arrow)  # noqa: S608


def repair(lake: Lake) -> str | None:
    """Remake every kept catalog if the lake was moved or copied, or other code wrote it; returns the reason, or None.

    A lake that cannot be written is left as it is.
    """
    if not lake.catalog.exists():
        return None
    reason = _outdated(current_file(lake), lake)
    if reason and os.access(lake.root, os.W_OK):
        with lake.writing():
            _remake(lake)
    return reason


def _outdated(catalog: Path, lake: Lake) -> str | None:
    """Why a catalog has to be remade, None if it need not be."""
    [row] = _read_file(catalog).table("lake").to_pylist()
    if row["root"] != str(lake.root):
        return "moved or copied here"
    return None if row["declarations"] == declarations_digest() else "made by another version of Hoofbeats"


def _remake(lake: Lake) -> None:
    current = current_file(lake)
    for file in {*lake.history.glob("catalog-*.duckdb"), current} - {lake.catalog}:
        if _outdated(file, lake):
            _rewrite(lake, _at_this_root(_read_file(file), lake), file)
    version = _read_file(current)
    _rewrite(lake, _at_this_root(version, lake), lake.catalog)
    _link_into_history(lake, version.number)


def _at_this_root(version: Version, lake: Lake) -> Version:
    """The same version, with the lake's root and this code's declarations in table `lake`."""
    return Version(version.number, {**version.tables, "lake": lake_row(lake, version.number)})


def publish(lake: Lake, version: Version) -> None:
    """Make a version the current one. It is durable before the rename, which is atomic, and the rename is made durable.

    A crash before the rename leaves a history file that `recover` removes.
    """
    lake.history.mkdir(parents=True, exist_ok=True)
    staged = _write_staged(lake, version)
    numbered = lake.version_file(version.number)
    numbered.unlink(missing_ok=True)
    os.link(staged, numbered)
    sync(lake.history)
    staged.replace(lake.catalog)
    sync(lake.root)


def _write_staged(lake: Lake, version: Version) -> Path:
    """Write a version to the staging folder and flush it to disk; raises `OSError` if the file is not complete."""
    lake.staging.mkdir(parents=True, exist_ok=True)
    staged = lake.staging / f"catalog-{version.number:06d}.duckdb"
    staged.unlink(missing_ok=True)
    write_catalog(lake, version, staged)
    sync(staged)
    # A write-ahead log that is left behind means that DuckDB could not write all of the catalog, e.g. on a full disk.
    if staged.with_name(f"{staged.name}.wal").exists() or _number_in(staged) != version.number:
        raise OSError(errno.EIO, "the new catalog is not complete", str(staged))
    return staged


def _rewrite(lake: Lake, version: Version, catalog: Path) -> None:
    """Replace a catalog by a new file of the same version, with the old file's time, which garbage collection reads."""
    staged, status = _write_staged(lake, version), catalog.stat()
    os.utime(staged, ns=(status.st_atime_ns, status.st_mtime_ns))
    staged.replace(catalog)
    sync(catalog.parent)


def _link_into_history(lake: Lake, number: int) -> None:
    """Replace the history file of the current version by a hard link to the catalog, as `current_file` expects."""
    linked = lake.staging / f"link-{number:06d}.duckdb"
    linked.unlink(missing_ok=True)
    os.link(lake.catalog, linked)
    linked.replace(lake.version_file(number))
    sync(lake.history)


def recover(lake: Lake) -> Version:
    """Remove history files of versions that a crash kept from being published; returns the current version."""
    published = read_version(lake)
    for file in lake.history.glob("catalog-*.duckdb"):
        if int(file.stem.removeprefix("catalog-")) > published.number:
            file.unlink()
    return published

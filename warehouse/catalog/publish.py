"""The catalog: one DuckDB file that names exactly the Parquet files of its version, with views, macros and comments.

It is the manifest: there is no second one. A version is built beside the current one and put in its place by one
rename (`publish`); what stood there before stays in `history`.
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


@contextlib.contextmanager
def connect_to_write(lake: Lake, version: Version) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the current version for a commit, which needs the views of this very code.

    A catalog that other code made is made again in a scratch file; what is published next is made by this code anyway.
    """
    [told] = version.table("lake").to_pylist()
    if told["declarations"] == declarations_digest() and told["root"] == str(lake.root):
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
    """The current version with its small tables; version 0 without any where there is no catalog yet."""
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
    [told] = tables["lake"].to_pylist()
    if told["format"] > FORMAT:
        raise NewerLakeError(
            f"{catalog.parent.parent} was written by a newer Hoofbeats (format {told['format']}, not {FORMAT})",
            "install the newer version to use this lake",
        )
    return Version(int(told["version"]), tables)


def _number_in(catalog: Path) -> int:
    with duckdb.connect(str(catalog), read_only=True) as connection:
        return int(connection.execute("SELECT lake.version FROM lake").fetchall()[0][0])


def _read(connection: duckdb.DuckDBPyConnection, schema: Table, present: set[str]) -> pa.Table:
    """A small table; columns that the code that wrote it did not have are NULL."""
    names = ", ".join(
        f"{schema.name}.{quoted(column)}" if column in present else f"NULL AS {quoted(column)}"
        for column in schema.column_names
    )
    return connection.sql(f"SELECT {names} FROM {schema.name}").to_arrow_table().cast(schema.arrow)  # noqa: S608


def repair(lake: Lake) -> str | None:
    """Make every kept catalog anew where the lake was moved or copied, or other code made it; says which, if any.

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
    told = _read_file(catalog).table("lake").to_pylist()[0]
    if told["root"] != str(lake.root):
        return "moved or copied here"
    return None if told["declarations"] == declarations_digest() else "made by another version of Hoofbeats"


def _remake(lake: Lake) -> None:
    current = current_file(lake)
    for file in {*lake.history.glob("catalog-*.duckdb"), current} - {lake.catalog}:
        if _outdated(file, lake):
            _write_beside(lake, _moved(_read_file(file), lake), file)
    version = _read_file(current)
    _write_beside(lake, _moved(version, lake), lake.catalog)
    _link_into_history(lake, version.number)


def _moved(version: Version, lake: Lake) -> Version:
    return Version(version.number, {**version.tables, "lake": lake_row(lake, version.number)})


def publish(lake: Lake, version: Version) -> None:
    """Put a version in the place of the current one: durable before, atomic at, durable after the rename."""
    lake.history.mkdir(parents=True, exist_ok=True)
    beside = _write_staged(lake, version)
    numbered = lake.version_file(version.number)
    numbered.unlink(missing_ok=True)
    os.link(beside, numbered)
    sync(lake.history)
    beside.replace(lake.catalog)
    sync(lake.root)


def _write_staged(lake: Lake, version: Version) -> Path:
    lake.staging.mkdir(parents=True, exist_ok=True)
    beside = lake.staging / f"catalog-{version.number:06d}.duckdb"
    beside.unlink(missing_ok=True)
    write_catalog(lake, version, beside)
    sync(beside)
    if beside.with_name(f"{beside.name}.wal").exists() or _number_in(beside) != version.number:
        raise OSError(errno.EIO, "the new catalog was not written whole", str(beside))
    return beside


def _write_beside(lake: Lake, version: Version, place: Path) -> None:
    """Replace a catalog by one of the same version; it keeps its time, by which history is thinned."""
    made, told = _write_staged(lake, version), place.stat()
    os.utime(made, ns=(told.st_atime_ns, told.st_mtime_ns))
    made.replace(place)
    sync(place.parent)


def _link_into_history(lake: Lake, number: int) -> None:
    """Make the history file of the current version the catalog itself: that is how `current_file` knows it."""
    linked = lake.staging / f"link-{number:06d}.duckdb"
    linked.unlink(missing_ok=True)
    os.link(lake.catalog, linked)
    linked.replace(lake.version_file(number))
    sync(lake.history)


def recover(lake: Lake) -> Version:
    """The current version, once what a crash left is dropped: history files of versions that were never published."""
    published = read_version(lake)
    for file in lake.history.glob("catalog-*.duckdb"):
        if int(file.stem.removeprefix("catalog-")) > published.number:
            file.unlink()
    return published

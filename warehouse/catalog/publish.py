"""Publish versions of the catalog and connect to them.

The catalog is a DuckDB file that names exactly the Parquet segments of its version; there is no other manifest. A new
version is written to the staging folder and replaces the current one by a rename (`publish`). Every published version
is also hard-linked into `history` (copied where the file system has no hard links), where it stays until garbage
collection.

DuckDB shares one instance per path within a process, so a process that has catalog.duckdb open would go on reading the
replaced version. Hoofbeats therefore opens the numbered files, which are never replaced, or a private copy.
"""

import contextlib
import errno
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from transforms.schema.table import Table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.file import Version, declarations_digest, declare, fill, lake_row, write_catalog
from warehouse.catalog.schema import CATALOG_TABLES, LAKE
from warehouse.catalog.segments import schema_file, sound_schema_file
from warehouse.catalog.sql import quoted
from warehouse.errors import DamagedLakeError, LakeError, NewerLakeError, NoLakeError, UnknownVersionError
from warehouse.lake import CATALOG, FORMAT, Lake, sync

LINK_WAIT_S = 0.2
"""How long a reader waits for the history file of a version that is just being published."""

_LOCKED = "Could not set lock on file"
_RECOVER = "`hoofbeats recover` restores the newest sound version; `--at-version N` reads an earlier one"


def current_file(lake: Lake) -> Path:
    """The file to open for the current version: its file in `history`, else catalog.duckdb itself.

    Raises `NoLakeError` if there is no lake, `DamagedLakeError` if its catalog is missing or cannot be read.
    """
    lake.check_name()
    try:
        published = lake.catalog.stat()
    except FileNotFoundError:
        raise _no_catalog(lake) from None
    for file in reversed(lake.kept_versions().values()):
        with contextlib.suppress(FileNotFoundError):  # garbage collection may remove it meanwhile
            if os.path.samestat(file.stat(), published):
                return file
    # A lake that was copied, or a file system without hard links: the number in the catalog decides.
    numbered = lake.version_file(number_in(lake.catalog))
    deadline = time.monotonic() + LINK_WAIT_S
    while not numbered.exists() and time.monotonic() < deadline:
        time.sleep(LINK_WAIT_S / 20)
    return numbered if numbered.exists() else lake.catalog


def _no_catalog(lake: Lake) -> LakeError:
    if lake.kept_versions():
        return DamagedLakeError(f"{lake.catalog} is missing, though {lake.history} keeps versions of it", _RECOVER)
    return NoLakeError(
        f"no catalog at {lake.root}",
        "load a vocabulary and a file first: `hoofbeats vocabulary load FILE`, `hoofbeats ingest FILE`;"
        " or name another lake with --lake or HOOFBEATS_LAKE",
    )


def version_path(lake: Lake, number: int) -> Path:
    """The file of a kept version; raises `UnknownVersionError` if it is not kept."""
    lake.check_name()
    file = lake.version_file(number)
    if not file.exists():
        kept = list(lake.kept_versions())
        known = f"{kept[0]} to {kept[-1]}" if kept else "none"
        raise UnknownVersionError(f"version {number} of {lake.root} is not kept", f"kept versions: {known}")
    return file


def open_catalog(file: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to one catalog file; raises `DamagedLakeError` if DuckDB cannot read it.

    A private copy is opened instead of catalog.duckdb (see the module's docstring), and of a file that another process
    has open for writing: DuckDB locks it, and an analyst who forgot `read_only` must not stop the nightly load.
    """
    try:
        if file.name != CATALOG:
            with contextlib.suppress(_LockedError):
                return _open(file)
        with tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
            return _open(Path(shutil.copyfile(file, Path(folder) / file.name)))
    except duckdb.Error as error:
        raise DamagedLakeError(f"{file} cannot be read: {' '.join(str(error).split())}", _RECOVER) from error


class _LockedError(Exception):
    """Another process has the catalog open for writing."""


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    """Open a catalog and read from it, because DuckDB opens a file lazily."""
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        if _LOCKED in str(error):
            raise _LockedError from error
        raise
    try:
        connection.execute("SELECT lake.version FROM lake").fetchall()
        with contextlib.suppress(duckdb.InvalidInputException):  # a connection of this process spills there already
            # DuckDB would spill beside the catalog, into history
            connection.execute("SET temp_directory = $folder", {"folder": tempfile.gettempdir()})
    except duckdb.Error:
        connection.close()
        raise
    return connection


def connect(lake: Lake, at_version: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection for reading the current version of the catalog, or a kept one. Nothing is written to the lake.

    The catalog of a lake that was moved, or that other code wrote, is built again in memory, for this place and code.
    """
    file = current_file(lake) if at_version is None else version_path(lake, at_version)
    connection = open_catalog(file)
    if outdated(connection, lake) is None:
        return connection
    return connect_in_memory(lake, _read_tables(connection, file), {}, keep_open=connection)


def connect_in_memory(
    lake: Lake,
    version: Version,
    computed: Mapping[str, pa.Table],
    keep_open: duckdb.DuckDBPyConnection | None = None,
) -> duckdb.DuckDBPyConnection:
    """A connection to a catalog in memory that reads the segments of a version.

    `computed`: rows of stored tables that take the place of their segments. `keep_open`: a connection to the file of
    that version, which holds DuckDB's lock, so that garbage collection leaves the segments as long as this one is read.
    """
    # A database in memory would spill into the working directory.
    connection = duckdb.connect(config={"temp_directory": tempfile.gettempdir()})
    declare(connection)
    fill(connection, lake, at_this_root(version, lake), computed, read_only=True)
    if keep_open is not None:
        weakref.finalize(connection, keep_open.close)
    return connection


@contextlib.contextmanager
def attachable_file(lake: Lake, number: int) -> Iterator[Path]:
    """The file of a kept version, for ATTACH; a temporary one if its own is of another place or code."""
    file = version_path(lake, number)
    with open_catalog(file) as connection:
        version = _read_tables(connection, file) if outdated(connection, lake) else None
    if version is None:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
        temporary = Path(folder) / file.name
        write_catalog(lake, at_this_root(version, lake), temporary, read_only=True)
        yield temporary


def read_version(lake: Lake) -> Version:
    """The current version with its small tables; version 0 without tables if there is no lake yet."""
    try:
        return read_file(current_file(lake))
    except NoLakeError:
        return Version(0)


def read_file(file: Path) -> Version:
    """The version in one catalog file; raises `DamagedLakeError` if it cannot be read."""
    with open_catalog(file) as connection:
        return _read_tables(connection, file)


def _read_tables(connection: duckdb.DuckDBPyConnection, file: Path) -> Version:
    try:
        columns = _columns_by_table(connection)
        tables = {
            name: _read(connection, schema, columns[name]) for name, schema in CATALOG_TABLES.items() if name in columns
        }
        [row] = tables["lake"].to_pylist()
    except (duckdb.Error, KeyError, ValueError, pa.ArrowException) as error:
        raise DamagedLakeError(f"{file} cannot be read: {' '.join(str(error).split())}", _RECOVER) from error
    if row["format"] > FORMAT:
        raise NewerLakeError(
            f"{file.parent.parent} was written by a newer Hoofbeats (format {row['format']}, not {FORMAT})",
            "install the newer version to use this lake",
        )
    return Version(int(row["version"]), tables)


def number_in(file: Path) -> int:
    """The number of the version in a catalog file; raises `DamagedLakeError` if it cannot be read."""
    with open_catalog(file) as connection:
        return int(connection.execute("SELECT lake.version FROM lake").fetchall()[0][0])


def _columns_by_table(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The columns of every table and view of a catalog's main schema, in one query: each costs 3 ms."""
    query = "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute(query).fetchall():
        columns.setdefault(table, set()).add(column)
    return columns


def _read(connection: duckdb.DuckDBPyConnection, schema: Table, present: set[str]) -> pa.Table:
    """Read a small table; columns that the code that wrote it did not know are NULL."""
    names = ", ".join(
        f"{schema.name}.{quoted(column)}" if column in present else f"NULL AS {quoted(column)}"
        for column in schema.column_names
    )
    return connection.sql(f"SELECT {names} FROM {schema.name}").to_arrow_table().cast(schema.arrow)  # noqa: S608


def outdated(connection: duckdb.DuckDBPyConnection, lake: Lake) -> str | None:
    """Why the views of a catalog do not serve here, None if they do."""
    [row] = _read(connection, LAKE, _columns_by_table(connection).get(LAKE.name, set())).to_pylist()
    if row["root"] != str(lake.root):
        return "moved or copied here"
    if row["declarations"] != declarations_digest():
        return "made by another version of Hoofbeats"
    return None if all(sound_schema_file(lake, table) for table in SEGMENT_TABLES) else "without sound schema files"


def at_this_root(version: Version, lake: Lake) -> Version:
    """The same version, with the lake's root and this code's declarations in table `lake`."""
    return Version(version.number, {**version.tables, "lake": lake_row(lake, version.number)})


def begin_commit(lake: Lake) -> Version:
    """Return the version that the next commit follows; for holders of the writer's lock.

    Raises `DamagedLakeError` where the catalog is missing, cannot be read, or is older than the newest file in
    `history`, which holds published versions only. Nothing is ever removed here: files that the catalog does not
    know may be all that is left of newer versions.
    """
    published = read_version(lake)
    newest = max(lake.kept_versions(), default=0)
    if newest > published.number:
        raise DamagedLakeError(
            f"{lake.catalog} is version {published.number}, but {lake.history} keeps version {newest}", _RECOVER
        )
    if published.number:
        for table in SEGMENT_TABLES:
            schema_file(lake, table)  # a damaged one is written again: the views of the current version name it
    if published.number and not lake.version_file(published.number).exists():
        keep_in_history(lake, published.number)  # a crash came between the rename and the link
    return published


def publish(lake: Lake, version: Version) -> None:
    """Make a version the current one. It is durable before the rename, which is atomic, and the rename is made durable.

    The file in `history` gets its name after the rename: so each file there was published, and `begin_commit` makes up
    for one that a crash prevented.
    """
    staged = write_staged(lake, version)
    linked = link_or_copy(staged, _link_path(lake, version.number))
    staged.replace(lake.catalog)
    # The log of an analyst who wrote to the replaced file would be applied to the new one.
    lake.catalog.with_name(f"{lake.catalog.name}.wal").unlink(missing_ok=True)
    sync(lake.root)
    _name_in_history(lake, version.number, linked)


def keep_in_history(lake: Lake, number: int) -> None:
    """Link the current catalog, which is version `number`, into `history`, in place of the file that is there."""
    _name_in_history(lake, number, link_or_copy(lake.catalog, _link_path(lake, number)))


def _link_path(lake: Lake, number: int) -> Path:
    return lake.staging / f"link-{number:06d}.duckdb"


def _name_in_history(lake: Lake, number: int, linked: Path) -> None:
    lake.history.mkdir(parents=True, exist_ok=True)
    numbered = lake.version_file(number)
    if numbered.exists() and numbered.samefile(linked):
        linked.unlink()  # renaming one link of a file to another does nothing
    else:
        linked.replace(numbered)
    sync(lake.history)


def link_or_copy(source: Path, target: Path) -> Path:
    """Make `target` a hard link of `source`, or a durable copy of it where the file system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        try:
            shutil.copy2(source, target)
            sync(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise
    return target


def write_staged(lake: Lake, version: Version) -> Path:
    """Write a version to the staging folder and flush it to disk; raises `OSError` if the file is not complete."""
    lake.staging.mkdir(parents=True, exist_ok=True)
    staged = lake.staging / f"catalog-{version.number:06d}.duckdb"
    staged.unlink(missing_ok=True)
    write_catalog(lake, version, staged)
    sync(staged)
    # A write-ahead log that is left behind means that DuckDB could not write all of the catalog, e.g. on a full disk.
    if staged.with_name(f"{staged.name}.wal").exists() or number_in(staged) != version.number:
        raise OSError(errno.EIO, "the new catalog is not complete", str(staged))
    return staged

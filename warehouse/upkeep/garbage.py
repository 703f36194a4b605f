"""Garbage collection: remove old versions of the catalog, and the segments that no kept version names.

No reader loses a file. DuckDB locks a catalog it has open, so a catalog that cannot be locked exclusively is in use: it
stays, with every segment it names. The lock is tried from another process, because POSIX locks do not exclude each
other within one process, and closing the file would release DuckDB's own lock.
"""

import datetime as dt
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalog.publish import recover
from warehouse.lake import Lake

KEEP_LATEST = 30
KEEP_DAILY_FOR = dt.timedelta(days=30)
GRACE_S = 3600.0
"""Segments younger than this are kept: a reader that is just opening a catalog may need them."""
STAGING_GRACE_S = 7 * 86_400.0
"""Staged payloads and other unfinished work older than this are abandoned; a resumed run prepares them again."""

_PROBE = """
import fcntl, sys
for path in sys.argv[1:]:
    with open(path, "r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(path)
"""


@dataclass(frozen=True)
class RemovedFiles:
    """What garbage collection removed.

    versions: numbers of removed versions. files, bytes: removed segments. staged: removed pieces of unfinished work.
    in_use: versions that were due but are open in some process, and so were kept.
    """

    versions: list[int]
    files: int
    bytes: int
    staged: int
    in_use: list[int]


def collect_garbage(lake: Lake, keep_latest: int = KEEP_LATEST, grace_s: float = GRACE_S) -> RemovedFiles:
    """Remove old versions, then the segments that no kept version names and that are older than `grace_s` seconds.

    Kept are the latest `keep_latest` versions, and the last version of each of the last 30 days.
    """
    with lake.writing():
        current = recover(lake).number
        files = {int(path.stem.removeprefix("catalog-")): path for path in lake.history.glob("catalog-*.duckdb")}
        due = sorted(set(files) - _versions_to_keep(files, keep_latest) - {current})
        in_use = _in_use(files[number] for number in due)
        removed = [number for number in due if files[number] not in in_use]
        for number in removed:
            files[number].unlink()
        named = _named_segments(files[number] for number in files if number not in removed)
        sizes = _remove_unnamed_segments(lake, named, grace_s)
        staged = _remove_stale_work(lake)
        return RemovedFiles(removed, len(sizes), sum(sizes), staged, [n for n in due if files[n] in in_use])


def _versions_to_keep(files: dict[int, Path], keep_latest: int) -> set[int]:
    """The numbers of the versions that the rule of `collect_garbage` keeps."""
    numbers = sorted(files)
    since = dt.datetime.now(dt.UTC) - KEEP_DAILY_FOR
    last_of_day: dict[dt.date, int] = {}
    for number in numbers:
        written = dt.datetime.fromtimestamp(files[number].stat().st_mtime, dt.UTC)
        if written >= since:
            last_of_day[written.date()] = number
    return {*numbers[-keep_latest:], *last_of_day.values()}


def _in_use(paths: Iterable[Path]) -> set[Path]:
    """The catalogs that some process has open in DuckDB."""
    names = [str(path) for path in paths]
    if not names:
        return set()
    probe = subprocess.run([sys.executable, "-c", _PROBE, *names], capture_output=True, text=True, check=True)  # noqa: S603
    return {Path(line) for line in probe.stdout.splitlines()}


def _named_segments(catalogs: Iterable[Path]) -> set[str]:
    """The paths of all segments that these catalogs name, relative to the lake."""
    named: set[str] = set()
    for catalog in catalogs:
        with duckdb.connect(str(catalog), read_only=True) as connection:
            named.update(row[0] for row in connection.execute("SELECT path FROM segments").fetchall())
    return named


def _remove_unnamed_segments(lake: Lake, named: set[str], grace_s: float) -> Sequence[int]:
    """Remove segments that are not named; returns their sizes in bytes. Files of `segments.schema_file` stay."""
    sizes = []
    before = time.time() - grace_s
    for path in lake.tables.glob("*/*.parquet"):
        status = path.stat()
        if path.name.startswith("columns-") or path.relative_to(lake.root).as_posix() in named:
            continue
        if status.st_mtime <= before:
            path.unlink()
            sizes.append(status.st_size)
    return sizes


def _remove_stale_work(lake: Lake) -> int:
    """Remove what was staged more than `STAGING_GRACE_S` ago; returns the number of files and folders."""
    before = time.time() - STAGING_GRACE_S
    stale = [path for path in lake.staging.glob("*") if path.stat().st_mtime <= before]
    for path in stale:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(stale)

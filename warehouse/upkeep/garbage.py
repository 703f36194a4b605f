"""Garbage collection: old catalogs are thinned by a rule, and segments no catalog names any more are removed.

No file is pulled from under a reader. DuckDB holds a lock on a catalog it has open; a catalog that cannot be locked
exclusively is in use and stays, with every segment it names. The lock is tried from another process: within one, POSIX
locks do not exclude each other, and closing the file would drop DuckDB's own.
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
"""Segments younger than this stay: a commit in progress or a reader that is just opening may need them."""
STAGING_GRACE_S = 7 * 86_400.0
"""Prepared payloads and other unfinished work older than this were given up: whoever resumes prepares them again."""

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
    """What was removed: old versions, segment files, their bytes, unfinished work; and versions in use."""

    versions: list[int]
    files: int
    bytes: int
    staged: int
    in_use: list[int]


def collect_garbage(lake: Lake, keep_latest: int = KEEP_LATEST, grace_s: float = GRACE_S) -> RemovedFiles:
    """Thin the history, then remove segments that no kept version names and that are older than the grace period.

    Kept: the latest `keep_latest` versions, and of the last 30 days the last version of each day.
    """
    with lake.writing():
        current = recover(lake).number
        files = {int(path.stem.removeprefix("catalog-")): path for path in lake.history.glob("catalog-*.duckdb")}
        spare = sorted(set(files) - _kept(files, keep_latest) - {current})
        in_use = _in_use(files[number] for number in spare)
        gone = [number for number in spare if files[number] not in in_use]
        for number in gone:
            files[number].unlink()
        named = _named(files[number] for number in files if number not in gone)
        removed = _remove_unnamed(lake, named, grace_s)
        staged = _remove_stale(lake)
        return RemovedFiles(gone, len(removed), sum(removed), staged, [n for n in spare if files[n] in in_use])


def _kept(files: dict[int, Path], keep_latest: int) -> set[int]:
    """The versions the rule keeps."""
    numbers = sorted(files)
    since = dt.datetime.now(dt.UTC) - KEEP_DAILY_FOR
    last_of_day: dict[dt.date, int] = {}
    for number in numbers:
        written = dt.datetime.fromtimestamp(files[number].stat().st_mtime, dt.UTC)
        if written >= since:
            last_of_day[written.date()] = number
    return {*numbers[-keep_latest:], *last_of_day.values()}


def _in_use(paths: Iterable[Path]) -> set[Path]:
    """The files some process has open in DuckDB."""
    listed = [str(path) for path in paths]
    if not listed:
        return set()
    probe = subprocess.run([sys.executable, "-c", _PROBE, *listed], capture_output=True, text=True, check=True)  # noqa: S603
    return {Path(line) for line in probe.stdout.splitlines()}


def _named(catalogs: Iterable[Path]) -> set[str]:
    """Every segment the catalogs name, relative to the lake."""
    named: set[str] = set()
    for catalog in catalogs:
        with duckdb.connect(str(catalog), read_only=True) as connection:
            named.update(row[0] for row in connection.execute("SELECT path FROM segments").fetchall())
    return named


def _remove_unnamed(lake: Lake, named: set[str], grace_s: float) -> Sequence[int]:
    """Remove segments that are not named; returns their sizes. Files of `segments.schema_file` stay."""
    sizes = []
    before = time.time() - grace_s
    for path in lake.tables.glob("*/*.parquet"):
        told = path.stat()
        if path.name.startswith("columns-") or path.relative_to(lake.root).as_posix() in named:
            continue
        if told.st_mtime <= before:
            path.unlink()
            sizes.append(told.st_size)
    return sizes


def _remove_stale(lake: Lake) -> int:
    """Remove what was staged long ago; returns how many things."""
    before = time.time() - STAGING_GRACE_S
    stale = [path for path in lake.staging.glob("*") if path.stat().st_mtime <= before]
    for path in stale:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(stale)

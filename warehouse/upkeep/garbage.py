"""Garbage collection: remove old versions of the catalog, and the segments that no kept version names.

No reader loses a file. DuckDB locks a catalog it has open, so a catalog that cannot be locked exclusively is in use: it
stays, with every segment it names. The lock is tried from another process, because POSIX locks do not exclude each
other within one process, and closing the file would release DuckDB's own lock.
"""

import contextlib
import datetime as dt
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalog.publish import begin_commit, open_catalog
from warehouse.catalog.segments import SCHEMA_FILE
from warehouse.errors import DamagedLakeError, UnexplainedFilesError
from warehouse.lake import SET_ASIDE, Lake

KEEP_LATEST = 30
KEEP_DAILY_FOR = dt.timedelta(days=30)
GRACE_S = 3600.0
"""Segments younger than this are kept: a reader that is just opening a catalog may need them."""
MAX_UNEXPLAINED = 0.25
"""The largest share of the segments that is removed although nothing explains why no version names them."""
STAGING_GRACE_S = 7 * 86_400.0
"""Staged payloads and other unfinished work older than this are abandoned; a resumed run prepares them again."""

_DUE = "due-"
"""The beginning of the name of a catalog that is being removed together with its segments."""

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


def collect_garbage(
    lake: Lake, keep_latest: int = KEEP_LATEST, grace_s: float = GRACE_S, *, force: bool = False
) -> RemovedFiles:
    """Remove old versions, then the segments that no kept version names and that are older than `grace_s` seconds.

    Kept are the latest `keep_latest` versions, and the last version of each of the last 30 days. Raises
    `DamagedLakeError` if a kept catalog cannot be read, as its segments are not known, and `UnexplainedFilesError` if
    more than `MAX_UNEXPLAINED` of the segments would go unexplained, unless `force`: nothing is removed then.
    """
    with lake.writing():
        current = begin_commit(lake).number
        files = lake.kept_versions()
        due = sorted(set(files) - _versions_to_keep(files, keep_latest) - {current})
        in_use = _in_use(files[number] for number in due)
        removed = [number for number in due if files[number] not in in_use]
        named = {number: _named_segments(file) for number, file in files.items()}
        kept = set().union(*(named[number] for number in files if number not in removed), _named_by(lake, SET_ASIDE))
        unnamed = _unnamed_segments(lake, kept, grace_s)
        if not force:
            explained = set().union(*named.values(), _named_by(lake, _DUE))
            _check_share(lake, [path for path in unnamed if not _is_explained(lake, path, explained, named, current)])
        # the catalogs go last: after a crash they explain, under a name that no reader looks for, what was left undone
        for number in removed:
            files[number].replace(files[number].with_name(f"{_DUE}{files[number].name}"))
        for path in unnamed:
            path.unlink()
        for catalog in lake.history.glob(f"{_DUE}*.duckdb"):
            catalog.unlink()
        staged = _remove_stale_work(lake)
        return RemovedFiles(
            removed, len(unnamed), sum(unnamed.values()), staged, [n for n in due if files[n] in in_use]
        )


def _is_explained(lake: Lake, path: Path, explained: set[str], versions: Collection[int], current: int) -> bool:
    """Whether it is known why no kept version names a segment.

    A version that is removed now, or was when a crash interrupted it, names it; or a crash left it: a segment begins
    with the number of the version that it was written for, and that version is kept and does without it, or was never
    published.
    """
    if path.relative_to(lake.root).as_posix() in explained:
        return True
    number = path.name.partition("-")[0]
    return number.isdecimal() and (int(number) in versions or int(number) == current + 1)


def _check_share(lake: Lake, unexplained: Sequence[Path]) -> None:
    """Raise `UnexplainedFilesError` if these segments are too large a share of all, by number or by size."""
    sizes = {path: path.stat().st_size for path in _segment_files(lake)}
    size = sum(sizes[path] for path in unexplained)
    if len(unexplained) > MAX_UNEXPLAINED * len(sizes) or size > MAX_UNEXPLAINED * sum(sizes.values()):
        raise UnexplainedFilesError(
            f"{len(unexplained):,} of {len(sizes):,} segments ({size:,} bytes) of {lake.root} belong to no version, and"
            f" nothing explains it; {unexplained[0].relative_to(lake.root)} is the first. Nothing was removed",
            "was a catalog or its history deleted or replaced by an older one? Restore it, or see `hoofbeats recover`;"
            " `hoofbeats maintain --force` removes the segments for good",
        )


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


def _named_segments(catalog: Path) -> set[str]:
    """The paths of all segments that a catalog names, relative to the lake."""
    with open_catalog(catalog) as connection:
        return {row[0] for row in connection.execute("SELECT path FROM segments").fetchall()}


def _named_by(lake: Lake, prefix: str) -> set[str]:
    """The segments of the catalogs in `history` whose names begin so, as far as they can be read."""
    named: set[str] = set()
    for catalog in lake.history.glob(f"{prefix}*.duckdb"):
        with contextlib.suppress(DamagedLakeError, duckdb.Error):
            named |= _named_segments(catalog)
    return named


def _segment_files(lake: Lake) -> Iterator[Path]:
    return (path for path in lake.tables.glob("*/*.parquet") if not path.name.startswith(SCHEMA_FILE))


def _unnamed_segments(lake: Lake, named: set[str], grace_s: float) -> dict[Path, int]:
    """The segments that are not named and older than `grace_s` seconds, with their sizes in bytes."""
    before = time.time() - grace_s
    unnamed = {
        path: path.stat() for path in _segment_files(lake) if path.relative_to(lake.root).as_posix() not in named
    }
    return {path: status.st_size for path, status in unnamed.items() if status.st_mtime <= before}


def _remove_stale_work(lake: Lake) -> int:
    """Remove what was staged or half copied more than `STAGING_GRACE_S` ago; returns how many files and folders."""
    before = time.time() - STAGING_GRACE_S
    parts = [*lake.raw.rglob("*.part"), *lake.tables.rglob("*.part")]  # copies that a crash cut off
    stale = [path for path in [*lake.staging.glob("*"), *parts] if path.stat().st_mtime <= before]
    for path in stale:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(stale)

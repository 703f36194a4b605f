"""Put the newest sound version of a lake back, where its catalog is missing, damaged or older than the history.

A version is sound if its catalog can be read and every segment that it names is there, with its size and a readable
Parquet footer. Nothing is deleted: what is not sound is renamed, and garbage collection keeps what it names.

    catalog.duckdb missing           history 1, 2, 3 (cut)   ->   catalog.duckdb = 2, history 1, 2, set-aside-000003
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.catalog.file import Version
from warehouse.catalog.publish import keep_in_history, link_or_copy, read_file
from warehouse.errors import DamagedLakeError, LakeError
from warehouse.lake import SET_ASIDE, Lake, sync


@dataclass(frozen=True)
class Unsound:
    """A catalog that cannot be used: its path relative to the lake when it was found, and the problem."""

    path: str
    problem: str


@dataclass(frozen=True)
class Recovered:
    """The result of a recovery: the version that is the current one now.

    restored: whether catalog.duckdb was replaced. set_aside: catalogs that were renamed, with their new paths.
    missing: segments of the version that are missing or damaged; none unless no version is sound.
    """

    version: int
    restored: bool
    unsound: list[Unsound]
    set_aside: list[str]
    missing: list[str]


def recover(lake: Lake) -> Recovered:
    """Make the newest sound version the current one; the newest readable one if none is sound.

    Raises `DamagedLakeError` if no catalog can be read.
    """
    with lake.writing():
        readable, unsound = _examine(lake)
        if not readable:
            found = ", ".join(fault.path for fault in unsound) or "there is none"
            raise DamagedLakeError(
                f"no catalog of {lake.root} can be read: {found}",
                "restore catalog.duckdb or a file of its history from a backup",
            )
        missing = {path: missing_segments(lake, version) for path, version in readable.items()}
        sound = [path for path in readable if not missing[path]]
        chosen = max(sound or readable, key=lambda path: readable[path].number)
        number = readable[chosen].number
        for path in readable:
            if missing[path]:
                unsound.append(Unsound(_relative(lake, path), f"{len(missing[path])} segments missing or damaged"))
        set_aside = [_set_aside(lake, path) for path in _to_set_aside(lake, readable, number)]
        restored = _make_current(lake, chosen, number)
        return Recovered(number, restored, unsound, set_aside, missing[chosen])


def missing_segments(lake: Lake, version: Version) -> list[str]:
    """The paths of a version's segments that are missing, or have another size or no readable Parquet footer."""
    rows = version.table("segments").to_pylist()
    return [row["path"] for row in rows if not _is_readable(lake.root / row["path"], row["bytes"])]


def _is_readable(segment: Path, size: int) -> bool:
    try:
        return segment.stat().st_size == size and pq.read_metadata(segment).num_rows >= 0
    except (OSError, pa.ArrowException):
        return False


def _examine(lake: Lake) -> tuple[dict[Path, Version], list[Unsound]]:
    """All catalogs that can be read, history first, with their versions; and those that cannot."""
    readable: dict[Path, Version] = {}
    unsound = []
    for path in _catalogs(lake):
        try:
            readable[path] = read_file(path)
        except (DamagedLakeError, OSError) as error:
            unsound.append(Unsound(_relative(lake, path), str(error)))
    return readable, unsound


def _catalogs(lake: Lake) -> Iterator[Path]:
    yield from lake.kept_versions().values()
    if lake.catalog.exists():
        yield lake.catalog


def _to_set_aside(lake: Lake, readable: dict[Path, Version], number: int) -> list[Path]:
    """The catalogs that would keep the chosen version from being the current one, or garbage collection from working.

    These are all that cannot be read, and those of newer versions, which are not sound.
    """
    return [path for path in _catalogs(lake) if path not in readable or readable[path].number > number]


def _set_aside(lake: Lake, path: Path) -> str:
    """Rename a catalog to one that is no version; returns its new path relative to the lake."""
    lake.history.mkdir(parents=True, exist_ok=True)
    name = path.stem.removeprefix("catalog-") if path.parent == lake.history else "current"
    for attempt in range(len(list(lake.history.iterdir())) + 1):
        target = lake.history / f"{SET_ASIDE}{name}{f'-{attempt}' if attempt else ''}.duckdb"
        if not target.exists():
            break
    path.replace(target)
    sync(lake.history)
    return _relative(lake, target)


def _make_current(lake: Lake, chosen: Path, number: int) -> bool:
    """Replace catalog.duckdb by the chosen catalog, unless it holds that version; complete the history."""
    try:
        current = read_file(lake.catalog).number
    except (LakeError, OSError):
        current = 0
    if current != number:
        staged = link_or_copy(chosen, lake.staging / f"catalog-{number:06d}.duckdb")
        staged.replace(lake.catalog)
        sync(lake.root)
    if not lake.version_file(number).exists():
        keep_in_history(lake, number)
    return current != number


def _relative(lake: Lake, path: Path) -> str:
    return path.relative_to(lake.root).as_posix()

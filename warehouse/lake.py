"""The folder of a lake: its paths, the lock that lets in one writer at a time, and flushing files to disk.

catalog.duckdb   the current version of the catalog, what analysts open
history/         every kept version of the catalog
tables/          immutable Parquet segments, one folder per table
raw/             payloads as received
staging/         prepared payloads that are not committed yet, and scratch files
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from warehouse.errors import UnusableFolderError

CATALOG = "catalog.duckdb"
SET_ASIDE = "set-aside-"
"""The beginning of the name of a catalog in `history` that a recovery took out of use."""

FORMAT = 1
"""The layout of a lake; increased when older code could not read the new one."""


@dataclass(frozen=True)
class Lake:
    """A lake, given by its root folder."""

    root: Path

    @classmethod
    def at(cls, root: str | os.PathLike[str]) -> "Lake":
        """The lake in this folder. The path is made absolute, because DuckDB's views name files by absolute path."""
        return cls(Path(root).expanduser().resolve())

    def check_name(self) -> None:
        """Raise `UnusableFolderError` if DuckDB would take the path of this folder for another one or for a pattern.

        `*`, `?` and `[` are patterns in the paths of read_parquet, and there is no way to quote them in every statement
        that names a file; `?` also begins the options of a database, and a backslash is a separator.
        """
        found = [character for character in "*?[\\" if character in str(self.root)]
        if found:
            raise UnusableFolderError(
                f"a lake cannot be in {str(self.root)!r}: DuckDB would not take {' '.join(found)} literally",
                "give the folder, or the one above it, another name",
            )
        try:
            str(self.root).encode()
        except UnicodeEncodeError:
            raise UnusableFolderError(
                f"a lake cannot be in {str(self.root)!a}: the name is not UTF-8",
                "give the folder, or the one above it, another name",
            ) from None

    @property
    def catalog(self) -> Path:
        """The current version of the catalog."""
        return self.root / CATALOG

    @property
    def history(self) -> Path:
        """The folder of all kept versions of the catalog."""
        return self.root / "history"

    @property
    def tables(self) -> Path:
        """The folder of the Parquet segments, with one folder per table."""
        return self.root / "tables"

    @property
    def raw(self) -> Path:
        """The folder of the payloads as received."""
        return self.root / "raw"

    @property
    def staging(self) -> Path:
        """The folder of prepared payloads and scratch files."""
        return self.root / "staging"

    def version_file(self, version: int) -> Path:
        """The file in `history` of one version."""
        return self.history / f"catalog-{version:06d}.duckdb"

    def kept_versions(self) -> dict[int, Path]:
        """The files in `history` by the number of their version, in ascending order."""
        found = {int(file.stem.removeprefix("catalog-")): file for file in self.history.glob("catalog-*.duckdb")}
        return dict(sorted(found.items()))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; other writers wait. The operating system releases it when its holder dies."""
        self.check_name()
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / "writer.lock"):
            yield


def sync(path: Path) -> None:
    """Flush the content of a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

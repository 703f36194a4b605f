"""Where things lie in a lake, how its one writer is chosen, and how a file is made durable."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

CATALOG = "catalog.duckdb"
FORMAT = 1
"""The layout of a lake; raised when code before it could not read the new one."""


@dataclass(frozen=True)
class Lake:
    """A lake by its root folder."""

    root: Path

    @classmethod
    def at(cls, root: str | os.PathLike[str]) -> "Lake":
        """The lake at this folder, its path made absolute: DuckDB's views name files by absolute path."""
        return cls(Path(root).expanduser().resolve())

    @property
    def catalog(self) -> Path:
        """What analysts open."""
        return self.root / CATALOG

    @property
    def history(self) -> Path:
        """Every kept version of the catalog."""
        return self.root / "history"

    @property
    def tables(self) -> Path:
        """Immutable Parquet segments, a folder a table."""
        return self.root / "tables"

    @property
    def raw(self) -> Path:
        """Payloads as received."""
        return self.root / "raw"

    @property
    def staging(self) -> Path:
        """Prepared payloads that are not committed yet."""
        return self.root / "staging"

    def version_file(self, version: int) -> Path:
        """The catalog of one version."""
        return self.history / f"catalog-{version:06d}.duckdb"

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock: one writer at a time, others wait. The kernel frees it when its holder dies."""
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / "writer.lock"):
            yield


def sync(path: Path) -> None:
    """Flush a file's or a folder's content to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

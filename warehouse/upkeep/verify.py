"""Check that every file a catalog names exists with its size and checksum, e.g. after copying a lake."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalog.segments import sha256
from warehouse.lake import Lake


@dataclass(frozen=True)
class Fault:
    """A file that is missing or damaged: its path relative to the lake, and the problem."""

    path: str
    problem: str


def verify(lake: Lake, connection: duckdb.DuckDBPyConnection) -> tuple[int, list[Fault]]:
    """Check all segments and payloads of the version that `connection` reads; returns their number and the faults."""
    named = connection.execute(
        "SELECT path, bytes, sha256 FROM segments"
        " UNION SELECT payload, bytes, sha256 FROM windows WHERE payload IS NOT NULL ORDER BY path"
    ).fetchall()
    faults = [
        Fault(path, problem) for path, size, digest in named if (problem := _problem(lake.root / path, size, digest))
    ]
    return len(named), faults


def _problem(path: Path, size: int, digest: str) -> str | None:
    if not path.is_file():
        return "missing"
    if path.stat().st_size != size:
        return f"has {path.stat().st_size} bytes instead of {size}"
    return None if sha256(path) == digest else "wrong checksum (SHA-256): the content is not as written"

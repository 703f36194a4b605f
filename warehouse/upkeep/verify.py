"""Is a copy of a lake whole? Every segment its catalog names must be there, of its size and checksum."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalog.segments import sha256
from warehouse.lake import Lake


@dataclass(frozen=True)
class Fault:
    """What is wrong with one file."""

    path: str
    problem: str


def verify(lake: Lake, connection: duckdb.DuckDBPyConnection) -> tuple[int, list[Fault]]:
    """Check every segment and kept payload of the version `connection` reads; files checked, and the faults found."""
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
        return f"{path.stat().st_size} bytes, not {size}"
    return None if sha256(path) == digest else "its content is not what was written (checksum)"

"""Check that every file a catalog names exists with its size and checksum, e.g. after copying a lake."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.catalog.publish import current_file, open_catalog, read_file
from warehouse.catalog.segments import SCHEMA_FILE, schema_file_is_sound, sha256
from warehouse.commit.ledger import sidecar_problem
from warehouse.errors import LakeError
from warehouse.lake import Lake


@dataclass(frozen=True)
class Fault:
    """A file that is missing or damaged: its path relative to the lake, and the problem."""

    path: str
    problem: str


def verify(lake: Lake, connection: duckdb.DuckDBPyConnection) -> tuple[int, list[Fault]]:
    """Check every file that a query or a commit opens; returns the number of files and the faults.

    These are the segments and payloads of the version that `connection` reads, the schema files, and all
    kept catalogs.
    """
    named = connection.execute(
        "SELECT path, bytes, sha256 FROM segments"
        " UNION SELECT payload, bytes, sha256 FROM windows WHERE payload IS NOT NULL ORDER BY path"
    ).fetchall()
    problems = {path: _problem(lake.root / path, size, digest) for path, size, digest in named}
    others = {**check_schema_files(lake), **check_catalogs(lake)}
    problems |= {path.relative_to(lake.root).as_posix(): problem for path, problem in others.items()}
    payloads = connection.execute("SELECT DISTINCT payload FROM windows WHERE payload IS NOT NULL").fetchall()
    sidecars = {f"{path}.json": sidecar_problem(lake.root / path) for (path,) in payloads}
    problems |= {path: f"this file, {problem}" for path, problem in sidecars.items() if problem}
    return len(problems), [Fault(path, problem) for path, problem in problems.items() if problem]


def check_schema_files(lake: Lake) -> dict[Path, str | None]:
    """The problem, None if there is none, of each schema file that the lake has or its current catalog names."""
    # The catalog file itself is asked: where a schema file is damaged, `connect` gives views that do without.
    with open_catalog(current_file(lake)) as connection:
        views = connection.execute("SELECT sql FROM duckdb_views() WHERE schema_name = 'stored'").fetchall()
    named = {lake.root / path for (sql,) in views for path in _SCHEMA_FILES.findall(sql)}
    present = set(lake.tables.glob(f"*/{SCHEMA_FILE}*.parquet"))
    return {file: _schema_file_problem(file) for file in sorted(named | present)}


_SCHEMA_FILES = re.compile(rf"/(tables/\w+/{SCHEMA_FILE}[0-9a-f-]+\.parquet)'")


def _schema_file_problem(file: Path) -> str | None:
    if not file.is_file():
        return "missing; the next commit writes it again"
    return None if schema_file_is_sound(file) else "damaged; the next commit writes it again"


def check_catalogs(lake: Lake) -> dict[Path, str | None]:
    """The problem, None if there is none, of catalog.duckdb and each kept version: each is read as a whole."""
    return {file: _catalog_problem(file) for file in [lake.catalog, *lake.kept_versions().values()]}


def _catalog_problem(file: Path) -> str | None:
    try:
        read_file(file)
    except (LakeError, OSError) as error:
        return f"{error}; see `hoofbeats recover`"
    return None


def _problem(path: Path, size: int, digest: str) -> str | None:
    if not path.is_file():
        return "missing"
    if path.stat().st_size != size:
        return f"has {path.stat().st_size} bytes instead of {size}"
    return None if sha256(path) == digest else "wrong checksum (SHA-256): the content is not as written"

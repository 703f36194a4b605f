"""A query that a person wrote: one SELECT, with no access to other files, within limits of time, memory and rows."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import LimitError, UnsafeQueryError


@dataclass(frozen=True)
class Limits:
    """What a query may use: rows at most, seconds, memory as DuckDB writes it ("2GB")."""

    rows: int = 100_000
    seconds: float = 300
    memory: str = "2GB"


@dataclass(frozen=True)
class Result:
    """The columns and rows of a query, and whether rows beyond the limit were left out. Names may repeat."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    is_cut: bool = False


def select(connection: duckdb.DuckDBPyConnection, sql: str, folder: Path, limits: Limits | None = None) -> Result:
    """Run one SELECT with no access to any file outside `folder`.

    Raises `UnsafeQueryError` for anything but one SELECT, `LimitError` for one that needs more time or memory.
    """
    allowed = limits or Limits()
    parsed = connection.extract_statements(sql)
    if len(parsed) != 1 or parsed[0].type != duckdb.StatementType.SELECT:
        raise UnsafeQueryError("only one SELECT is allowed here", "open catalog.duckdb in DuckDB yourself for more")
    connection.execute("SET enable_progress_bar = false")  # it would be drawn on stdout
    connection.execute("SET memory_limit = $memory", {"memory": allowed.memory})
    connection.execute("SET allowed_directories = [$folder]", {"folder": f"{folder}/"})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    with _ended_after(connection, allowed.seconds):
        try:
            answer = connection.execute(parsed[0])
            rows = answer.fetchmany(allowed.rows + 1)
        except duckdb.OutOfMemoryException as error:
            raise LimitError(f"the query needs more than {allowed.memory} of memory", "--memory allows more") from error
    columns = [column[0] for column in answer.description or ()]
    return Result(columns, rows[: allowed.rows], is_cut=len(rows) > allowed.rows)


@contextlib.contextmanager
def _ended_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what the connection does after some seconds; raises `LimitError` then."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise LimitError(f"the query took longer than {seconds:g} s and was ended", "--timeout allows more") from error
    finally:
        timer.cancel()

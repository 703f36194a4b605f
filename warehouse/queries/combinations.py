"""Combinations of concepts, and the queries of sql/queries that answer questions about them, with bound values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from transforms.counting.filters import Filters
from warehouse.catalog.sql import statement
from warehouse.errors import UnknownTermError, UnsafeQueryError

Row = dict[str, Any]
ALTERNATIVE = "|"


@dataclass(frozen=True)
class Concept:
    """A concept a term stands for."""

    concept_id: str
    name: str


@dataclass(frozen=True)
class Combination:
    """Groups of alternative concepts to be found together, and the filters of the count."""

    groups: tuple[tuple[Concept, ...], ...]
    filters: Filters = Filters()

    @classmethod
    def of_terms(
        cls, connection: duckdb.DuckDBPyConnection, terms: Iterable[str], filters: Filters | None = None
    ) -> "Combination":
        """The combination of some terms, one group a term; raises `UnknownTermError` (see `resolve`)."""
        return cls(tuple(resolve(connection, term) for term in terms), filters or Filters())

    @property
    def label(self) -> str:
        """The names of the concepts: "Leukemia or Leukemic Infiltration AND Lymph Nodes"."""
        return " AND ".join(" or ".join(concept.name for concept in group) for group in self.groups)

    @property
    def parameters(self) -> Row:
        """The values to bind in the queries of sql/queries that take a combination."""
        groups = [[concept.concept_id for concept in group] for group in self.groups]
        return {"groups": groups, **self.filters.values()}


def rows(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None) -> list[Row]:
    """Run one query of sql/queries and return its rows as dictionaries."""
    return dictionaries(connection.execute(statement("queries", query), dict(values) if values else None))


def resolve(connection: duckdb.DuckDBPyConnection, term: str) -> tuple[Concept, ...]:
    """A term (names or CURIEs, '|' between alternatives) as concepts.

    Raises `UnknownTermError` with the nearest names, or saying that the concept is not among those counted.
    """
    return tuple(_resolve_one(connection, part.strip()) for part in term.split(ALTERNATIVE) if part.strip())


def _resolve_one(connection: duckdb.DuckDBPyConnection, term: str) -> Concept:
    found = rows(connection, "term_by_id", {"term": term}) or rows(connection, "term_by_name", {"term": term})
    if not found:
        near = ", ".join(f'"{row["name"]}"' for row in rows(connection, "nearest_names", {"term": term}))
        raise UnknownTermError(f'no concept is called "{term}"', f"did you mean {near}?" if near else "")
    if not found[0]["counted"]:
        raise UnknownTermError(
            f'{found[0]["concept_id"]} "{found[0]["name"]}" is not counted',
            "the setting HOOFBEATS_CATEGORIES says which categories are; check tags such as Humans never are",
        )
    return Concept(found[0]["concept_id"], found[0]["name"])


def select(connection: duckdb.DuckDBPyConnection, sql: str, folder: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one SELECT with no access to any file outside `folder`: column names and rows.

    Raises `UnsafeQueryError` for anything but one SELECT.
    """
    parsed = connection.extract_statements(sql)
    if len(parsed) != 1 or parsed[0].type != duckdb.StatementType.SELECT:
        raise UnsafeQueryError("only one SELECT is allowed here", "open catalog.duckdb in DuckDB yourself for more")
    connection.execute("SET allowed_directories = [$folder]", {"folder": f"{folder}/"})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    answer = connection.execute(parsed[0])
    return [column[0] for column in answer.description or ()], answer.fetchall()


def dictionaries(answer: duckdb.DuckDBPyConnection) -> list[Row]:
    """The rows of a result as dictionaries keyed by column name."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

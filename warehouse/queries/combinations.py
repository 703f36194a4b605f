"""The questions one asks of a lake, each a query of sql/queries with its values bound."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

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
    """What is looked for together: groups of alternative concepts, and how."""

    groups: tuple[tuple[Concept, ...], ...]
    basis: str = "any"
    level: str = "article"
    exact: bool = False
    include_retracted: bool = False
    as_of: str | None = None
    only_case_reports: bool = False
    from_year: int | None = None
    to_year: int | None = None

    @property
    def words(self) -> str:
        """The groups by the names of their concepts."""
        return " AND ".join(" or ".join(concept.name for concept in group) for group in self.groups)

    @property
    def values(self) -> Row:
        """The values of the queries' parameters."""
        return {
            "groups": [[concept.concept_id for concept in group] for group in self.groups],
            "basis": self.basis,
            "level": self.level,
            "exact": self.exact,
            "include_retracted": self.include_retracted,
            "as_of": self.as_of,
            "only_case_reports": self.only_case_reports,
            "from_year": self.from_year,
            "to_year": self.to_year,
        }


def rows(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None) -> list[Row]:
    """The answer to one of sql/queries, as dictionaries."""
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
    """The rows of an answer, by the names of its columns."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

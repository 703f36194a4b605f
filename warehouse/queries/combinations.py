"""Combinations of concepts, and the queries of sql/queries that answer questions about them, with bound values."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from transforms.counting.filters import FilterError, Filters
from warehouse.catalog.sql import statement
from warehouse.queries.terms import Concept, resolve

Row = dict[str, Any]


@dataclass(frozen=True)
class Combination:
    """Groups of alternative concepts to be found together, and the filters of the count."""

    groups: tuple[tuple[Concept, ...], ...]
    filters: Filters = Filters()

    @classmethod
    def of_terms(
        cls, connection: duckdb.DuckDBPyConnection, terms: Iterable[str], filters: Filters | None = None
    ) -> "Combination":
        """The combination of some terms, one group a term.

        Raises `UnknownTermError` (see `resolve`), and `FilterError` for an as_of before the first record entered.
        """
        asked = filters or Filters()
        if asked.as_of is not None:
            _check_as_of(connection, asked.as_of)
        return cls(tuple(resolve(connection, term) for term in terms), asked)

    @property
    def label(self) -> str:
        """The names of the concepts: "Leukemia or Leukemic Infiltration AND Lymph Nodes"."""
        return " AND ".join(" or ".join(concept.name for concept in group) for group in self.groups)

    @property
    def read_as(self) -> list[Row]:
        """What typed words were read as, where they are neither the name nor the id of the concept."""
        concepts = (concept for group in self.groups for concept in group if concept.is_interpreted)
        return [{"term": one.term, "concept_id": one.concept_id, "name": one.name} for one in concepts]

    @property
    def parameters(self) -> Row:
        """The values to bind in the queries of sql/queries that take a combination."""
        groups = [[concept.concept_id for concept in group] for group in self.groups]
        return {"groups": groups, **self.filters.values()}


def rows(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None) -> list[Row]:
    """Run one query of sql/queries and return its rows as dictionaries."""
    return dictionaries(connection.execute(statement("queries", query), dict(values) if values else None))


MOST_FOR_PREPRINTS = 1000
"""Articles up to which preprints are looked for beside a count."""


def find_preprints(connection: duckdb.DuckDBPyConnection, combination: Combination, articles: int) -> list[Row]:
    """The pairs among the articles of a count of which one is the preprint of the other: article_id of related_id.

    None for a count of more than `MOST_FOR_PREPRINTS` articles, of which nobody reads every one.
    """
    if not 1 < articles <= MOST_FOR_PREPRINTS:
        return []
    matching = [row["article_id"] for row in rows(connection, "matching", combination.parameters)]
    return rows(connection, "preprints", {"articles": matching})


MOST_FOR_CASES = 100
"""Articles up to which the patients they report are added up beside a count."""


def count_reported_cases(connection: duckdb.DuckDBPyConnection, combination: Combination, articles: int) -> Row | None:
    """The patients that the case reports of a small count report: case_reports, of which with_number, and cases.

    `articles` is the count; None where it is 0 or above `MOST_FOR_CASES`, or where no case report is among them.
    """
    if not 0 < articles <= MOST_FOR_CASES:
        return None
    [row] = rows(connection, "reported_cases", combination.parameters)
    return row if row["case_reports"] else None


def _check_as_of(connection: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    """Raise `FilterError` where nothing had entered by that day: 0 would be read as an answer."""
    [(articles, first)] = connection.execute(statement("queries", "first_entry")).fetchall()
    if articles and (first is None or as_of < first):
        known = "no record has a day of entry" if first is None else f"the first record entered on {first}"
        raise FilterError(f"as_of {as_of} cannot be answered: {known}")


def dictionaries(answer: duckdb.DuckDBPyConnection) -> list[Row]:
    """The rows of a result as dictionaries keyed by column name."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

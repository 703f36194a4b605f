"""Terms that people type, resolved to concepts as the annotation reads the same words in a text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from transforms.vocabulary.terms import find_meanings, likely_stems, listed_concepts
from warehouse.catalog.sql import statement
from warehouse.errors import AmbiguousTermError, EmptyTermError, UnknownTermError

ALTERNATIVE = "|"


@dataclass(frozen=True)
class Concept:
    """A concept a term stands for."""

    concept_id: str
    name: str


def resolve(connection: duckdb.DuckDBPyConnection, term: str) -> tuple[Concept, ...]:
    """A term (names or CURIEs, '|' between alternatives) as concepts, in order and without repetition.

    Raises `EmptyTermError` for a term or alternative without a word; `UnknownTermError` with the nearest names, or
    saying that the concept is not among those counted; `AmbiguousTermError` with the concepts a name may stand for.
    """
    parts = [part.strip() for part in term.split(ALTERNATIVE)]
    if not all(parts):
        within = f" in {term!r}" if len(parts) > 1 else ""
        raise EmptyTermError(f"a term is empty{within}", "write a name or an id; check the variable it comes from")
    return tuple(dict.fromkeys(concept for part in parts for concept in _resolve_one(connection, part)))


def _resolve_one(connection: duckdb.DuckDBPyConnection, term: str) -> list[Concept]:
    """The concept with this id or name: one, or one of each vocabulary that has the name."""
    named = _rows(connection, "term_by_name", {"term": term})
    found = (
        _rows(connection, "term_by_id", {"term": term})
        or [row for row in named if row["is_preferred"]]
        or _as_in_texts(connection, term)
        or named
    )
    if not found:
        near = ", ".join(f'"{row["name"]}"' for row in _rows(connection, "nearest_names", {"term": term}))
        raise UnknownTermError(f'no concept is called "{term}"', f"did you mean {near}?" if near else "")
    counted = [row for row in found if row["counted"]]
    if not counted:
        raise UnknownTermError(
            f'{found[0]["concept_id"]} "{found[0]["name"]}" is not counted',
            "the setting HOOFBEATS_CATEGORIES says which categories are; check tags such as Humans never are",
        )
    vocabularies = Counter(row["concept_id"].partition(":")[0] for row in counted)
    if max(vocabularies.values()) > 1:
        candidates = ", ".join(f'"{row["name"]}" ({row["concept_id"]})' for row in counted)
        raise AmbiguousTermError(f'"{term}" names several concepts', f"write one of them: {candidates}")
    return [Concept(row["concept_id"], row["name"]) for row in counted]


def _as_in_texts(connection: duckdb.DuckDBPyConnection, term: str) -> list[dict[str, Any]]:
    """The counted concepts that the annotation would recognize in a text of these words."""
    values = {"stems": likely_stems(term), "listed": listed_concepts(term)}
    concepts = connection.sql(statement("queries", "likely_concepts"), params=values).to_arrow_table()
    ids: Sequence[str] = concepts["concept_id"].to_pylist()
    names = connection.sql(statement("queries", "names_of_concepts"), params={"concepts": ids}).to_arrow_table()
    meanings = set(find_meanings(term, concepts, names))
    found = concepts.select(["concept_id", "name", "counted"]).to_pylist()
    return [row for row in found if row["concept_id"] in meanings]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    answer = connection.execute(statement("queries", query), values)
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]

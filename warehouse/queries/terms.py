"""Terms that people type, resolved to concepts as the annotation reads the same words in a text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from transforms.text.word_forms import lemmas
from transforms.vocabulary.terms import acronym_of, find_meanings, initials_pattern, likely_stems, listed_concepts
from warehouse.catalog.sql import statement
from warehouse.errors import AmbiguousTermError, EmptyTermError, UnknownTermError

ALTERNATIVE = "|"
_MEANINGS_SHOWN = 8
_RARER = 10


@dataclass(frozen=True)
class Concept:
    """A concept a term stands for; term: the words it was read from, "" where nobody typed any."""

    concept_id: str
    name: str
    term: str = field(default="", compare=False)

    @property
    def is_interpreted(self) -> bool:
        """Whether the typed words are another spelling or name, which an answer has to show: "leukaemia"."""
        return self.term.lower() not in ("", self.name.lower(), self.concept_id.lower())


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
        or _interpret(connection, term, named)
    )
    if not found:
        nearest = _rows(connection, "nearest_names", {"term": term, "stems": likely_stems(term)})
        near = ", ".join(f'"{row["name"]}"' for row in nearest)
        raise UnknownTermError(f'no concept is called "{term}"', f"did you mean {near}?" if near else "")
    counted = [row for row in found if row["counted"]]
    if not counted:
        raise UnknownTermError(
            f'{found[0]["concept_id"]} "{found[0]["name"]}" is not counted',
            "the setting HOOFBEATS_CATEGORIES says which categories are; check tags such as Humans never are",
        )
    vocabularies = Counter(row["concept_id"].partition(":")[0] for row in counted)
    if max(vocabularies.values()) > 1:
        raise _ambiguous(term, counted)
    return [Concept(row["concept_id"], row["name"], term) for row in counted]


def _ambiguous(term: str, meanings: Sequence[dict[str, Any]]) -> AmbiguousTermError:
    """The error for a term of several meanings: the first of them by name and id, either of which names it."""
    return AmbiguousTermError(
        f'"{term}" names several concepts', f"write one of them, by name or id: {_shown(meanings)}"
    )


def _shown(concepts: Sequence[dict[str, Any]]) -> str:
    """The first of some concepts, by name and id."""
    shown = ", ".join(f'"{row["name"]}" ({row["concept_id"]})' for row in concepts[:_MEANINGS_SHOWN])
    return shown + (f" and {len(concepts) - _MEANINGS_SHOWN} more" if len(concepts) > _MEANINGS_SHOWN else "")


def _interpret(connection: duckdb.DuckDBPyConnection, term: str, named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The concepts that a term stands for, which is no preferred name; `named`: those that have it as another name.

    Words in capitals are an acronym first ("ITP"), others are read as in a text first ("gout" may be one too).
    """
    acronym = acronym_of(term)
    if acronym is not None and term.startswith(acronym):
        return _as_acronym(connection, term, acronym) or _as_in_texts(connection, term) or named
    found = _as_in_texts(connection, term)
    if not found and acronym is not None:
        found = _as_acronym(connection, term, acronym, is_other_name=bool(named))
    return found or named


def _as_acronym(
    connection: duckdb.DuckDBPyConnection, term: str, acronym: str, *, is_other_name: bool = False
) -> list[dict[str, Any]]:
    """The concepts that a short acronym stands for where the vocabulary knows one meaning.

    `is_other_name`: whether the term, not in capitals, is a name of some concept. Raises `AmbiguousTermError` where an
    acronym has several meanings, `UnknownTermError` where it is no name but the initials of some.
    """
    rows = _rows(connection, "acronym_meanings", {"acronym": acronym, "initials": initials_pattern(acronym)})
    named = [row for row in rows if row["has_acronym"]]
    if not named:
        if rows and not is_other_name:
            raise UnknownTermError(f'no concept is called "{term}"', f"did you mean {_shown(rows)}?")
        return []
    meanings = _competing_meanings(rows, named)
    if len(meanings) > 1 and not _have_a_name_in_common(connection, [row["concept_id"] for row in meanings], acronym):
        raise _ambiguous(term, meanings)
    return named


def _competing_meanings(rows: list[dict[str, Any]], named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The concepts with the acronym as a name, and the diseases of these initials that a reader may mean instead.

    A text defines its acronyms; a term has no such text. "ITP" is a name of inosine triphosphate, and most who type it
    mean idiopathic thrombocytopenic purpura. Such a disease does not compete with "AIDS", whose own concept has a name
    of these initials, nor where it has less than a tenth of the articles ("ATP").
    """
    if any(row["has_initials"] for row in named):
        return named
    least = max(row["articles"] for row in named) / _RARER
    return [row for row in rows if row["has_acronym"] or row["articles"] >= least]


def _have_a_name_in_common(connection: duckdb.DuckDBPyConnection, ids: Sequence[str], acronym: str) -> bool:
    """Whether concepts of different vocabularies are one disease: all share a name other than the acronym."""
    names: dict[str, set[tuple[str, ...]]] = {id_: set() for id_ in ids}
    for row in _rows(connection, "names_of_concepts", {"concepts": ids}):
        if row["name"].lower() != acronym.lower():
            names[row["concept_id"]].add(lemmas(row["name"]))
    return bool(set.intersection(*names.values()))


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

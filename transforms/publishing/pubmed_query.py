"""A combination as a PubMed query, so that a count can be repeated there approximately.

PubMed reads neither negations nor sentences, so the two counts are close and not equal.

Source of the field tags: NLM, "PubMed User Guide", "Search field tags".
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.counting.filters import Filters

MOST_NAMES = 20
"""How many names of a concept are searched for in title and abstract."""
_NOTICES = ("Retracted Publication", "Retraction of Publication", "Published Erratum")
_MESH_DESCRIPTOR = "MESH:D"


class Searched(NamedTuple):
    """A concept: its id, its preferred name and all its names."""

    concept_id: str
    name: str
    names: Sequence[str]


def pubmed_query(groups: Iterable[Sequence[Searched]], filters: Filters) -> str:
    """The query: groups joined by AND, their concepts by OR; headings explode unless `exact`."""
    query = " AND ".join(_any(part for concept in group for part in _concept(concept, filters)) for group in groups)
    for part in _limits(filters):
        query += f" AND {part}"
    if not filters.include_retracted:
        query += "".join(f' NOT "{publication_type}"[pt]' for publication_type in _NOTICES)
    return query


def _concept(concept: Searched, filters: Filters) -> list[str]:
    parts = []
    if filters.basis != "text" and concept.concept_id.startswith(_MESH_DESCRIPTOR):
        parts.append(f"{_quoted(concept.name)}[{'MeSH Terms:noexp' if filters.exact else 'MeSH Terms'}]")
    if filters.basis != "index" or not parts:
        names = dict.fromkeys([concept.name, *concept.names])
        parts += [f"{_quoted(name)}[tiab]" for name in list(names)[:MOST_NAMES]]
    return parts


def _limits(filters: Filters) -> Iterable[str]:
    if filters.only_case_reports:
        yield '"Case Reports"[pt]'
    if filters.only_humans:
        yield '"Humans"[MeSH Terms:noexp]'
    if filters.from_year is not None or filters.to_year is not None:
        yield f"{filters.from_year or 1000}:{filters.to_year or 3000}[dp]"
    if filters.as_of is not None:
        yield f"1000/01/01:{filters.as_of:%Y/%m/%d}[edat]"


def _any(parts: Iterable[str]) -> str:
    return f"({' OR '.join(dict.fromkeys(parts))})"


def _quoted(name: str) -> str:
    return '"' + " ".join(name.replace('"', " ").split()) + '"'

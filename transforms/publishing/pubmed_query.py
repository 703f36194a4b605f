"""A combination as a query of PubMed, to be repeated there: close, for PubMed neither reads negations nor sentences.

Source of the field tags: NLM, "PubMed User Guide", "Search field tags".
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_NAMES = 20
"""Names of a concept that are searched for in title and abstract."""
_OUTSIDE = ("Retracted Publication", "Retraction of Publication", "Published Erratum")
_MESH_DESCRIPTOR = "MESH:D"


class Searched(NamedTuple):
    """A concept: its id, its preferred name and all its names."""

    concept_id: str
    name: str
    names: Sequence[str]


class Limits(NamedTuple):
    """What narrows a count; as the options of `hoofbeats count`."""

    basis: str = "any"
    exact: bool = False
    include_retracted: bool = False
    only_case_reports: bool = False
    from_year: int | None = None
    to_year: int | None = None
    as_of: str | None = None


def pubmed_query(groups: Iterable[Sequence[Searched]], limits: Limits) -> str:
    """The query: groups joined by AND, their concepts by OR; headings explode unless `exact`."""
    told = " AND ".join(_any(part for each in group for part in _concept(each, limits)) for group in groups)
    for part in _limits(limits):
        told += f" AND {part}"
    if not limits.include_retracted:
        told += "".join(f' NOT "{kind}"[pt]' for kind in _OUTSIDE)
    return told


def _concept(concept: Searched, limits: Limits) -> list[str]:
    parts = []
    if limits.basis != "text" and concept.concept_id.startswith(_MESH_DESCRIPTOR):
        parts.append(f"{_quoted(concept.name)}[{'MeSH Terms:noexp' if limits.exact else 'MeSH Terms'}]")
    if limits.basis != "index" or not parts:
        names = dict.fromkeys([concept.name, *concept.names])
        parts += [f"{_quoted(name)}[tiab]" for name in list(names)[:MOST_NAMES]]
    return parts


def _limits(limits: Limits) -> Iterable[str]:
    if limits.only_case_reports:
        yield '"Case Reports"[pt]'
    if limits.from_year is not None or limits.to_year is not None:
        yield f"{limits.from_year or 1000}:{limits.to_year or 3000}[dp]"
    if limits.as_of is not None:
        yield f"1000/01/01:{limits.as_of.replace('-', '/')}[edat]"


def _any(parts: Iterable[str]) -> str:
    return f"({' OR '.join(dict.fromkeys(parts))})"


def _quoted(name: str) -> str:
    return '"' + " ".join(name.replace('"', " ").split()) + '"'

"""What stands beside a small count: the counts with one group left out or widened, and the names searched for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from transforms.rarity import expected_given_subsets
from warehouse.queries.combinations import Combination, Concept, Row, rows

SMALL = 4
"""Articles up to which a count is small: what rare_cooccurrences calls rare."""

_PARENTS = 3
_FEWEST_FOR_SUBSETS = 3


@dataclass(frozen=True)
class Beside:
    """What a count is read beside.

    without: (name, articles) with one group left out, in the groups' order; wider: the same with one group widened to a
    concept above it; searched: a row a concept (concept_id, name, names, below); expected_given_pairs: articles
    expected of the most telling part and the remaining group, None for fewer than three groups.
    """

    without: tuple[Row, ...] = ()
    wider: tuple[Row, ...] = ()
    searched: tuple[Row, ...] = ()
    expected_given_pairs: float | None = None


def beside(connection: duckdb.DuckDBPyConnection, combination: Combination, counted: Row) -> Beside:
    """What to show beside a count (`counted`: its row of `counts`): all of it where it is small."""
    groups = combination.groups
    many = len(groups) >= _FEWEST_FOR_SUBSETS
    small = counted["articles"] <= SMALL
    without = tuple(_without(connection, combination)) if len(groups) > 1 and (small or many) else ()
    given_pairs = _given_pairs(connection, combination, without, counted["population"]) if many else None
    if not small:
        return Beside(expected_given_pairs=given_pairs)
    return Beside(
        without, tuple(_wider(connection, combination)), tuple(searched(connection, combination)), given_pairs
    )


def _without(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    found = []
    for number, group in enumerate(combination.groups):
        left = (*combination.groups[:number], *combination.groups[number + 1 :])
        found.append({"group": number + 1, "name": _name(group), "articles": _articles(connection, combination, left)})
    return found


def _wider(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    found = []
    for number, group in enumerate(combination.groups):
        ids = [concept.concept_id for concept in group]
        for parent in rows(connection, "parents", {"concepts": ids, "limit": _PARENTS}):
            widened = (*group, Concept(parent["concept_id"], parent["name"]))
            groups = (*combination.groups[:number], widened, *combination.groups[number + 1 :])
            told = {
                "group": number + 1,
                "name": _name(group),
                "parent_id": parent["concept_id"],
                "parent": parent["name"],
            }
            found.append({**told, "articles": _articles(connection, combination, groups)})
    return found


def searched(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    """What is searched for: a row a concept, with the number of its group, its names, and how many stand below it."""
    return [
        {"group": number, **row}
        for number, group in enumerate(combination.groups, 1)
        for row in rows(
            connection,
            "searched",
            {"concepts": [concept.concept_id for concept in group], "exact": combination.exact},
        )
    ]


def _given_pairs(
    connection: duckdb.DuckDBPyConnection, combination: Combination, without: Sequence[Row], population: int
) -> float | None:
    if not population:
        return None
    alone = [_articles(connection, replace(combination, level="article"), (group,)) for group in combination.groups]
    return float(expected_given_subsets([row["articles"] for row in without], alone, population))


def _articles(
    connection: duckdb.DuckDBPyConnection, combination: Combination, groups: tuple[tuple[Concept, ...], ...]
) -> int:
    return int(rows(connection, "counts", replace(combination, groups=groups).values)[0]["articles"])


def _name(group: Sequence[Concept]) -> str:
    return " or ".join(concept.name for concept in group)

"""Near misses of a small count: the counts with one group left out or widened, and the names that were searched for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from transforms.rarity import expected_given_subsets
from warehouse.queries.combinations import Combination, Concept, Row, rows

SMALL_COUNT = 4
"""Articles up to which a count is small: the limit of rare_cooccurrences."""

_MOST_PARENTS = 3
_FEWEST_GROUPS_FOR_SUBSETS = 3


@dataclass(frozen=True)
class NearMisses:
    """Counts to be read beside a count.

    without: rows (group, name, articles) with one group left out, in the order of the groups; wider: rows (group, name,
    parent_id, parent, articles) with one group widened to a concept above it; searched: rows of `searched`;
    expected_given_pairs: articles expected of the most telling part and the remaining group, None for fewer than three
    groups.
    """

    without: tuple[Row, ...] = ()
    wider: tuple[Row, ...] = ()
    searched: tuple[Row, ...] = ()
    expected_given_pairs: float | None = None


def find_near_misses(connection: duckdb.DuckDBPyConnection, combination: Combination, counted: Row) -> NearMisses:
    """The near misses of a count (`counted`: its row of query `counts`); for large counts the expectation alone."""
    groups = combination.groups
    many = len(groups) >= _FEWEST_GROUPS_FOR_SUBSETS
    small = counted["articles"] <= SMALL_COUNT
    without = tuple(_without(connection, combination)) if len(groups) > 1 and (small or many) else ()
    given_pairs = _given_pairs(connection, combination, without, counted["population"]) if many else None
    if not small:
        return NearMisses(expected_given_pairs=given_pairs)
    return NearMisses(
        without, tuple(_wider(connection, combination)), tuple(searched(connection, combination)), given_pairs
    )


def searched(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    """The concepts searched for: rows (group, concept_id, name, names, below); `below` is the number of descendants."""
    return [
        {"group": number, **row}
        for number, group in enumerate(combination.groups, 1)
        for row in rows(
            connection,
            "searched",
            {"concepts": [concept.concept_id for concept in group], "exact": combination.filters.exact},
        )
    ]


def _without(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    counts = []
    for number, group in enumerate(combination.groups):
        others = (*combination.groups[:number], *combination.groups[number + 1 :])
        articles = _articles(connection, replace(combination, groups=others))
        counts.append({"group": number + 1, "name": _name(group), "articles": articles})
    return counts


def _wider(connection: duckdb.DuckDBPyConnection, combination: Combination) -> list[Row]:
    counts = []
    for number, group in enumerate(combination.groups):
        ids = [concept.concept_id for concept in group]
        for parent in rows(connection, "parents", {"concepts": ids, "limit": _MOST_PARENTS}):
            widened = (*group, Concept(parent["concept_id"], parent["name"]))
            groups = (*combination.groups[:number], widened, *combination.groups[number + 1 :])
            counts.append(
                {
                    "group": number + 1,
                    "name": _name(group),
                    "parent_id": parent["concept_id"],
                    "parent": parent["name"],
                    "articles": _articles(connection, replace(combination, groups=groups)),
                }
            )
    return counts


def _given_pairs(
    connection: duckdb.DuckDBPyConnection, combination: Combination, without: Sequence[Row], population: int
) -> float | None:
    if not population:
        return None
    by_article = replace(combination.filters, level="article")  # a single group shares no sentence with another
    alone = [_articles(connection, Combination((group,), by_article)) for group in combination.groups]
    return float(expected_given_subsets([row["articles"] for row in without], alone, population))


def _articles(connection: duckdb.DuckDBPyConnection, combination: Combination) -> int:
    return int(rows(connection, "counts", combination.parameters)[0]["articles"])


def _name(group: Sequence[Concept]) -> str:
    return " or ".join(concept.name for concept in group)

"""Near misses of a small count: the counts with one group left out or widened, and the names that were searched for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from transforms.rarity import expected_given_subsets
from warehouse.queries.combinations import Combination, Row, rows
from warehouse.queries.terms import Concept

SMALL_COUNT = 4
"""Articles up to which a count is small: the limit of rare_cooccurrences."""

_MOST_PARENTS = 3
_MOST_GROUPS = 62
"""Groups that fit into the bits of a BIGINT."""

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
    if not small and not many:
        return NearMisses()
    widened = list(_widened(connection, combination)) if small else []
    everything = (1 << len(groups)) - 1 << 1
    without = {number: everything & ~(1 << number) for number in range(1, len(groups) + 1)} if len(groups) > 1 else {}
    wider = [
        everything & ~(1 << row["group"]) | 1 << number for number, (row, _) in enumerate(widened, len(groups) + 1)
    ]
    asked = replace(combination, groups=(*groups, *(group for _, group in widened)))
    articles = _articles(connection, asked, [*without.values(), *wider])
    without_rows = [
        {"group": number, "name": _name(groups[number - 1]), "articles": articles[mask]}
        for number, mask in without.items()
    ]
    wider_rows = [{**row, "articles": articles[mask]} for (row, _), mask in zip(widened, wider, strict=True)]
    given_pairs = None
    if many and counted["expected"] is not None:
        given_pairs = _given_pairs(connection, combination, without_rows, counted["population"])
    if not small:
        return NearMisses(expected_given_pairs=given_pairs)
    return NearMisses(tuple(without_rows), tuple(wider_rows), tuple(searched(connection, combination)), given_pairs)


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


def _widened(
    connection: duckdb.DuckDBPyConnection, combination: Combination
) -> Iterator[tuple[Row, tuple[Concept, ...]]]:
    """The groups with a concept above theirs added: rows (group, name, parent_id, parent), and the wider group."""
    left = _MOST_GROUPS - len(combination.groups)
    for number, group in enumerate(combination.groups, 1):
        ids = [concept.concept_id for concept in group]
        for parent in rows(connection, "parents", {"concepts": ids, "limit": min(_MOST_PARENTS, max(left, 0))}):
            left -= 1
            row = {
                "group": number, "name": _name(group), "parent_id": parent["concept_id"], "parent": parent["name"]
            }  # fmt: skip
            yield row, (*group, Concept(parent["concept_id"], parent["name"]))


def _given_pairs(
    connection: duckdb.DuckDBPyConnection, combination: Combination, without: Sequence[Row], population: int
) -> float | None:
    if not population:
        return None
    by_article = replace(combination.filters, level="article")  # a single group shares no sentence with another
    masks = [1 << number for number in range(1, len(combination.groups) + 1)]
    alone = _articles(connection, replace(combination, filters=by_article), masks)
    parts = [row["articles"] for row in without]
    return float(expected_given_subsets(parts, [alone[mask] for mask in masks], population))


def _articles(connection: duckdb.DuckDBPyConnection, combination: Combination, masks: Sequence[int]) -> dict[int, int]:
    """The number of articles that match all groups whose bits a mask has (bit n: group n, from 1), by mask."""
    found = rows(connection, "near_misses", {**combination.parameters, "masks": masks}) if masks else []
    return {row["mask"]: row["articles"] for row in found}


def _name(group: Sequence[Concept]) -> str:
    return " or ".join(concept.name for concept in group)

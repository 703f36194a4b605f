"""What `count` prints: how many articles, of how many, how surprising; beside a small number, what nearly matched."""

import math
from typing import Any

import duckdb

from flows import terminal as show
from transforms.rarity import MILLION, zero_upper_bound
from warehouse.queries.combinations import Combination, Row, rows
from warehouse.queries.near_misses import Beside, beside

_STATISTICS = ("rate_per_million", "low", "high", "expected", "ic", "ic_low", "ic_high")
_NAMES_SHOWN = 6


def show_count(
    connection: duckdb.DuckDBPyConnection, combination: Combination, *, cite: bool = False, as_json: bool = False
) -> None:
    """How many articles, of how many, since when, how surprising; `cite`: with all that is needed to repeat it."""
    from flows.cli.citation import citation, citation_lines

    found = rows(connection, "counts", combination.values)[0]
    told = citation(connection, combination) if cite else None
    if told and not as_json:
        show.lines(combination.words, *citation_lines(count_lines(found, combination), combination, told))
        return
    near = beside(connection, combination, found)
    if as_json:
        show.as_json({**_contract(found, combination, near), **({"citation": told} if told else {})})
        return
    show.lines(combination.words, *count_lines(found, combination))
    show.lines(*_given_pairs_line(found, near), *_beside_lines(near))


def count_lines(found: Row, combination: Combination) -> list[str]:
    """A count as a person reads it; `found`: its row of `counts`."""
    years = "" if found["from_year"] is None else f", {found['from_year']}-{found['to_year']}"
    told = [
        f"{found['articles']:,} articles of {found['population']:,}{years}"
        f" ({found['with_abstract']:,} with an abstract; basis {combination.basis}, level {combination.level})"
    ]
    if found["rate_per_million"] is None:
        return [*told, "the population is empty: no article is loaded on this basis yet"]
    if found["articles"] == 0:
        told += [f"none seen     at most {show.text(_upper_bound(found))} per million (95 %, one-sided)"]
    told += [
        f"rate          {show.text(found['rate_per_million'])} per million"
        f" (95 %: {show.text(found['low'])} to {show.text(found['high'])})",
        f"expected      {show.text(found['expected'])} if independent;"
        f" information component {found['ic']:.2f} (95 %: {found['ic_low']:.2f} to {found['ic_high']:.2f})",
    ]
    if found["changed_since"]:
        told += [
            f"as of         {combination.as_of}, by today's records: {found['changed_since']:,} of them changed since"
        ]
    if found["retracted"]:
        told += [f"left out      {found['retracted']:,} retracted articles, notices or errata"]
    return told


def _upper_bound(found: Row) -> float | None:
    """The greatest rate a million that a count of zero leaves possible; None for other counts."""
    if found["articles"] or not found["population"]:
        return None
    return float(zero_upper_bound(found["population"])) * MILLION


def _given_pairs(found: Row, near: Beside) -> dict[str, Any]:
    """The information component against what the parts explain: the same limits, of another expectation."""
    names = ("ic_given_pairs", "ic_given_pairs_low", "ic_given_pairs_high")
    if near.expected_given_pairs is None or found["expected"] is None:
        return {"expected_given_pairs": None, **dict.fromkeys(names)}
    shift = math.log2((found["expected"] + 0.5) / (near.expected_given_pairs + 0.5))
    values = (found[name] + shift for name in ("ic", "ic_low", "ic_high"))
    return {"expected_given_pairs": near.expected_given_pairs, **dict(zip(names, values, strict=True))}


def _given_pairs_line(found: Row, near: Beside) -> list[str]:
    told = _given_pairs(found, near)
    if told["expected_given_pairs"] is None:
        return []
    return [
        f"given parts   {show.text(told['expected_given_pairs'])} expected where the most telling part meets the rest;"
        f" information component {told['ic_given_pairs']:.2f}"
        f" (95 %: {told['ic_given_pairs_low']:.2f} to {told['ic_given_pairs_high']:.2f})"
    ]


def _beside_lines(near: Beside) -> list[str]:
    told = [f"near misses   {row['articles']:,} without {row['name']}" for row in near.without if near.searched]
    told += [f"              {row['articles']:,} with {row['name']} widened to {_parent(row)}" for row in near.wider]
    for row in near.searched:
        names = "; ".join(row["names"][:_NAMES_SHOWN])
        more = f" and {len(row['names']) - _NAMES_SHOWN:,} more" if len(row["names"]) > _NAMES_SHOWN else ""
        below = f"; {row['below']:,} concepts below" if row["below"] else ""
        told.append(f"searched for  {row['concept_id']} {names}{more}{below}")
    return told


def _parent(row: Row) -> str:
    return f"{row['parent']} ({row['parent_id']})"


def _contract(found: Row, combination: Combination, near: Beside) -> Row:
    return {
        "version": found["version"],
        "as_of": combination.as_of,
        "basis": combination.basis,
        "level": combination.level,
        "combination": [
            [{"concept_id": concept.concept_id, "name": concept.name} for concept in group]
            for group in combination.groups
        ],
        "articles": found["articles"],
        "population": found["population"],
        **{name: found[name] for name in _STATISTICS},
        "retracted": found["retracted"],
        "changed_since": found["changed_since"],
        "coverage": {
            "from": found["from_year"],
            "to": found["to_year"],
            "articles": found["population"],
            "with_abstract": found["with_abstract"],
        },
        "zero_upper_bound": _upper_bound(found),
        **_given_pairs(found, near),
        "near_misses": {"without": list(near.without), "wider": list(near.wider)},
        "searched": list(near.searched),
    }

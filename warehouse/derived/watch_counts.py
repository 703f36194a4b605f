"""Following watches: after every commit their articles are counted, and a change is a row of `watch_counts`.

A count is a small commit of its own behind the one it counts. Where a crash comes between the two, the next count finds
the change: it is compared with the articles counted last, not with the version before.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from transforms.counting.filters import Filters
from transforms.publishing.watches import Watch
from transforms.rarity import benjamini_hochberg, poisson_tail
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.sql import statement
from warehouse.catalog.watch_tables import WATCH_COUNTS, WATCHED_FILTERS, WATCHES
from warehouse.errors import UnknownTermError
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination, Row, rows

_STATISTICS = ("population", "with_abstract", "rate_per_million", "low", "high", "expected", "ic", "ic_low", "ic_high")


def follow(lake: Lake, watches: Sequence[Watch] | None = None) -> list[Row]:
    """Count all watches, these from now on if any are given; returns the rows of `watch_counts` that were added.

    A lake without a vocabulary has nothing to count.
    """
    with lake.writing():
        old = recover(lake)
        known = followed(old)
        wanted = known if watches is None else tuple(watches)
        if not len(old.table("vocabularies")) or not (wanted or known):
            return []
        with connect_to_write(lake, old) as connection:
            counted = [_count(connection, watch) for watch in wanted]
        rows_, added = WATCHES.from_rows(_watch_row(*told) for told in counted), _changes(old, counted)
        if rows_.equals(old.table("watches")) and not added:
            return []
        table = pa.concat_tables([old.table("watch_counts"), WATCH_COUNTS.from_rows(added)])
        batch = {"batch_id": uuid.uuid4().hex, "kind": "watches"}
        publish(lake, old.successor(lake, batch, watches=rows_, watch_counts=table))
        return added


def followed(version: Version) -> tuple[Watch, ...]:
    """The watches of a version."""
    return tuple(
        Watch(row["name"], tuple(row["terms"]), Filters(**{name: row[name] for name in WATCHED_FILTERS}))
        for row in version.table("watches").to_pylist()
    )


def _watch_row(watch: Watch, counted: Mapping[str, Any]) -> Row:
    filters = {name: getattr(watch.filters, name) for name in WATCHED_FILTERS}
    row = {"watch_id": watch.watch_id, "name": watch.name, "terms": list(watch.terms), **filters}
    return {**row, "problem": counted.get("problem")}


def _count(connection: duckdb.DuckDBPyConnection, watch: Watch) -> tuple[Watch, Row]:
    """A watch with the columns of `watch_counts` that its articles make, or with the `problem` it has."""
    try:
        combination = Combination.of_terms(connection, watch.terms, watch.filters)
    except UnknownTermError as error:
        return watch, {"problem": str(error)}
    found = rows(connection, "counts", combination.parameters)[0]
    matching = connection.execute(statement("queries", "matching"), combination.parameters).fetchall()
    return watch, {
        "matching": [article for (article,) in matching],
        "articles": found["articles"],
        "combination": combination.label,
        "groups": combination.parameters["groups"],
        "coverage_from": found["from_year"],
        "coverage_to": found["to_year"],
        "p_value": float(poisson_tail(found["articles"], found["expected"] or 0.0)),
        **{name: found[name] for name in _STATISTICS},
    }


def _changes(old: Version, counted: Sequence[tuple[Watch, Row]]) -> list[Row]:
    """Rows for the watches that are counted first, or whose articles changed."""
    now = dt.datetime.now(dt.UTC)
    family = [(watch, told) for watch, told in counted if "problem" not in told]
    adjusted = benjamini_hochberg([told["p_value"] for _, told in family]).tolist() if family else []
    history = _history(old)
    added = []
    for (watch, told), q_value in zip(family, adjusted, strict=True):
        last, before = history.get((watch.watch_id, watch.definition), (None, set[int]()))
        matching = set(told["matching"])
        if last is not None and matching == before:
            continue
        added.append(
            {
                **told,
                "watch_id": watch.watch_id,
                "name": watch.name,
                "definition": watch.definition,
                "version": old.number,
                "previous_version": last and last["version"],
                "previous": last and last["articles"],
                "gained": sorted(matching - before),
                "lost": sorted(before - matching),
                "q_value": q_value,
                "family_size": len(family),
                "counted_at": now,
                "batch": old.number + 1,
            }
        )
    return added


def _history(old: Version) -> dict[tuple[str, str], tuple[Row | None, set[int]]]:
    """By watch and definition: its last row, and the articles it had then. Counts of another definition end there."""
    found: dict[tuple[str, str], tuple[Row | None, set[int]]] = {}
    last_definition: dict[str, str] = {}
    for row in sorted(old.table("watch_counts").to_pylist(), key=lambda row: row["batch"]):
        key = (row["watch_id"], row["definition"])
        if row["previous_version"] is None:
            found[key] = (None, set())
        _, articles = found[key]
        found[key] = (row, (articles - set(row["lost"])) | set(row["gained"]))
        last_definition[row["watch_id"]] = row["definition"]
    return {key: told for key, told in found.items() if last_definition[key[0]] == key[1]}

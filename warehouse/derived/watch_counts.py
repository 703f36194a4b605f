"""Count watches after every commit, and record each change of a count as a row of `watch_counts`.

A count is a small commit of its own, after the commit it counts. After a crash between the two, the next count still
finds the change, because it compares with the articles counted last, not with the previous version.
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
from warehouse.catalog.publish import begin_commit, connect, publish
from warehouse.catalog.sql import statement
from warehouse.catalog.watch_tables import WATCH_COUNTS, WATCHED_FILTERS, WATCHES
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination, Row, rows

_STATISTICS = ("population", "with_abstract", "rate_per_million", "low", "high", "expected", "ic", "ic_low", "ic_high")


def count_watches(lake: Lake, watches: Sequence[Watch] | None = None) -> list[Row]:
    """Count watches and commit the changes; return the rows added to `watch_counts`.

    `watches` replaces the watches of the lake; None counts those it has. Nothing is counted in a lake without a
    vocabulary.
    """
    with lake.writing():
        old = begin_commit(lake)
        stored = stored_watches(old)
        watches_to_count = stored if watches is None else tuple(watches)
        if not len(old.table("vocabularies")) or not (watches_to_count or stored):
            return []
        with connect(lake) as connection:
            counted = [_count(connection, watch) for watch in watches_to_count]
        watch_rows, added = WATCHES.from_rows(_watch_row(*count) for count in counted), _changes(old, counted)
        if watch_rows.equals(old.table("watches")) and not added:
            return []
        table = pa.concat_tables([old.table("watch_counts"), WATCH_COUNTS.from_rows(added)])
        batch = {"batch_id": uuid.uuid4().hex, "kind": "watches"}
        publish(lake, old.successor(lake, batch, watches=watch_rows, watch_counts=table))
        return added


def stored_watches(version: Version) -> tuple[Watch, ...]:
    """Return the watches stored in a version."""
    return tuple(
        Watch(row["name"], tuple(row["terms"]), Filters(**{name: row[name] for name in WATCHED_FILTERS}))
        for row in version.table("watches").to_pylist()
    )


def _watch_row(watch: Watch, counted: Mapping[str, Any]) -> Row:
    filters = {name: getattr(watch.filters, name) for name in WATCHED_FILTERS}
    row = {"watch_id": watch.watch_id, "name": watch.name, "terms": list(watch.terms), **filters}
    return {**row, "problem": counted.get("problem")}


def _count(connection: duckdb.DuckDBPyConnection, watch: Watch) -> tuple[Watch, Row]:
    """Count one watch; return it with columns of `watch_counts`, or with the `problem` that kept it from being counted.

    A watch is counted after a commit that is published already, so none may fail it or keep the others uncounted.
    """
    try:
        return watch, _statistics(connection, watch)
    except (LakeError, duckdb.Error, ValueError) as error:
        return watch, {"problem": str(error)}


def _statistics(connection: duckdb.DuckDBPyConnection, watch: Watch) -> Row:
    """Return the columns of `watch_counts` for one watch, and its `matching` articles."""
    combination = Combination.of_terms(connection, watch.terms, watch.filters)
    statistics = rows(connection, "counts", combination.parameters)[0]
    matching = connection.execute(statement("queries", "matching"), combination.parameters).fetchall()
    return {
        "matching": [article for (article,) in matching],
        "articles": statistics["articles"],
        "combination": combination.label,
        "groups": combination.parameters["groups"],
        "coverage_from": statistics["from_year"],
        "coverage_to": statistics["to_year"],
        "p_value": _tail(statistics),
        **{name: statistics[name] for name in _STATISTICS},
    }


def _tail(statistics: Row) -> float:
    """The probability of as many articles or more by chance; 1 where nothing can be expected."""
    if statistics["expected"] is None:
        return 1.0
    return float(poisson_tail(statistics["articles"], statistics["expected"]))


def _changes(old: Version, counted: Sequence[tuple[Watch, Row]]) -> list[Row]:
    """Return rows of `watch_counts` for watches counted for the first time or whose articles changed."""
    now = dt.datetime.now(dt.UTC)
    family = [(watch, count) for watch, count in counted if "problem" not in count]
    adjusted = benjamini_hochberg([count["p_value"] for _, count in family]).tolist() if family else []
    history = _history(old)
    added = []
    for (watch, count), q_value in zip(family, adjusted, strict=True):
        last, before = history.get((watch.watch_id, watch.definition), (None, set[int]()))
        matching = set(count["matching"])
        # A first count is a row even if nothing matches; later rows need a change.
        if last is not None and matching == before:
            continue
        added.append(
            {
                **count,
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
    """Return the last row and its articles, by watch id and definition, for the latest definition of each watch.

    The articles are rebuilt from the gained and lost of all rows since the first count of the definition:

        version  previous_version  gained  lost   articles
        1        NULL              []      []     {}
        3        1                 [1]     []     {1}
        5        3                 [2]     [1]    {2}
    """
    latest: dict[tuple[str, str], tuple[Row | None, set[int]]] = {}
    last_definition: dict[str, str] = {}
    for row in sorted(old.table("watch_counts").to_pylist(), key=lambda row: row["batch"]):
        key = (row["watch_id"], row["definition"])
        if row["previous_version"] is None:
            latest[key] = (None, set())
        _, articles = latest[key]
        latest[key] = (row, (articles - set(row["lost"])) | set(row["gained"]))
        last_definition[row["watch_id"]] = row["definition"]
    return {key: last for key, last in latest.items() if last_definition[key[0]] == key[1]}

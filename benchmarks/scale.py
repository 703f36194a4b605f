"""Speed on a large synthetic lake: counts of combinations, partners of a concept, a nightly batch, a full recount.

    python -m benchmarks.scale [--articles 1000000] [--lake DIR]

Prints figures as in `benchmarks.speed`, in wall-clock seconds; queries run warm. Peers on the same lake in the same
run: for combinations a test of the list of concepts of each article; for partners one OR over both columns; for the
nightly batch the same batch on a lake of 50,000 articles.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.processes import measure, python_command
from benchmarks.synthetic import SEED, concept_id, grow, new_lake, ranked_concepts, stage
from warehouse.catalog.publish import connect
from warehouse.commit.compaction import compact
from warehouse.commit.ingest import commit
from warehouse.lake import Lake

COMBINATIONS = 30
SMALL_LAKE = 50_000
NIGHTLY = 5_000
_AUDIT = (
    "import sys; from warehouse.upkeep.audit import audit; from warehouse.catalog.publish import connect;"
    " from warehouse.lake import Lake; problems = audit(connect(Lake.at(sys.argv[1])));"
    " assert not problems, problems[:9]"
)
_COUNT_COMBINATION = "FROM count_together($groups, from_year := 1980, to_year := 2015)"
_COUNT_BY_LISTS = """
SELECT count(*) FROM concept_lists
WHERE year BETWEEN 1980 AND 2015
AND list_has_any(concepts, $a) AND list_has_any(concepts, $b) AND list_has_any(concepts, $c)
"""
_PARTNERS = "FROM partners($id)"
_PARTNERS_BY_OR = """
SELECT CASE concept_a WHEN $id THEN concept_b ELSE concept_a END AS partner_id, sum(articles) FROM cooccurrences
WHERE (concept_a = $id OR concept_b = $id) AND basis = 'any' GROUP BY partner_id
"""


def main() -> None:
    """Build the lakes and print all figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description="Speed on a large synthetic lake.")
    parser.add_argument("--articles", type=int, default=1_000_000, help="articles of the large lake")
    parser.add_argument("--lake", type=Path, help="folder to build it in and keep it; default: a temporary folder")
    arguments = parser.parse_args()
    json.dump(measure_scale(arguments.articles, arguments.lake), sys.stdout, indent=2)
    sys.stdout.write("\n")


def measure_scale(articles: int, folder: Path | None = None) -> dict[str, Any]:
    """Return all figures of a lake with `articles` articles, built in `folder` or in a temporary folder."""
    with tempfile.TemporaryDirectory() as scratch:
        large = _build_lake(folder or Path(scratch, "large"), articles)
        small = _build_lake(Path(scratch, "small"), SMALL_LAKE)
        figures = {"nightly": measure_nightly(large, articles, small)}
        while compact(large):
            _log("compacted")
        with connect(large) as connection:
            figures["combinations"] = measure_combinations(connection)
            figures["partners"] = measure_partners(connection)
        figures["recount"] = measure_recount(large)
        return figures


def measure_nightly(large: Lake, articles: int, small: Lake) -> dict[str, Any]:
    """Time a batch of changed articles on the large and the small lake, alternately."""
    own: list[float] = []
    peer: list[float] = []
    for version in range(2, 5):
        for lake, size, seconds in ((small, SMALL_LAKE, peer), (large, articles, own)):
            chosen = np.sort(np.random.default_rng(version).choice(np.arange(1, size + 1), NIGHTLY, replace=False))
            unit = stage(lake, chosen, version)
            start = time.perf_counter()
            commit(lake, [unit])
            seconds.append(time.perf_counter() - start)
            unit.discard()
            _log(f"a batch of {NIGHTLY:,} on {size:,}: {seconds[-1]:.1f} s")
    return _leaf(own, peer, f"the same batch on {SMALL_LAKE:,} articles")


def measure_combinations(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Time counts of three groups with descendants, common and rare concepts mixed, within a range of years."""
    connection.execute(
        "CREATE TEMP TABLE concept_lists AS SELECT article_id, year, list(DISTINCT concept_id) AS concepts"
        " FROM article_concepts WHERE affirmed GROUP BY ALL"
    )
    own, peer = [], []
    for groups in _draw_groups():
        own.append(_warm_s(connection, _COUNT_COMBINATION, {"groups": groups}))
        members = [_descendants(connection, group) for group in groups]
        peer.append(_warm_s(connection, _COUNT_BY_LISTS, dict(zip("abc", members, strict=True))))
    leaf = _leaf(own, peer, "list_has_any over the concepts of every article")
    return {**leaf, "p95_seconds": round(float(np.percentile(own, 95)), 4), "n": len(own)}


def _draw_groups() -> list[list[list[str]]]:
    chance, ranked = np.random.default_rng(SEED), ranked_concepts()
    ranks = (10 ** chance.uniform(0, np.log10(len(ranked)), (COMBINATIONS, 3))).astype(int) - 1
    return [[[concept_id(int(ranked[rank]))] for rank in row] for row in ranks]


def _descendants(connection: duckdb.DuckDBPyConnection, group: list[str]) -> list[str]:
    rows = connection.execute("SELECT concept_id FROM descendants($id)", {"id": group[0]}).fetchall()
    return [row[0] for row in rows]


def measure_partners(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Time the list of all partners of one concept, for concepts from the most to the least common."""
    ranked = ranked_concepts()
    ids = [concept_id(int(ranked[rank])) for rank in np.geomspace(1, len(ranked) - 1, 12).astype(int)]
    own = [_warm_s(connection, _PARTNERS, {"id": id_}) for id_ in ids]
    peer = [_warm_s(connection, _PARTNERS_BY_OR, {"id": id_}) for id_ in ids]
    return {**_leaf(own, peer, "one OR over both columns"), "max_seconds": round(max(own), 4), "n": len(own)}


def measure_recount(lake: Lake) -> dict[str, Any]:
    """Time the audit of the whole lake in a process of its own, with its peak memory."""
    cost = measure(python_command(_AUDIT, str(lake.root)))
    return {"seconds": round(cost.wall_s, 1), "peak_mb": round(cost.peak_mb)}


def _build_lake(folder: Path, articles: int) -> Lake:
    shutil.rmtree(folder, ignore_errors=True)
    lake = new_lake(folder)
    start = time.perf_counter()
    grow(lake, articles)
    _log(f"{articles:,} articles loaded in {time.perf_counter() - start:.0f} s")
    while compact(lake):
        _log("compacted")
    return lake


def _warm_s(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any], runs: int = 3) -> float:
    """Return the median seconds of `runs` runs after a first one."""
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        connection.execute(sql, values).fetchall()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def _leaf(own: list[float], peer: list[float], name: str) -> dict[str, Any]:
    return {
        "seconds": round(statistics.median(own), 4),
        "peer_seconds": round(statistics.median(peer), 4),
        "ratio": round(statistics.median(a / b for a, b in zip(own, peer, strict=True)), 3),
        "peer": name,
    }


def _log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

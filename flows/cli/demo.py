"""`make demo`: collect the embedded literature over HTTP, as from a real source, and check the counts."""

import datetime as dt
import shutil
from importlib.resources import files
from pathlib import Path

import duckdb

from flows import terminal
from flows.cli.collect import run_collect
from flows.cli.reports.claims import show_claims
from flows.demo_literature.literature import SEED, Planting, literature, mesh, planted_combinations
from flows.demo_literature.preprints import preprints
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings
from transforms.counting.filters import Filters
from transforms.publishing.atom import article_name, headline
from warehouse.catalog.publish import connect
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination, rows

TODAY = dt.date(2026, 6, 1)
"""The date of the literature server: that of the last release."""
COLLECTED = (
    ("pubmed_files", dt.date(2025, 12, 1)),
    ("pubmed_api", dt.date(2026, 5, 25)),
    ("europepmc", dt.date(2026, 5, 11)),
)
"""The sources that the demo collects from, each with its first day; the last is today."""
_MARK = "this-is-the-demo-lake"
_QUERY = (
    "SELECT name_a, name_b, articles, round(ic_low, 2) AS ic_low FROM rare_cooccurrences WHERE basis = 'any' LIMIT 5"
)


def run(folder: Path) -> None:
    """Make the demo's lake anew in `folder` and print what it holds.

    Raises `LakeError` if the folder holds anything else, or if the counts differ from what was planted.
    """
    settings = Settings(lake=folder)
    vocabulary = _write_vocabulary(_empty_folder(folder))
    terminal.lines(
        "The embedded literature is synthetic: every record was written for this demo, nothing in it is medical fact.",
        "",
    )
    load_vocabulary([vocabulary], settings)
    settings.watch_file.write_bytes(files("flows.demo_literature").joinpath("watches.toml").read_bytes())
    _collect(folder)
    refresh(Lake.at(folder), CLAIM_TABLES)
    refresh(Lake.at(folder), RARE_TABLES)
    with connect(Lake.at(folder)) as connection:
        differing = _show_plantings(connection)
        _show_watches(connection)
        terminal.lines("", "Claims of rarity that earlier articles contradict:")
        show_claims(connection, {"kind": None, "verdict": "contradicted", "article": None, "limit": 5}, as_json=False)
        terminal.lines("", "Rare co-occurrences found, the most surprising first (basis any):")
        columns = ["articles", "name_a", "name_b", "first_year", "last_year", "expected", "ic_low"]
        pairs = rows(connection, "rare", {"basis": "any", "category": None, "limit": 10})
        terminal.as_table(pairs, columns)
    catalog = Lake.at(folder).catalog
    terminal.lines(
        "",
        f"The catalog is {catalog}; open it in any DuckDB, or ask:",
        f'    .venv/bin/hoofbeats sql --lake {folder} "{_QUERY}"',
        f'    .venv/bin/hoofbeats evidence --lake {folder} "Leukemic Infiltration" "Hematopoiesis, Extramedullary"',
    )
    if differing:
        raise LakeError(f"{differing} of the planted counts came out differently", "this is a defect; please report it")


def _empty_folder(folder: Path) -> Path:
    """Empty a folder that an earlier demo made, or make it; raises `LakeError` where it holds anything else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise LakeError(f"{folder} is not empty and no demo made it", "name another folder with --lake")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    return folder


def _write_vocabulary(folder: Path) -> Path:
    """Write the vocabulary of the embedded literature to a file and return its path."""
    path = folder / "given" / "mesh_excerpt.xml"
    path.parent.mkdir()
    path.write_bytes(mesh())
    return path


def _collect(folder: Path) -> None:
    """Everything, by the real clients, from a server on this machine: files first, then what two services have."""
    from flows.sources.base import Span

    releases = literature().releases
    shelf = Shelf(releases, frozenset({releases[0].name}), preprints=preprints(SEED))
    with LiteratureServer(shelf, TODAY) as server:
        settings = Settings(lake=folder, **server.settings)
        for source, since in COLLECTED:
            terminal.lines(f"Collecting from {source}, {since} to {TODAY}:")
            run_collect(settings, source, Span(since, TODAY), force=False, as_json=False)


def _show_plantings(connection: duckdb.DuckDBPyConnection) -> int:
    """Print every planted combination with its counts, planted and found; returns how many differ."""
    terminal.lines("", "Planted combinations, articles by basis (planted = found unless marked):")
    by_name: dict[str, list[Planting]] = {}
    for planting in planted_combinations():
        by_name.setdefault(planting.name, []).append(planting)
    drawn, differing = [], 0
    for name, plantings in by_name.items():
        row = {"planted": name}
        for planting in plantings:
            counted = _count(connection, planting)
            differs = counted != planting.articles
            differing += differs
            row[planting.basis] = f"{planting.articles} but found {counted}" if differs else str(counted)
        drawn.append({**row, "why": plantings[0].why})
    terminal.as_table(drawn, ["planted", "index", "text", "any", "why"])
    return differing


def _show_watches(connection: duckdb.DuckDBPyConnection) -> None:
    """Print how the counts of the watches changed while the literature was collected."""
    terminal.lines("", "Watched (feeds of the changes in feeds/):")
    for row in connection.sql("FROM watch_counts ORDER BY batch").to_arrow_table().to_pylist():
        change = f"{row['name']}: first count {row['articles']}" if row["previous"] is None else headline(row)
        gained = f" ({', '.join(map(article_name, row['gained']))})" if row["gained"] else ""
        terminal.lines(f"    version {row['version']}: {change}{gained}")


def _count(connection: duckdb.DuckDBPyConnection, planting: Planting) -> int:
    combination = Combination.of_terms(connection, planting.concepts, Filters(basis=planting.basis))
    return int(rows(connection, "counts", combination.parameters)[0]["articles"])

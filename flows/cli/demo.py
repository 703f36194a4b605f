"""`make demo`: the embedded literature, collected over HTTP as the real sources are, and what was found beside what was
planted in it.
"""

import datetime as dt
import shutil
from importlib.resources import files
from pathlib import Path

import duckdb

from flows import terminal as show
from flows.cli.claims_report import show_claims
from flows.cli.run import run_collect
from flows.demo_literature.literature import SEED, Planting, literature, mesh, truths
from flows.demo_literature.preprints import preprints
from flows.demo_literature.server import LiteratureServer
from flows.demo_literature.shelf import Shelf
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings
from transforms.publishing.atom import article_name, headline
from warehouse.catalog.publish import connect
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination, resolve, rows

TODAY = dt.date(2026, 6, 1)
"""The day the literature server believes it is: that of the last release."""
COLLECTED = (
    ("pubmed_files", dt.date(2025, 12, 1)),
    ("pubmed_api", dt.date(2026, 5, 25)),
    ("europepmc", dt.date(2026, 5, 11)),
)
"""What the demo collects: a source and the first day; the last is today."""
_MARK = "this-is-the-demo-lake"
_QUERY = (
    "SELECT name_a, name_b, articles, round(ic_low, 2) AS ic_low FROM rare_cooccurrences WHERE basis = 'any' LIMIT 5"
)


def run(folder: Path) -> None:
    """Make the demo's lake anew in `folder` and print what it holds.

    Raises `LakeError` if the folder holds anything else, or if the counts differ from what was planted.
    """
    settings = Settings(lake=folder)
    vocabulary = _written(_emptied(folder))
    show.lines(
        "The embedded literature is synthetic: every record was written for this demo, nothing in it is medical fact.",
        "",
    )
    load_vocabulary([vocabulary], settings)
    settings.watch_file.write_bytes(files("flows.demo_literature").joinpath("watches.toml").read_bytes())
    _collect(folder)
    refresh(Lake.at(folder), CLAIM_TABLES)
    refresh(Lake.at(folder), RARE_TABLES)
    with connect(Lake.at(folder)) as connection:
        wrong = _show_plantings(connection)
        _show_watches(connection)
        show.lines("", "Claims of rarity that earlier articles contradict:")
        show_claims(connection, {"kind": None, "verdict": "contradicted", "article": None, "limit": 5}, as_json=False)
        show.lines("", "Rare co-occurrences found, the most surprising first (basis any):")
        columns = ["articles", "name_a", "name_b", "first_year", "last_year", "expected", "ic_low"]
        found = rows(connection, "rare", {"basis": "any", "category": None, "limit": 10})
        show.as_table(found, columns)
    catalog = Lake.at(folder).catalog
    show.lines(
        "",
        f"The catalog is {catalog}; open it in any DuckDB, or ask:",
        f'    .venv/bin/hoofbeats sql --lake {folder} "{_QUERY}"',
        f'    .venv/bin/hoofbeats evidence --lake {folder} "Leukemic Infiltration" "Hematopoiesis, Extramedullary"',
    )
    if wrong:
        raise LakeError(f"{wrong} of the planted counts came out differently", "this is a defect; please report it")


def _emptied(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise LakeError(f"{folder} is not empty and no demo made it", "name another folder with --lake")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    return folder


def _written(folder: Path) -> Path:
    """The vocabulary of the embedded literature as a file."""
    place = folder / "given" / "mesh_excerpt.xml"
    place.parent.mkdir()
    place.write_bytes(mesh())
    return place


def _collect(folder: Path) -> None:
    """Everything, by the real clients, from a server on this machine: files first, then what two services have."""
    from flows.sources.base import Span

    releases = literature().releases
    shelf = Shelf(releases, frozenset({releases[0].name}), preprints=preprints(SEED))
    with LiteratureServer(shelf, TODAY) as server:
        settings = Settings(lake=folder, **server.settings)
        for source, since in COLLECTED:
            show.lines(f"Collecting from {source}, {since} to {TODAY}:")
            run_collect(settings, source, Span(since, TODAY), force=False, as_json=False)


def _show_plantings(connection: duckdb.DuckDBPyConnection) -> int:
    """Print every planted combination with its counts, planted and found; returns how many differ."""
    show.lines("", "Planted combinations, articles by basis (planted = found unless marked):")
    by_name: dict[str, list[Planting]] = {}
    for planting in truths():
        by_name.setdefault(planting.name, []).append(planting)
    drawn, wrong = [], 0
    for name, plantings in by_name.items():
        row = {"planted": name}
        for planting in plantings:
            found = _count(connection, planting)
            differs = found != planting.articles
            wrong += differs
            row[planting.basis] = f"{planting.articles} but found {found}" if differs else str(found)
        drawn.append({**row, "why": plantings[0].why})
    show.as_table(drawn, ["planted", "index", "text", "any", "why"])
    return wrong


def _show_watches(connection: duckdb.DuckDBPyConnection) -> None:
    """How the counts of the watches changed while the literature was collected."""
    show.lines("", "Watched (feeds of the changes in feeds/):")
    for row in connection.sql("FROM watch_counts ORDER BY batch").to_arrow_table().to_pylist():
        told = f"{row['name']}: first count {row['articles']}" if row["previous"] is None else headline(row)
        gained = f" ({', '.join(map(article_name, row['gained']))})" if row["gained"] else ""
        show.lines(f"    version {row['version']}: {told}{gained}")


def _count(connection: duckdb.DuckDBPyConnection, planting: Planting) -> int:
    groups = tuple(resolve(connection, term) for term in planting.concepts)
    return int(rows(connection, "counts", Combination(groups, basis=planting.basis).values)[0]["articles"])

"""The `hoofbeats` command: a thin shell over the flows and the questions one asks of a lake.

Data go to stdout, all else to stderr. Exit code 0: done; 1: failed, with a line that says why and one that says what to
do next; 2: wrong usage. Prefect is imported only by the verbs that run flows, so that the others answer at once.
"""

from flows.process_setup import tune_allocator

tune_allocator()

import json
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from pydantic import ValidationError

from flows import terminal as show
from flows.cli import claims as claiming
from flows.cli import collect as collection
from flows.cli import count as asking
from flows.cli import curate as curating
from flows.cli import duplicates as joining
from flows.cli import maintenance as upkeep
from flows.cli import serve as running
from flows.cli import watch as watching
from flows.cli.options import (
    Basis,
    BasisOption,
    Files,
    JsonOption,
    LakeOption,
    LimitOption,
    VersionOption,
    bring_up_to_date,
    open_lake,
    settings_for,
)
from flows.errors import FlowError
from transforms.vocabulary.compiled import VocabularyError
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.combinations import rows, select

app = typer.Typer(
    help="How often do rare co-occurrences appear in the biomedical literature?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
vocabulary_app = typer.Typer(
    help="The vocabulary: concepts, their names, what stands above what.", no_args_is_help=True
)
app.add_typer(vocabulary_app, name="vocabulary")
app.add_typer(watching.app, name="watch")
app.add_typer(curating.app, name="curate")
app.add_typer(asking.app)
app.add_typer(claiming.app)
app.add_typer(collection.app)
app.add_typer(joining.app)
app.add_typer(upkeep.app)
app.add_typer(running.app)


@app.command(epilog="Example: hoofbeats ingest pubmed21n1298.xml.gz   |   hoofbeats ingest updates/*.xml.gz --json")
def ingest(files: Files, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Load PubMed XML or Europe PMC JSON files (plain or .gz). Files that are loaded already change nothing."""
    from flows.cli.run import run_ingest

    run_ingest(files, settings_for(lake), as_json=as_json)


@vocabulary_app.command("load", epilog="Example: hoofbeats vocabulary load desc2024.xml.gz mondo.obo hp.obo own.csv")
def vocabulary_load(files: Files, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Load the lake's vocabulary: MeSH (desc, supp XML), ontologies (OBO), lists of your own (CSV, TSV, TOML).

    Any of them plain or .gz. Concepts that are the same in several, by a cross-reference and a name, become one.
    """
    from flows.cli.run import run_vocabulary_load

    run_vocabulary_load(files, settings_for(lake), as_json=as_json)


@vocabulary_app.command("refresh", epilog="Example: hoofbeats vocabulary refresh --json")
def vocabulary_refresh(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Fetch the vocabularies from their official addresses, and load them if one of them has changed.

    HOOFBEATS_VOCABULARY_ADDRESSES says which; HOOFBEATS_VOCABULARY_FILES adds lists of your own.
    """
    from flows.cli.run import run_vocabulary_refresh

    run_vocabulary_refresh(settings_for(lake), as_json=as_json)


@app.command(epilog="Example: hoofbeats demo --lake /tmp/demo-lake")
def demo(lake: Annotated[Path, typer.Option(help="Where the demo's lake is made anew.")] = Path("demo-lake")) -> None:
    """Run the main flow on the embedded, synthetic literature and show what it finds beside what was planted."""
    from flows.cli.demo import run

    run(lake)


@app.command(epilog="Example: hoofbeats status --json")
def status(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Show what the lake holds, and that every record is accounted for."""
    from flows.cli.reports import show_status

    with open_lake(lake, at_version) as connection:
        show_status(connection, as_json=as_json)


@app.command(epilog="Example: hoofbeats rare --basis index --category C --limit 20")
def rare(
    basis: BasisOption = Basis.ANY,
    category: Annotated[str | None, typer.Option(help="Only pairs of this category (MeSH tree letter).")] = None,
    limit: LimitOption = 20,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List pairs that were seen in 1 to 4 articles, the most surprising first."""
    from flows.cli.reports import show_rare
    from warehouse.derived.rare_pairs import RARE_TABLES

    with open_lake(lake, at_version):
        pass  # a clear error where there is no lake
    if at_version is None:
        bring_up_to_date(Lake.at(settings_for(lake).lake), RARE_TABLES)
    with open_lake(lake, at_version) as connection:
        found = rows(connection, "rare", {"basis": basis, "category": category, "limit": limit})
        show_rare(found, as_json=as_json)


@app.command(
    epilog='Example: hoofbeats sql "FROM rare_cooccurrences LIMIT 10"',
    context_settings={"ignore_unknown_options": True},  # a query may begin with a comment: -- ...
)
def sql(
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT (or FROM ...) statement.")],
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the catalog in SQL, for reading only: no other file can be read or written."""
    with open_lake(lake, at_version) as connection:
        names, found = select(connection, query, Lake.at(settings_for(lake).lake).tables)
    dictionaries = [dict(zip(names, row, strict=True)) for row in found]
    show.as_json(dictionaries) if as_json else show.as_table(dictionaries, names)


def main() -> None:
    """Run the command; errors it is prepared for become two lines on stderr and exit code 1."""
    try:
        app()
    except (LakeError, FlowError, VocabularyError, duckdb.Error, ValidationError, OSError) as error:
        told = {"error": " ".join(str(error).split()), "hint": getattr(error, "hint", "")}
        if "--json" in sys.argv:
            sys.stderr.write(json.dumps(told) + "\n")
        else:
            show.note(f"error: {told['error']}")
            if told["hint"]:
                show.note(f"hint: {told['hint']}")
        sys.exit(1)

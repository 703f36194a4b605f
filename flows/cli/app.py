"""The `hoofbeats` command: a thin shell over the flows and over the questions a lake answers.

Data go to stdout, everything else to stderr. Exit code 0: done; 1: failed, with one line that says why and one that
says what to do next; 2: wrong usage. Only the verbs that run flows import Prefect, so that the others start fast.
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

from flows import terminal
from flows.cli import (
    claims,
    collect,
    count,
    curate,
    duplicates,
    groups,
    ingest,
    maintenance,
    rare,
    rebuild,
    sql,
    up,
    vocabulary,
    watch,
)
from flows.cli.options import JsonOption, LakeOption, VersionOption, open_lake, settings_for, stale_tables
from flows.errors import FlowError
from transforms.counting.filters import FilterError
from transforms.vocabulary.compiled import VocabularyError
from warehouse.catalog.file import CODE_VERSION
from warehouse.errors import LakeError
from warehouse.queries.combinations import rows
from warehouse.queries.coverage import read_coverage

app = typer.Typer(
    help="How often do rare co-occurrences appear in the biomedical literature?",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.add_typer(vocabulary.app, name="vocabulary", rich_help_panel=groups.LOAD)
app.add_typer(watch.app, name="watch", rich_help_panel=groups.CURATE)
app.add_typer(curate.app, name="curate", rich_help_panel=groups.CURATE)
for module, group in (
    (ingest, groups.LOAD),
    (collect, groups.LOAD),
    (count, groups.READ),
    (sql, groups.READ),
    (rare, groups.CLAIM),
    (claims, groups.CLAIM),
    (duplicates, groups.CURATE),
    (maintenance, groups.OPERATE),
    (rebuild, groups.OPERATE),
    (up, groups.OPERATE),
):
    for command in module.app.registered_commands:
        command.rich_help_panel = group
    app.add_typer(module.app)


def _show_version(wanted: bool) -> None:
    """Print the version and end the command, where --version is given."""
    if wanted:
        terminal.lines(f"hoofbeats {CODE_VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """How often do rare co-occurrences appear in the biomedical literature?"""


@app.command(epilog="Example: hoofbeats demo --lake /tmp/demo-lake", rich_help_panel=groups.OPERATE)
def demo(lake: Annotated[Path, typer.Option(help="Where the demo's lake is made anew.")] = Path("demo-lake")) -> None:
    """Run the main flow on the embedded, synthetic literature and show what it finds beside what was planted."""
    from flows.cli.demo import run

    run(lake)


@app.command(epilog="Example: hoofbeats status --json", rich_help_panel=groups.READ)
def status(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Show what the lake holds, and that every record is accounted for."""
    from flows.cli.reports.status import holes_in_ledger, show_status

    with open_lake(lake, at_version) as connection:
        show_status(
            rows(connection, "status")[0],
            rows(connection, "rejections"),
            read_coverage(connection),
            holes_in_ledger(connection, settings_for(lake).settled_after_days),
            stale_tables(lake, at_version),
            as_json=as_json,
        )


def main() -> None:
    """Run the command; the errors it is prepared for become two lines on stderr and exit code 1."""
    try:
        app()
    except (LakeError, FlowError, FilterError, VocabularyError, duckdb.Error, ValidationError, OSError) as error:
        message, hint = _message(error), getattr(error, "hint", "")
        if "--json" in sys.argv:
            sys.stderr.write(json.dumps({"error": " ".join(message.split()), "hint": hint}) + "\n")
        else:
            terminal.note(f"error: {message}")
            if hint:
                terminal.note(f"hint: {hint}")
        sys.exit(1)


def _message(error: Exception) -> str:
    """The message of an error on one line; that of DuckDB on several where a caret points into the query."""
    message = str(error)
    if isinstance(error, duckdb.Error) and "\nLINE " in message:
        return message
    return " ".join(message.split()).removeprefix("Invalid Input Error: ")

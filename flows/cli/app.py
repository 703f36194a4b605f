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
    ingest,
    maintenance,
    rare,
    rebuild,
    up,
    vocabulary,
    watch,
)
from flows.cli.options import JsonOption, LakeOption, VersionOption, existing_lake, open_lake
from flows.errors import FlowError
from transforms.counting.filters import FilterError
from transforms.vocabulary.compiled import VocabularyError
from warehouse.errors import LakeError
from warehouse.queries.combinations import rows, select

app = typer.Typer(
    help="How often do rare co-occurrences appear in the biomedical literature?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(vocabulary.app, name="vocabulary")
app.add_typer(watch.app, name="watch")
app.add_typer(curate.app, name="curate")
for module in (ingest, collect, count, rare, claims, duplicates, maintenance, rebuild, up):
    app.add_typer(module.app)


@app.command(epilog="Example: hoofbeats demo --lake /tmp/demo-lake")
def demo(lake: Annotated[Path, typer.Option(help="Where the demo's lake is made anew.")] = Path("demo-lake")) -> None:
    """Run the main flow on the embedded, synthetic literature and show what it finds beside what was planted."""
    from flows.cli.demo import run

    run(lake)


@app.command(epilog="Example: hoofbeats status --json")
def status(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Show what the lake holds, and that every record is accounted for."""
    from flows.cli.status_report import show_status

    with open_lake(lake, at_version) as connection:
        show_status(rows(connection, "status")[0], rows(connection, "rejections"), as_json=as_json)


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
    tables = existing_lake(lake, at_version).tables
    with open_lake(lake, at_version) as connection:
        columns, values = select(connection, query, tables)
    records = [dict(zip(columns, row, strict=True)) for row in values]
    terminal.as_json(records) if as_json else terminal.as_table(records, columns)


def main() -> None:
    """Run the command; the errors it is prepared for become two lines on stderr and exit code 1."""
    try:
        app()
    except (LakeError, FlowError, FilterError, VocabularyError, duckdb.Error, ValidationError, OSError) as error:
        message, hint = " ".join(str(error).split()), getattr(error, "hint", "")
        if "--json" in sys.argv:
            sys.stderr.write(json.dumps({"error": message, "hint": hint}) + "\n")
        else:
            terminal.note(f"error: {message}")
            if hint:
                terminal.note(f"hint: {hint}")
        sys.exit(1)

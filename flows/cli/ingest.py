"""The verb that loads files: ingest."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from flows import terminal
from flows.cli.options import Files, JsonOption, LakeOption, settings_for
from flows.errors import NotLoadedError
from flows.quiet_prefect import quieten_prefect
from flows.settings import Settings
from warehouse.commit.ingest import OUTCOMES

app = typer.Typer()


@app.command(epilog="Example: hoofbeats ingest pubmed21n1298.xml.gz   |   hoofbeats ingest updates/*.xml.gz --json")
def ingest(files: Files, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Load PubMed XML or Europe PMC JSON files (plain or .gz). Files that are loaded already change nothing."""
    run_ingest(files, settings_for(lake), as_json=as_json)


def run_ingest(files: Sequence[Path], settings: Settings, *, as_json: bool) -> None:
    """Run the main flow on files and print what happened to their records.

    Raises `UnreadableFileError` for a path that is no file, before anything is loaded; `NotLoadedError` at the end, if
    some files could not be loaded.
    """
    from flows.progress import bytes_bar
    from flows.sources.local_files import UnreadableFileError, paths_in_utf8

    for path in files:
        if not path.is_file():
            raise UnreadableFileError(path, "no such file" if not path.exists() else "not a file")
    quieten_prefect()
    from flows.ingest import ingest as ingest_flow
    from flows.operations.temporary_server import temporary_server

    with temporary_server(), bytes_bar("reading", sum(path.stat().st_size for path in files)):
        not_loaded: NotLoadedError | None = None
        try:
            with paths_in_utf8(files) as paths:
                result = ingest_flow(paths, settings.lake)
        except NotLoadedError as error:
            result, not_loaded = error.result, error
    if as_json:
        terminal.as_json(asdict(result))
    else:
        if result.windows:
            terminal.as_table(result.windows, ["name", "state", "received", *OUTCOMES, "deletions"])
        for name in result.already_loaded:
            terminal.lines(f"{name}: loaded already, nothing changed")
        terminal.lines(f"{settings.lake}: version {result.version}")
    if not_loaded:
        raise not_loaded

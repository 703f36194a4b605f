"""Verbs about the vocabulary: vocabulary load, vocabulary refresh."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from flows import terminal
from flows.cli.options import Files, JsonOption, LakeOption, settings_for
from flows.quiet_prefect import quieten_prefect

if TYPE_CHECKING:
    from flows.load_vocabulary import LoadedVocabulary

app = typer.Typer(help="The vocabulary: concepts, their names and hierarchy.", no_args_is_help=True)


@app.command(epilog="Example: hoofbeats vocabulary load desc2024.xml.gz mondo.obo hp.obo own.csv")
def load(files: Files, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Load the lake's vocabulary: MeSH (desc, supp XML), ontologies (OBO), lists of your own (CSV, TSV, TOML).

    Any of them plain or .gz. Concepts that are the same in several, by a cross-reference and a name, become one.
    """
    from flows.load_vocabulary import load_vocabulary

    _show_vocabulary(load_vocabulary(files, settings_for(lake)), as_json=as_json)


@app.command(epilog="Example: hoofbeats vocabulary refresh --json")
def refresh(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Fetch the vocabularies from their official addresses, and load them if one of them has changed.

    HOOFBEATS_VOCABULARY_ADDRESSES says which; HOOFBEATS_VOCABULARY_FILES adds lists of your own.
    """
    quieten_prefect()
    from flows.operations.temporary_server import temporary_server
    from flows.refresh import refresh_vocabulary

    with temporary_server():
        loaded = refresh_vocabulary(settings_for(lake).lake)
    _show_vocabulary(loaded, as_json=as_json)


def _show_vocabulary(loaded: "LoadedVocabulary", *, as_json: bool) -> None:
    if as_json:
        terminal.as_json(asdict(loaded))
        return
    state = "in force already" if loaded.catalog_version is None else f"catalog version {loaded.catalog_version}"
    terminal.lines(
        f"vocabulary {loaded.version[:12]}: {loaded.concepts:,} concepts, {loaded.counted:,} of them counted,"
        f" {loaded.names:,} names ({state})"
    )

"""Options and arguments the verbs share, and how a verb gets at its lake."""

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from flows import terminal as show
from flows.settings import Settings
from warehouse.catalog.publish import connect, read_version, repair
from warehouse.derived.refresh import Derived, is_current, refresh
from warehouse.lake import Lake


class Basis(StrEnum):
    """What a count rests on."""

    INDEX = "index"
    TEXT = "text"
    ANY = "any"


class Level(StrEnum):
    """Where concepts must stand together."""

    ARTICLE = "article"
    SENTENCE = "sentence"


class ReferenceFormat(StrEnum):
    """What references are written as."""

    RIS = "ris"
    BIBTEX = "bibtex"
    CSV = "csv"
    PARQUET = "parquet"


LakeOption = Annotated[Path | None, typer.Option("--lake", help="The lake's folder [HOOFBEATS_LAKE, else ./lake].")]
VersionOption = Annotated[int | None, typer.Option("--at-version", help="Ask a kept version of the catalog.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]
Terms = Annotated[list[str], typer.Argument(help="Names or CURIEs; '|' separates alternatives.", metavar="TERM...")]
BasisOption = Annotated[Basis, typer.Option(help="Headings (index), title and abstract (text), or either (any).")]
LevelOption = Annotated[Level, typer.Option(help="Together in one article, or in one sentence.")]
ExactOption = Annotated[bool, typer.Option("--exact", help="Leave out the concepts below those named.")]
RetractedOption = Annotated[bool, typer.Option("--include-retracted", help="Count retracted articles and notices too.")]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only what had entered by this date.")
]
CaseReportsOption = Annotated[bool, typer.Option("--case-reports", help="Only case reports, by publication type.")]
FromYearOption = Annotated[int | None, typer.Option("--from-year", help="Published in this year or later.")]
ToYearOption = Annotated[int | None, typer.Option("--to-year", help="Published in this year or earlier.")]
CiteOption = Annotated[
    bool, typer.Option("--cite", help="With ids, filters, version, coverage and PubMed's query: to be repeated.")
]
ExportOption = Annotated[
    ReferenceFormat | None, typer.Option(help="Write the articles behind the count instead, as references.")
]
ToOption = Annotated[Path | None, typer.Option(help="Where --export writes to; default: stdout.")]
LimitOption = Annotated[int, typer.Option(min=1, help="Rows at most.")]


def settings_for(lake: Path | None) -> Settings:
    """The settings, with the lake a verb was given in place of the configured one."""
    return Settings() if lake is None else Settings(lake=lake)


def bring_up_to_date(lake: Lake, derived: Derived) -> None:
    """Make stored tables anew where articles changed since; a lake that cannot be written keeps those it has."""
    if is_current(read_version(lake), derived):
        return
    if os.access(lake.root, os.W_OK):
        refresh(lake, derived)
    else:
        show.note(f"{lake.root} cannot be written: {', '.join(derived.tables)} are of an earlier version")


def open_lake(lake: Path | None, at_version: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the lake a verb was given; a lake that was moved is repaired first."""
    place = Lake.at(settings_for(lake).lake)
    reason = repair(place)
    if reason:
        show.note(f"{place.root} was {reason}: its catalogs were made again for this place and this version")
    return connect(place, at_version)

"""Options that several verbs share, and how a verb opens the lake it was given.

The options of a count are built from the fields of `transforms.counting.filters.Filters` (see `takes_filters`).
"""

import datetime as dt
import inspect
import os
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import typer

from flows import terminal
from flows.settings import Settings
from transforms.counting.filters import FIELDS, FilterField, Filters
from warehouse.catalog.publish import connect, read_version, repair
from warehouse.derived.refresh import DerivedTables, is_current, refresh
from warehouse.lake import Lake

LakeOption = Annotated[Path | None, typer.Option("--lake", help="The lake's folder [HOOFBEATS_LAKE, else ./lake].")]
VersionOption = Annotated[int | None, typer.Option("--at-version", help="Ask a kept version of the catalog.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]
Terms = Annotated[list[str], typer.Argument(help="Names or CURIEs; '|' separates alternatives.", metavar="TERM...")]
LimitOption = Annotated[int, typer.Option(min=1, help="Rows at most.")]


_BY_NAME = {field.name: field for field in FIELDS}
WATCHABLE = tuple(field.name for field in FIELDS if field.watchable)
"""The filters that a watch can have."""


def takes_filters(verb: Callable[..., None], names: Iterable[str] = tuple(_BY_NAME)) -> Callable[..., None]:
    """Replace the parameter `filters` of a verb by one option for each filter, which Typer then offers.

    def count(terms, filters, lake)   ->   hoofbeats count TERM... --basis --level ... --as-of --lake
    """
    parameters = list(inspect.signature(verb).parameters.values())
    position = [parameter.name for parameter in parameters].index("filters")
    options = [_option(_BY_NAME[name]) for name in names]
    expanded = [*parameters[:position], *options, *parameters[position + 1 :]]

    @wraps(verb)
    def command(**values: Any) -> None:  # noqa: ANN401 - whatever Typer read
        filters: dict[str, Any] = {option.name: values.pop(option.name) for option in options}
        dates = {name: value.date() for name, value in filters.items() if isinstance(value, dt.datetime)}
        verb(**values, filters=Filters(**{**filters, **dates}))

    by_keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in expanded]
    command.__signature__ = inspect.Signature(by_keyword)  # type: ignore[attr-defined]  # where Typer looks
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in by_keyword}
    return command


def _option(field: FilterField) -> inspect.Parameter:
    """The parameter from which Typer makes the option of a filter."""
    kind: Any = Literal[field.choices] if field.choices else field.kind
    if field.kind is dt.date:
        kind = dt.datetime  # Typer reads no plain dates
    formats = ["%Y-%m-%d"] if field.kind is dt.date else None
    optional = kind if field.default is not None else kind | None
    annotation: Any = Annotated[optional, typer.Option(field.option, help=field.meaning, formats=formats)]
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation)


def settings_for(lake: Path | None) -> Settings:
    """The settings, with the lake a verb was given in place of the configured one."""
    return Settings() if lake is None else Settings(lake=lake)


def open_lake(lake: Path | None, at_version: int | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the lake a verb was given; the catalog of a lake that was moved is repaired first.

    Raises `NoLakeError` where there is none, `UnknownVersionError` where that version is not kept.
    """
    return connect(_repaired(lake), at_version)


def existing_lake(lake: Path | None, at_version: int | None = None) -> Lake:
    """The lake a verb was given; raises the errors of `open_lake` before a verb begins its work."""
    with open_lake(lake, at_version):
        return Lake.at(settings_for(lake).lake)


def _repaired(lake: Path | None) -> Lake:
    opened = Lake.at(settings_for(lake).lake)
    reason = repair(opened)
    if reason:
        terminal.note(f"{opened.root} was {reason}: its catalogs were made again for this place and this version")
    return opened


def bring_up_to_date(lake: Lake, derived: DerivedTables) -> None:
    """Compute derived tables again where articles changed since; a lake that cannot be written keeps those it has."""
    if is_current(read_version(lake), derived):
        return
    if os.access(lake.root, os.W_OK):
        refresh(lake, derived)
    else:
        terminal.note(f"{lake.root} cannot be written: {', '.join(derived.tables)} are of an earlier version")

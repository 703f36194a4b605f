"""Options that several verbs share, and how a verb opens the lake it was given.

The options of a count are built from the fields of `transforms.counting.filters.Filters` (see `takes_filters`).
"""

import contextlib
import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import typer

from flows import terminal
from flows.settings import Settings
from transforms.counting.filters import FIELDS, FilterField, Filters
from warehouse.catalog.publish import connect, current_file, read_file, version_path
from warehouse.derived.refresh import DERIVED_NAMES, DerivedTables, connect_current, describe_stale
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
    """A connection for reading the lake a verb was given.

    Raises `NoLakeError` where there is none, `UnknownVersionError` where that version is not kept.
    """
    return connect(Lake.at(settings_for(lake).lake), at_version)


def existing_lake(lake: Path | None, at_version: int | None = None) -> Lake:
    """The lake a verb was given; raises the errors of `open_lake` before a verb begins its work."""
    with open_lake(lake, at_version):
        return Lake.at(settings_for(lake).lake)


@contextlib.contextmanager
def open_with_current(
    lake: Path | None, at_version: int | None, derived: DerivedTables
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for reading a lake, with derived tables computed in memory if articles changed since.

    A kept version is read as it is, with a note if its tables are older.
    """
    if at_version is not None:
        for remark in stale_tables(lake, at_version, " ".join(derived.tables)):
            terminal.note(remark)
        with open_lake(lake, at_version) as connection:
            yield connection
        return
    with connect_current(existing_lake(lake), derived) as connection:
        yield connection


def stale_tables(lake: Path | None, at_version: int | None = None, query: str | None = None) -> list[str]:
    """What a reader of stored derived tables must know, if articles changed since: of all, or those a query names."""
    kinds = [kind for kind, names in DERIVED_NAMES.items() if query is None or any(name in query for name in names)]
    target = Lake.at(settings_for(lake).lake)
    file = current_file(target) if at_version is None else version_path(target, at_version)
    return describe_stale(read_file(file), kinds) if kinds else []

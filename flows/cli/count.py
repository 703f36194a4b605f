"""Verbs that ask of a combination: count, timeline, evidence. They share the options that say which and how."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import duckdb
import typer

from flows.cli.options import (
    AsOfOption,
    Basis,
    BasisOption,
    CaseReportsOption,
    CiteOption,
    ExactOption,
    ExportOption,
    FromYearOption,
    JsonOption,
    LakeOption,
    Level,
    LevelOption,
    LimitOption,
    RetractedOption,
    Terms,
    ToOption,
    ToYearOption,
    VersionOption,
    open_lake,
)
from warehouse.queries.combinations import Combination, resolve

app = typer.Typer()


@contextmanager
def _asked(
    terms: Terms,
    basis: BasisOption = Basis.ANY,
    level: LevelOption = Level.ARTICLE,
    exact: ExactOption = False,
    include_retracted: RetractedOption = False,
    only_case_reports: CaseReportsOption = False,
    from_year: FromYearOption = None,
    to_year: ToYearOption = None,
    as_of: AsOfOption = None,
    lake: LakeOption = None,
    at_version: VersionOption = None,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Combination]]:
    """The lake to ask, and the combination that these options say."""
    with open_lake(lake, at_version) as connection:
        groups = tuple(resolve(connection, term) for term in terms)
        day = as_of.date().isoformat() if as_of else None
        how = (basis, level, exact, include_retracted, day, only_case_reports, from_year, to_year)
        yield connection, Combination(groups, *how)


def _of_a_combination(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb of (connection, combination, ...) the options of `_asked` in place of its first two parameters."""
    shared = inspect.signature(_asked).parameters
    own = dict(list(inspect.signature(verb).parameters.items())[2:])

    @wraps(verb)
    def command(**given: object) -> None:
        with _asked(**{name: given.pop(name) for name in shared}) as (connection, combination):  # type: ignore[arg-type]
            verb(connection, combination, **given)

    taken = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*shared.values(), *own.values())]
    command.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in taken}
    return command


@app.command(
    epilog='Example: hoofbeats count "Leukemia|Leukemic Infiltration" "Hematopoiesis, Extramedullary" "Lymph Nodes"'
)
@_of_a_combination
def count(
    connection: duckdb.DuckDBPyConnection,
    combination: Combination,
    cite: CiteOption = False,
    export: ExportOption = None,
    to: ToOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the distinct articles that have all the terms, and say how surprising that number is."""
    from flows.cli import citation as citing
    from flows.cli.count_report import show_count

    if export is None:
        show_count(connection, combination, cite=cite, as_json=as_json)
    else:
        citing.export(connection, combination, export, to)


@app.command(epilog='Example: hoofbeats timeline "Hematopoiesis, Extramedullary" "Lymph Nodes" --from-year 1990')
@_of_a_combination
def timeline(connection: duckdb.DuckDBPyConnection, combination: Combination, as_json: JsonOption = False) -> None:
    """Count by publication year."""
    from flows.cli.reports import show_timeline

    show_timeline(connection, combination, as_json=as_json)


@app.command(epilog='Example: hoofbeats evidence "Leukemia" "Hematopoiesis, Extramedullary" --limit 5')
@_of_a_combination
def evidence(
    connection: duckdb.DuckDBPyConnection,
    combination: Combination,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the articles behind a count: their sentences, headings and character offsets."""
    from flows.cli.reports import show_evidence

    show_evidence(connection, combination, limit, as_json=as_json)

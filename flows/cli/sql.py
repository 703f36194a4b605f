"""The verb that asks the catalog in SQL: sql."""

from typing import Annotated

import typer

from flows.cli.options import JsonOption, LakeOption, VersionOption, existing_lake, open_lake, stale_tables
from flows.cli.reports.result_formats import ResultFormat, write_result
from flows.terminal import note
from warehouse.queries.select import Limits, select

app = typer.Typer()

_FormatOption = Annotated[ResultFormat, typer.Option("--format", help="How the rows are written.")]
_RowsOption = Annotated[int, typer.Option("--max-rows", min=1, help="Rows at most; the rest is left out with a note.")]
_TimeOption = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds after which the query is ended.")]
_MemoryOption = Annotated[str, typer.Option("--memory", help="Memory the query may use; beyond, it spills to disk.")]


@app.command(
    epilog='Example: hoofbeats sql "FROM rare_cooccurrences LIMIT 10" --format csv',
    context_settings={"ignore_unknown_options": True},  # a query may begin with a comment: -- ...
)
def sql(
    query: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT (or FROM ...) statement.")],
    written_as: _FormatOption = ResultFormat.TABLE,
    max_rows: _RowsOption = 100_000,
    timeout_s: _TimeOption = 300,
    memory: _MemoryOption = "2GB",
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the catalog in SQL, for reading only: no other file can be read or written.

    Of two columns with one name, the second is called name_2. JSON has as text what it has no type for: times, UUIDs,
    bytes (hexadecimal), infinities, and decimals that a float cannot hold.
    """
    tables = existing_lake(lake, at_version).tables
    with open_lake(lake, at_version) as connection:
        result = select(connection, query, tables, Limits(max_rows, timeout_s, memory))
    write_result(result.columns, result.rows, ResultFormat.JSON if as_json else written_as)
    for remark in stale_tables(lake, at_version, query.lower()):
        note(remark)
    if result.is_cut:
        note(f"only the first {max_rows:,} rows; --max-rows shows more")

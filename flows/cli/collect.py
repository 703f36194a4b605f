"""The verbs that collect from the sources over HTTP: collect, and backfill for long spans."""

import datetime as dt
from datetime import datetime
from typing import Annotated

import typer

from flows.choices import MAX_PARALLEL, Dates, Mode, Order, SourceName, WindowSize
from flows.cli.options import JsonOption, LakeOption, settings_for

app = typer.Typer()

_DAY = ["%Y-%m-%d"]
_SourceOption = Annotated[SourceName, typer.Option(help="Where to collect from.")]
_SinceOption = Annotated[datetime, typer.Option(formats=_DAY, help="First day.")]
_UntilOption = Annotated[datetime, typer.Option(formats=_DAY, help="Last day.")]
_QueryOption = Annotated[
    str | None,
    typer.Option(help="In the source's own language; for web_pages a file of addresses or a feed's address."),
]
_DatesOption = Annotated[Dates, typer.Option(help="Days of the records' creation, of their modification, or both.")]


@app.command(epilog="Example: hoofbeats collect --source pubmed_api --since 2026-01-01 --until 2026-01-07")
def collect(
    source: _SourceOption,
    since: _SinceOption,
    until: _UntilOption,
    query: _QueryOption = None,
    dates: _DatesOption = Dates.BOTH,
    force: Annotated[bool, typer.Option("--force", help="Collect windows that are done once more.")] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Collect what a source has of some days. Windows that are done are passed over; interrupted ones go on."""
    from flows.cli.run import run_collect
    from flows.sources.base import Span

    days = _days(since, until)
    run_collect(settings_for(lake), source.value, Span(*days, query, dates.kinds), force=force, as_json=as_json)


@app.command(epilog="Example: hoofbeats backfill --source pubmed_api --since 2020-01-01 --until 2025-12-31 --dry-run")
def backfill(
    source: _SourceOption,
    since: _SinceOption,
    until: _UntilOption,
    window: Annotated[
        WindowSize, typer.Option(help="How many days to ask for at a time; files and pages are windows of their own.")
    ] = WindowSize.MONTH,
    mode: Annotated[
        Mode, typer.Option(help="The days no finished window covers, the windows that failed, or all once more.")
    ] = Mode.MISSING,
    query: _QueryOption = None,
    dates: _DatesOption = Dates.CREATED,
    order: Annotated[Order, typer.Option(help="Which windows to begin with.")] = Order.NEWEST,
    parallel: Annotated[int, typer.Option(min=1, max=MAX_PARALLEL, help="Windows side by side.")] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show windows, records, requests and minutes; collect nothing.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Collect a long span window by window, e.g. to fill gaps. Run again after a crash, it goes on where it was.

    A window that fails stops no other; the exit code is then 1. Scheduled runs may go on: no window is collected twice.
    """
    from flows.cli.run import run_backfill, show_dry_run
    from flows.sources.base import Span
    from flows.windows.backfill_plan import BackfillRequest

    asked = BackfillRequest(source, Span(*_days(since, until), query, dates.kinds, window), mode, order)
    if dry_run:
        show_dry_run(settings_for(lake), asked, as_json=as_json)
    else:
        run_backfill(settings_for(lake), asked, parallel, as_json=as_json)


def _days(since: datetime, until: datetime) -> tuple[dt.date, dt.date]:
    if until < since:
        raise typer.BadParameter("the last day is before the first", param_hint="--until")
    return since.date(), until.date()

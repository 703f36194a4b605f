"""The verbs that collect from the sources over HTTP: collect, and backfill for long spans."""

import datetime as dt
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from flows import terminal
from flows.choices import MAX_PARALLEL, Dates, Mode, Order, SourceName, WindowSize
from flows.cli.options import JsonOption, LakeOption, settings_for
from flows.errors import IncompleteError
from flows.quiet_prefect import quieten_prefect, quieten_retries
from flows.settings import Settings
from warehouse.commit.ingest import OUTCOMES

if TYPE_CHECKING:
    from flows.sources.base import Span
    from flows.windows.backfill_plan import BackfillRequest
    from flows.windows.backfill_run import BackfillResult

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
    from flows.sources.base import Span

    span = Span(*_days(since, until), query, dates.kinds)
    run_collect(settings_for(lake), source.value, span, force=force, as_json=as_json)


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
    from flows.sources.base import Span
    from flows.windows.backfill_plan import BackfillRequest

    asked = BackfillRequest(source, Span(*_days(since, until), query, dates.kinds, window), mode, order)
    if dry_run:
        _show_dry_run(settings_for(lake), asked, as_json=as_json)
    else:
        _run_backfill(settings_for(lake), asked, parallel, as_json=as_json)


def _days(since: datetime, until: datetime) -> tuple[dt.date, dt.date]:
    if until < since:
        raise typer.BadParameter("the last day is before the first", param_hint="--until")
    return since.date(), until.date()


def run_collect(settings: Settings, source: str, span: "Span", *, force: bool, as_json: bool) -> None:
    """Collect from a source and print the result of every window; raises `IncompleteError` if one of them failed."""
    quieten_retries()
    quieten_prefect()
    from flows.collect import collect as collect_flow
    from flows.operations.temporary_server import temporary_server

    incomplete: IncompleteError | None = None
    try:
        with temporary_server():
            result = collect_flow(
                SourceName(source), span.since, span.until, span.query, span.dates, force=force, settings=settings
            )
    except IncompleteError as error:
        result, incomplete = error.result, error
    if as_json:
        terminal.as_json({**asdict(result), "lake": str(settings.lake)})
    else:
        _show_windows(result.windows)
        done = f"; {result.already_done:,} were done already" if result.already_done else ""
        left = f"; {result.left_to_others:,} are being collected by other runs" if result.left_to_others else ""
        collected = f"{len(result.windows):,} windows collected"
        terminal.lines(f"{settings.lake}: version {result.version}, {collected}{done}{left}")
    if result.paused:
        terminal.note(
            f"{result.paused:,} windows failed before and are tried again on a later day; --force tries them now"
        )
    if incomplete:
        raise incomplete


def _show_dry_run(settings: Settings, asked: "BackfillRequest", *, as_json: bool) -> None:
    """Print how much work a backfill will be; no flow is run for it."""
    from flows.windows.backfill_plan import estimate_backfill

    quieten_retries()
    plan = estimate_backfill(asked, settings)
    if as_json:
        terminal.as_json(plan)
        return
    terminal.as_table(plan["windows"], ["window_name", "expected", "requests", "minutes"])
    total = plan["total"]
    terminal.lines(
        f"{total['windows']:,} windows, {terminal.text(total['expected'])} records, {total['requests']:,} requests,"
        f" {total['minutes']:,} minutes at least; {total['already_done']:,} windows are done already"
    )


def _run_backfill(settings: Settings, asked: "BackfillRequest", parallel: int, *, as_json: bool) -> None:
    """Backfill and print the result of every window; raises `BackfillFailed` if one of them failed."""
    quieten_retries()
    quieten_prefect()
    from flows.backfill import BackfillFailed
    from flows.backfill import backfill as backfill_flow
    from flows.operations.temporary_server import temporary_server

    span = asked.span
    size = span.window or WindowSize.MONTH
    dates = Dates.BOTH if len(span.dates) > 1 else Dates(span.dates[0])
    failure: BackfillFailed | None = None
    try:
        with temporary_server():
            returned = backfill_flow(
                asked.source, span.since, span.until, size, mode=asked.mode, query=span.query, dates=dates,
                order=asked.order, parallel=parallel, lake=settings.lake,
            )  # fmt: skip
        result = cast("BackfillResult", returned)
    except BackfillFailed as error:
        result, failure = error.result, error
    if as_json:
        terminal.as_json({**asdict(result), "lake": str(settings.lake)})
    else:
        _show_windows(result.windows)
        terminal.lines(
            f"{settings.lake}: version {result.version}, {len(result.windows):,} windows collected;"
            f" {result.already_done:,} were done already, {result.done_by_others:,} by other runs in the meantime"
        )
    if failure:
        raise failure


def _show_windows(windows: list[dict[str, Any]]) -> None:
    """The windows that held records or failed, a row each; the number of the others."""
    notable = [row for row in windows if row["received"] or row["state"] == "failed"]
    if notable:
        terminal.as_table(notable, ["window_name", "state", "expected", "received", *OUTCOMES, "reason"])
    if len(notable) < len(windows):
        terminal.lines(f"{len(windows) - len(notable):,} windows without records")

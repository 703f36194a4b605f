"""The verb that collects from the sources over HTTP."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from flows.options import JsonOption, LakeOption, settings_for

app = typer.Typer()


class SourceName(StrEnum):
    """Where to collect from."""

    PUBMED_API = "pubmed_api"
    PUBMED_FILES = "pubmed_files"
    EUROPEPMC = "europepmc"
    WEB_PAGES = "web_pages"


class Dates(StrEnum):
    """Which dates of PubMed's records the days are."""

    CREATED = "created"
    MODIFIED = "modified"
    BOTH = "both"


_DAY = ["%Y-%m-%d"]


@app.command(epilog="Example: hoofbeats collect --source pubmed_api --since 2026-01-01 --until 2026-01-07")
def collect(
    source: Annotated[SourceName, typer.Option(help="Where to collect from.")],
    since: Annotated[datetime, typer.Option(formats=_DAY, help="First day.")],
    until: Annotated[datetime, typer.Option(formats=_DAY, help="Last day.")],
    query: Annotated[
        str | None,
        typer.Option(help="In the source's own language; for web_pages a file of addresses or a feed's address."),
    ] = None,
    dates: Annotated[
        Dates, typer.Option(help="Days of the records' creation, of their modification, or both.")
    ] = Dates.BOTH,
    force: Annotated[bool, typer.Option("--force", help="Collect windows that are done once more.")] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Collect what a source has of some days. Windows that are done are passed over; interrupted ones go on."""
    from flows.commands import run_collect
    from flows.sources.base import Span

    if until < since:
        raise typer.BadParameter("the last day is before the first", param_hint="--until")
    both = ("created", "modified") if dates is Dates.BOTH else (dates.value,)
    days: tuple[dt.date, dt.date] = since.date(), until.date()
    run_collect(settings_for(lake), source.value, Span(*days, query, both), force=force, as_json=as_json)

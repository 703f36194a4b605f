"""Verbs about claims of rarity: claims (those of the literature), check (those of a manuscript)."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from flows.cli.options import (
    JsonOption,
    LakeOption,
    LimitOption,
    VersionOption,
    open_lake,
    open_with_current,
    settings_for,
)

app = typer.Typer()


class Kind(StrEnum):
    """The kinds of claim."""

    FIRST_REPORT = "first_report"
    NTH_REPORT = "nth_report"
    ONLY_REPORT = "only_report"
    PRIOR_COUNT = "prior_count"
    RARE_QUALITATIVE = "rare_qualitative"


class VerdictName(StrEnum):
    """The verdicts on a claim."""

    CONTRADICTED = "contradicted"
    NOT_CONTRADICTED = "not contradicted"
    NOT_DECIDABLE = "not decidable"


@app.command(epilog="Example: hoofbeats claims --verdict contradicted --limit 5   |   hoofbeats claims --article 12345")
def claims(
    kind: Annotated[Kind | None, typer.Option(help="Only claims of this kind.")] = None,
    verdict: Annotated[VerdictName | None, typer.Option(help="Only claims with this verdict.")] = None,
    article: Annotated[
        str | None, typer.Option(help="Only claims of this article: a PMID, article_id or document_id.")
    ] = None,
    limit: LimitOption = 20,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what papers claim ("the second reported case") beside the earlier articles found. A lower bound:

    abstracts tell of fewer cases than there are, so what is found can contradict a claim and never confirm it.
    """
    from flows.cli.reports.claims import show_claims
    from warehouse.derived.claim_audit import CLAIM_TABLES

    selection = {"kind": kind, "verdict": verdict, "article": article, "limit": limit}
    with open_with_current(lake, at_version, CLAIM_TABLES) as connection:
        show_claims(connection, selection, as_json=as_json)


@app.command(epilog="Example: hoofbeats check manuscript.txt   |   pbpaste | hoofbeats check -")
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Text or HTML; - reads standard input.")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Only what had entered by this date.")
    ] = None,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the claims in a manuscript's title and abstract, and the articles that speak against them.

    Nothing of the manuscript is stored. The first paragraph is its title, the rest its abstract.
    """
    from flows.cli.manuscript import check_manuscript

    known_until = as_of.date() if as_of else datetime.now(UTC).date()
    with open_lake(lake, at_version) as connection:
        check_manuscript(connection, file, known_until, settings_for(lake), as_json=as_json)

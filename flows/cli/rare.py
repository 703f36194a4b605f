"""The verb that lists rare pairs: rare."""

from functools import partial
from typing import Annotated

import typer

from flows import terminal
from flows.cli.options import (
    JsonOption,
    LakeOption,
    LimitOption,
    VersionOption,
    open_with_current,
    takes_filters,
)
from transforms.counting.filters import Filters
from warehouse.queries.combinations import rows

app = typer.Typer()
_COLUMNS = {
    "articles": "articles",
    "name_a": "concept",
    "name_b": "with",
    "first_year": "first",
    "last_year": "last",
    "articles_a": "alone",
    "articles_b": "alone",
    "expected": "expected",
    "ic_low": "IC low",
    "q_value": "q",
    "articles_with_descendants": "with those below",
}
"""Columns of rare_cooccurrences that are shown, with their headings."""


@app.command(epilog="Example: hoofbeats rare --basis index --category C --limit 20")
@partial(takes_filters, names=("basis",))
def rare(
    filters: Filters,
    category: Annotated[str | None, typer.Option(help="Only pairs of this category (MeSH tree letter).")] = None,
    limit: LimitOption = 20,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List pairs that were seen in 1 to 4 articles, the most surprising first."""
    from warehouse.derived.rare_pairs import RARE_TABLES

    with open_with_current(lake, at_version, RARE_TABLES) as connection:
        pairs = rows(connection, "rare", {"basis": filters.basis, "category": category, "limit": limit})
    terminal.as_json(pairs) if as_json else terminal.as_table(pairs, list(_COLUMNS), _COLUMNS)

"""Compare two kept versions of the catalog."""

from contextlib import ExitStack
from dataclasses import dataclass

import duckdb

from warehouse.catalog.publish import attachable_file
from warehouse.catalog.sql import literal
from warehouse.lake import Lake
from warehouse.queries.combinations import Row, rows


@dataclass(frozen=True)
class Changes:
    """The differences of two versions; the column `change` says what happened to the row.

    pairs: pairs of concepts that appeared, vanished or changed. articles: added, deleted, retracted or restored.
    """

    pairs: list[Row]
    articles: list[Row]


def compare_versions(lake: Lake, earlier: int, later: int) -> Changes:
    """Return the changes from one version to another; raises `UnknownVersionError` if one of them is not kept."""
    with ExitStack() as files, duckdb.connect() as connection:
        for name, number in (("earlier", earlier), ("later", later)):
            file = files.enter_context(attachable_file(lake, number))
            connection.execute(f"ATTACH {literal(str(file))} AS {name} (READ_ONLY)")
        return Changes(rows(connection, "diff_pairs"), rows(connection, "diff_articles"))

"""What `hoofbeats status` prints: what the lake holds, and the reconciliation of its records."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

import duckdb

from flows import terminal
from flows.cli.reports.coverage import coverage_lines
from warehouse.commit.coverage import Hole, find_holes
from warehouse.commit.ingest import OUTCOMES
from warehouse.queries.combinations import Row, dictionaries
from warehouse.queries.coverage import YearCoverage


def holes_in_ledger(connection: duckdb.DuckDBPyConnection, settled_after_days: int) -> list[Hole]:
    """Return what the ledger of a lake lacks as of today, source by source."""
    ledger = dictionaries(connection.execute("FROM windows"))
    return find_holes(ledger, dt.datetime.now(dt.UTC).date(), settled_after_days)


def show_status(
    status: Row,
    rejections: list[Row],
    coverage: YearCoverage,
    holes: Sequence[Hole] = (),
    stale: Sequence[str] = (),
    *,
    as_json: bool,
) -> None:
    """Print the row of query `status`, the holes in the ledger, stale tables, and the rejected records by reason."""
    if as_json:
        gaps = [asdict(hole) for hole in holes]
        terminal.as_json(
            {**status, "coverage": coverage.as_json(), "holes": gaps, "stale": list(stale), "rejections": rejections}
        )
        return
    outcomes = " + ".join(f"{status[outcome]:,} {outcome}" for outcome in OUTCOMES)
    failed = f"; {status['failed_windows']:,} windows failed, see table windows" if status["failed_windows"] else ""
    terminal.lines(
        f"lake          {status['lake']}, version {status['version']}, {terminal.text(status['committed_at'])}",
        f"payloads      {status['payloads']:,}{failed}",
        f"records       {status['received']:,} received = {outcomes}",
        f"              {status['record_versions']:,} record versions of {status['documents']:,} documents;"
        f" {status['deletions']:,} deletions recorded",
        f"articles      {status['articles']:,}, of them {status['retracted']:,} retracted",
        *coverage_lines(coverage),
        f"mentions      {status['mentions']:,} in titles and abstracts",
        f"vocabulary    {str(status['vocabulary_version'])[:12]},"
        f" {terminal.text(status['counted_concepts'])} concepts counted",
        *([f"              {', '.join(status['editions'])}"] if status["editions"] else []),
        *([f"curations     {status['curations']:,}, see `hoofbeats curate list`"] if status["curations"] else []),
    )
    terminal.lines(*(f"hole          {hole.describe()}" for hole in holes))
    terminal.lines(*(f"stale         {remark}" for remark in stale))
    if rejections:
        terminal.as_table(rejections, ["reason", "records", "for_instance", "detail"])

"""Undo: withdraw a batch, so that every record it touched is again what all other batches make of it."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.table import Table
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import begin_commit, connect, publish
from warehouse.catalog.schema import BATCHES, WINDOWS
from warehouse.commit.follow_up import follow_up
from warehouse.errors import UnknownBatchError
from warehouse.lake import Lake
from warehouse.revision.reprocess import Annotator, records_of_batch, reprocess
from warehouse.revision.stored_vocabulary import current_vocabulary

WITHDRAWABLE = ("ingest", "verdict")
"""Kinds of batches that can be undone."""


def undo(lake: Lake, batch: int) -> int:
    """Withdraw a batch; its payloads may be loaded again. Returns the version this makes.

    Raises `UnknownBatchError` for a batch that loaded nothing or is withdrawn already.
    """
    with lake.writing():
        version = begin_commit(lake)
        _check(version, batch)
        changed = _without_batch(lake, version, batch)
        segments.sync_folders(lake)
        next_version = version.successor(lake, {"batch_id": f"undo {batch}", "kind": "undo"}, **changed)
        marked = _marked(next_version.table("batches"), BATCHES, batch, {"withdrawn_in": next_version.number})
        publish(lake, Version(next_version.number, {**next_version.tables, "batches": marked}))
    follow_up(lake, version)
    return next_version.number


def _check(version: Version, batch: int) -> None:
    withdrawable = {
        row["batch"]
        for row in version.table("batches").to_pylist()
        if row["kind"] in WITHDRAWABLE and row["withdrawn_in"] is None
    }
    if batch not in withdrawable:
        raise UnknownBatchError(
            f"batch {batch} cannot be undone: it loaded nothing, or is withdrawn already",
            f"batches that can be undone: {', '.join(map(str, sorted(withdrawable))) or 'none'}",
        )


def _without_batch(lake: Lake, version: Version, batch: int) -> dict[str, pa.Table]:
    """The small tables as they are without the batch, once its articles are rewritten."""
    verdicts = version.table("verdicts")
    withdrawn = verdicts.filter(pc.equal(verdicts["batch"], batch))
    kept = verdicts.filter(pc.not_equal(verdicts["batch"], batch))
    # A verdict changes no record: the pair it was about has to be clustered again all the same.
    recluster = [*withdrawn["document_a"].to_pylist(), *withdrawn["document_b"].to_pylist()]
    annotator = Annotator(cache(lambda: current_vocabulary(lake)), version.table("curations").drop_columns("batch"))
    with connect(lake) as connection:
        select_records = records_of_batch(batch, recluster)
        changed = reprocess(lake, version, connection, select_records, annotator, verdicts=kept)
    windows = _marked(version.table("windows"), WINDOWS, batch, {"state": "withdrawn"})
    return {**changed, "verdicts": kept, "windows": windows}


def _marked(table: pa.Table, schema: Table, batch: int, values: dict[str, object]) -> pa.Table:
    """A table with other values in the rows of one batch."""
    return schema.from_rows({**row, **(values if row["batch"] == batch else {})} for row in table.to_pylist())

"""Undo: a batch is withdrawn, and every record it touched stands again as all other batches tell it."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.table import Table
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import BATCHES, WINDOWS
from warehouse.derived.watch_counts import follow, followed
from warehouse.errors import UnknownBatchError
from warehouse.lake import Lake
from warehouse.revision.reprocess import LookingAgain
from warehouse.revision.stored_vocabulary import current_vocabulary

WITHDRAWABLE = ("ingest", "verdict")


def undo(lake: Lake, batch: int) -> int:
    """Withdraw a batch; its payloads may be loaded again. Returns the version this makes.

    Raises `UnknownBatchError` for a batch that loaded nothing or is withdrawn already.
    """
    with lake.writing():
        version = recover(lake)
        _check(version, batch)
        with connect_to_write(lake, version) as connection:
            made = _Withdrawal(lake, version, connection, batch, cache(lambda: current_vocabulary(lake))).run()
    if followed(version):
        follow(lake)
    return made


def _check(version: Version, batch: int) -> None:
    standing = {
        row["batch"]
        for row in version.table("batches").to_pylist()
        if row["kind"] in WITHDRAWABLE and row["withdrawn_in"] is None
    }
    if batch not in standing:
        raise UnknownBatchError(
            f"batch {batch} loaded nothing, or is withdrawn already",
            f"batches that can be undone: {', '.join(map(str, sorted(standing))) or 'none'}",
        )


class _Withdrawal(LookingAgain):
    """The documents of a batch are looked at again as if it had never come."""

    def run(self) -> int:
        changed = self.rewrite()
        segments.sync_folders(self.lake)
        next_version = self.old.successor(
            self.lake,
            {"batch_id": f"undo {self.batch}", "kind": "undo"},
            windows=_marked(self.old.table("windows"), WINDOWS, self.batch, {"state": "withdrawn"}),
            verdicts=self.verdicts(),
            **changed,
        )
        batches = _marked(next_version.table("batches"), BATCHES, self.batch, {"withdrawn_in": self.number})
        publish(self.lake, Version(next_version.number, {**next_version.tables, "batches": batches}))
        return self.number

    def place_records(self) -> None:
        """Look again at the records of the batch, and at those it said something of."""
        super().place_records()
        said = self.old.table("verdicts").filter(pc.equal(self.old.table("verdicts")["batch"], self.batch))
        self.reconsider(*said["document_a"].to_pylist(), *said["document_b"].to_pylist())

    def verdicts(self) -> pa.Table:
        """What persons said in other batches."""
        old = self.old.table("verdicts")
        return old.filter(pc.not_equal(old["batch"], self.batch))


def _marked(table: pa.Table, schema: Table, batch: int, values: dict[str, object]) -> pa.Table:
    return schema.from_rows({**row, **(values if row["batch"] == batch else {})} for row in table.to_pylist())

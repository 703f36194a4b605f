"""Undo: a batch is withdrawn, and every record it touched stands again as all other batches tell it."""

import pyarrow as pa
import pyarrow.compute as pc

from transforms.annotate import annotate
from transforms.schema import MENTIONS, Table
from transforms.vocabulary import Vocabulary, build
from warehouse import segments
from warehouse.catalog import connect_to_write, publish, read_version, recover
from warehouse.catalog_file import Version
from warehouse.catalog_schema import BATCHES, WINDOWS
from warehouse.errors import UnknownBatchError
from warehouse.lake import Lake
from warehouse.rewriting import Rewriting
from warehouse.staging import empty_unit
from warehouse.vocabulary import read

DOCUMENTS_AT_ONCE = 30_000


def undo(lake: Lake, batch: int) -> int:
    """Withdraw a batch; its payloads may be loaded again. Returns the version this makes.

    Raises `UnknownBatchError` for a batch that loaded nothing or is withdrawn already.
    """
    with lake.writing():
        recover(lake)
        version = read_version(lake)
        _check(version, batch)
        parts = read(lake)
        vocabulary = build(parts["concepts"], parts["concept_names"], parts["concept_ancestors"])
        with connect_to_write(lake, version) as connection:
            withdrawal = _Withdrawal(lake, version, [empty_unit(lake)], connection)
            return withdrawal.run(batch, vocabulary)


def _check(version: Version, batch: int) -> None:
    standing = {
        row["batch"]
        for row in version.table("batches").to_pylist()
        if row["kind"] == "ingest" and row["withdrawn_in"] is None
    }
    if batch not in standing:
        raise UnknownBatchError(
            f"batch {batch} loaded nothing, or is withdrawn already",
            f"batches that can be undone: {', '.join(map(str, sorted(standing))) or 'none'}",
        )


class _Withdrawal(Rewriting):
    """The documents of a batch are looked at again as if it had never come."""

    withdrawn: int
    vocabulary: Vocabulary

    def run(self, batch: int, vocabulary: Vocabulary) -> int:
        self.withdrawn, self.vocabulary = batch, vocabulary
        changed = self.rewrite()
        segments.sync_folders(self.lake)
        next_version = self.old.successor(
            self.lake,
            {"batch_id": f"undo {batch}", "kind": "undo", "vocabulary_version": vocabulary.version},
            windows=_marked(self.old.table("windows"), WINDOWS, batch, {"state": "withdrawn"}),
            **changed,
        )
        batches = _marked(next_version.table("batches"), BATCHES, batch, {"withdrawn_in": self.number})
        publish(self.lake, Version(next_version.number, {**next_version.tables, "batches": batches}))
        return self.number

    def place_records(self) -> None:
        self.execute("incoming", files=self.files("documents"))
        self.execute("incoming_deletions", files=self.files("deletions"))
        self.execute("runs", withdrawn=self.withdrawn)
        self.execute("looked_at_again", withdrawn=self.withdrawn, size=DOCUMENTS_AT_ONCE)

    def mentions(self, home: int, current: pa.Table) -> pa.Table:
        changed = self.connection.sql("SELECT document_id FROM changed_documents").to_arrow_table()["document_id"]
        anew = current.filter(pc.is_in(current["document_id"], changed.combine_chunks()))
        found = [
            self.next_mentions(home, anew=True),
            MENTIONS.without("batch").conform(annotate(anew, self.vocabulary)),
        ]
        return pa.concat_tables(found).sort_by([(name, "ascending") for name in MENTIONS.sort_by])


def _marked(table: pa.Table, schema: Table, batch: int, values: dict[str, object]) -> pa.Table:
    return schema.from_rows({**row, **(values if row["batch"] == batch else {})} for row in table.to_pylist())

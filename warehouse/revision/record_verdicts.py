"""What a person says of two records, that they tell of the same article or not: it overrules every rule."""

import datetime as dt
import uuid
from typing import Any

import duckdb
import pyarrow as pa

from transforms.vocabulary.compiled import Vocabulary
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import VERDICTS
from warehouse.derived.watch_counts import follow, followed
from warehouse.errors import UnknownDocumentError
from warehouse.lake import Lake
from warehouse.revision.reprocess import NO_BATCH, LookingAgain


def record_verdict(
    lake: Lake,
    documents: tuple[str, str],
    *,
    same: bool,
    said_by: str,
    note: str = "",
    said_at: dt.datetime | None = None,
) -> int:
    """Commit a verdict on two documents; the articles and counts it changes follow. Returns the version this makes.

    `said_at`: when it was said, now if not given.
    Raises `UnknownDocumentError` for a document the lake does not have, or one and the same twice.
    """
    first, second = sorted(documents)
    told: dict[str, Any] = {"document_a": first, "document_b": second, "same": same, "said_by": said_by, "note": note}
    told["said_at"] = said_at or dt.datetime.now(dt.UTC)
    with lake.writing():
        version = recover(lake)
        with connect_to_write(lake, version) as connection:
            _check(connection, first, second)
            made = _Verdict(lake, version, connection, told).run()
    if followed(version):
        follow(lake)
    return made


def _check(connection: duckdb.DuckDBPyConnection, first: str, second: str) -> None:
    hint = "name two records by document_id, e.g. pubmed:12345; table documents has them"
    if first == second:
        raise UnknownDocumentError(f"{first} is one record, not two", hint)
    for name in (first, second):
        query = "SELECT count(*) FROM documents WHERE documents.document_id = $name"
        if connection.execute(query, {"name": name}).fetchall() == [(0,)]:
            raise UnknownDocumentError(f"no record is called {name}", hint)


def _no_vocabulary() -> Vocabulary:
    raise AssertionError("a verdict changes no text")


class _Verdict(LookingAgain):
    """No record changes; the two are looked at again, and all that hangs on them."""

    def __init__(
        self, lake: Lake, version: Version, connection: duckdb.DuckDBPyConnection, told: dict[str, Any]
    ) -> None:
        super().__init__(lake, version, connection, NO_BATCH, _no_vocabulary)
        self.told = {**told, "batch": self.number}

    def run(self) -> int:
        changed = self.rewrite()
        segments.sync_folders(self.lake)
        batch = {"batch_id": f"verdict {uuid.uuid4().hex}", "kind": "verdict"}
        publish(self.lake, self.old.successor(self.lake, batch, verdicts=self.verdicts(), **changed))
        return self.number

    def place_records(self) -> None:
        """No record changes."""
        super().place_records()
        self.reconsider(self.told["document_a"], self.told["document_b"])

    def verdicts(self) -> pa.Table:
        """The verdicts so far and this one."""
        return pa.concat_tables([self.old.table("verdicts"), VERDICTS.from_rows([self.told])])

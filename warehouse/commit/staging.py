"""A prepared payload: parsed, annotated, and written beside the lake, ready for a short commit.

What is prepared depends on the payload and the vocabulary alone, so preparing needs no lock and a unit that is already
there is simply taken up again. A unit is written under another name and gets its own when it is whole: whoever prepares
the same payload at the same time does the work twice and neither disturbs the other.
"""

import hashlib
import json
import shutil
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.schema.articles import DOCUMENT_KEYS
from transforms.schema.claims import CLAIMS
from transforms.schema.mentions import MENTIONS
from transforms.schema.records import DELETIONS, PARSED_DOCUMENTS, REJECTED
from transforms.schema.table import Column, Table
from warehouse.commit.ledger import Payload
from warehouse.lake import Lake

NOT_RETURNED = "not_returned"
"""Why a record is rejected that was asked for and is in no payload."""

_UNIT = "unit.json"
UNFINISHED = ".unfinished"
_REPETITIVE = ("source", "raw_file", "concept_id", "section", "text", "assertion", "basis", "kind")
"""Columns that are written with a dictionary; what is staged is read once, so that writing it has to be cheap."""
_POSITION = Column("raw_position", pa.int64(), "Position of the document that says it; a document_id may repeat.")


def _positioned(table: Table) -> Table:
    return Table(table.name, table.grain, (*table.columns, _POSITION))


STAGED_TABLES: dict[str, Table] = {
    "documents": PARSED_DOCUMENTS,
    "mentions": _positioned(MENTIONS.without("article_id", "batch")),
    "document_keys": _positioned(DOCUMENT_KEYS.without("batch")),
    "claims": _positioned(CLAIMS.without("article_id", "batch")),
    "deletions": DELETIONS.without("batch"),
    "rejected": REJECTED.without("batch"),
}


@dataclass(frozen=True)
class Unit:
    """A prepared payload in its folder."""

    folder: Path
    payload: Payload
    vocabulary_version: str

    def file(self, table: str) -> str:
        """The staged Parquet file of one table."""
        return str(self.folder / f"{table}.parquet")

    def read(self, table: str) -> pa.Table:
        """One staged table."""
        return pq.read_table(self.file(table))

    def discard(self) -> None:
        """Remove it, once it is committed."""
        shutil.rmtree(self.folder, ignore_errors=True)


def unit_folder(lake: Lake, payload: Payload, vocabulary_version: str) -> Path:
    """Where a payload is prepared under one vocabulary; what an earlier build staged in other columns is elsewhere."""
    return lake.staging / f"{payload.source}-{payload.sha256[:16]}-{vocabulary_version[:16]}-{_layout()}"


def _layout() -> str:
    """BLAKE2b-32 over the columns of the `STAGED_TABLES` tables."""
    columns = [
        (name, column.name, str(column.type)) for name, table in STAGED_TABLES.items() for column in table.columns
    ]
    return hashlib.blake2b(repr(columns).encode(), digest_size=4).hexdigest()


def finished_unit(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit | None:
    """The unit if an earlier run has finished it."""
    folder = unit_folder(lake, payload, vocabulary_version)
    return Unit(folder, payload, vocabulary_version) if (folder / _UNIT).exists() else None


def empty_unit(lake: Lake) -> Unit:
    """A unit of no records, for the commits that only look again at what the lake has."""
    with UnitWriter(lake, Payload("none", "none", "0" * 16, 0, ""), "none") as writer:
        return writer.unit


class UnitWriter:
    """Writes one unit, a batch of records at a time: `with UnitWriter(...) as writer: writer.write(...)`."""

    def __init__(self, lake: Lake, payload: Payload, vocabulary_version: str) -> None:
        self.unit = Unit(unit_folder(lake, payload, vocabulary_version), payload, vocabulary_version)
        self._folder = self.unit.folder.with_name(f"{uuid.uuid4().hex[:12]}{UNFINISHED}")
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        for name, schema in STAGED_TABLES.items():
            self._writers[name] = pq.ParquetWriter(
                self._folder / f"{name}.parquet",
                schema.arrow,
                compression="lz4",
                use_dictionary=[column for column in _REPETITIVE if column in schema.column_names],
                write_statistics=False,
            )
        return self

    def write(self, table: str, rows: pa.Table) -> None:
        """Append rows to one of the `STAGED_TABLES` tables."""
        if len(rows):
            self._writers[table].write_table(STAGED_TABLES[table].conform(rows))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for writer in self._writers.values():
                writer.close()
            if kind is None:
                self._finish()
        finally:
            for writer in self._writers.values():
                writer.is_open = False  # where closing failed: or it would be tried again, and told, at the very end
            shutil.rmtree(self._folder, ignore_errors=True)

    def _finish(self) -> None:
        told = {"payload": asdict(self.unit.payload), "vocabulary_version": self.unit.vocabulary_version}
        (self._folder / _UNIT).write_text(json.dumps(told, indent=1, default=str), encoding="utf-8")
        try:
            self._folder.rename(self.unit.folder)
        except OSError:
            if not (self.unit.folder / _UNIT).exists():  # else another was faster, and its unit is the same
                raise

"""Units: payloads parsed and annotated ahead of time, as staged Parquet files, so that commits are short.

A unit depends on its payload and the vocabulary alone: preparing it needs no lock, and a unit that an earlier run has
finished is used again if its files are as they were written. They are not flushed to disk, because they can be prepared
again, so after a power loss they may be cut or empty. A unit is written in a folder with a temporary name, which is
renamed when complete; two processes that prepare the same payload at the same time do the work twice and do not disturb
each other.
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
from transforms.schema.records import DELETIONS, PREPARED_DOCUMENTS, REJECTED
from transforms.schema.table import Column, Table
from warehouse.catalog.segments import sha256
from warehouse.commit.ledger import Payload
from warehouse.lake import Lake

NOT_RETURNED = "not_returned"
"""Rejection reason of a record that was requested and is in no payload."""

_UNIT = "unit.json"
UNFINISHED = ".unfinished"
_REPETITIVE = (
    "source",
    "raw_file",
    "concept_id",
    "section",
    "text",
    "assertion",
    "basis",
    "kind",
    "subjects",
    "patient_sex",
)
"""Columns that are written with a dictionary. Others are not: staged files are read once, so writing must be cheap."""
_POSITION = Column("raw_position", pa.int64(), "Position of the record in its payload; a document_id may repeat.")


def _positioned(table: Table) -> Table:
    """The table with the column that ties its rows to a record of `documents`."""
    return Table(table.name, table.grain, (*table.columns, _POSITION))


STAGED_TABLES: dict[str, Table] = {
    "documents": PREPARED_DOCUMENTS,
    "mentions": _positioned(MENTIONS.without("article_id", "batch")),
    "document_keys": _positioned(DOCUMENT_KEYS.without("batch")),
    "claims": _positioned(CLAIMS.without("article_id", "batch")),
    "deletions": DELETIONS.without("batch"),
    "rejected": REJECTED.without("batch"),
}


@dataclass(frozen=True)
class Unit:
    """A prepared payload: the folder of its staged tables, and the vocabulary it was annotated with."""

    folder: Path
    payload: Payload
    vocabulary_version: str

    def file(self, table: str) -> str:
        """The staged Parquet file of one table."""
        return str(self.folder / f"{table}.parquet")

    def read(self, table: str) -> pa.Table:
        """The rows of one staged table."""
        return pq.read_table(self.file(table), partitioning=None)

    def discard(self) -> None:
        """Remove the folder; for units that are committed."""
        shutil.rmtree(self.folder, ignore_errors=True)


def nothing_readable(unit: Unit) -> str | None:
    """Return why nothing could be read of a payload; None if it holds a record or a deletion, or is empty but sound."""
    if any(pq.read_metadata(unit.file(name)).num_rows for name in ("documents", "deletions")):
        return None
    rejected = unit.read("rejected")
    first = [f"{row['reason']}: {row['detail'] or 'no detail'}" for row in rejected.slice(0, 3).to_pylist()]
    more = f" and {len(rejected) - len(first):,} more rejected" if len(rejected) > len(first) else ""
    return "; ".join(first) + more or None


def unit_folder(lake: Lake, payload: Payload, vocabulary_version: str) -> Path:
    """The folder of a payload under one vocabulary. Code that stages other columns uses another folder."""
    return lake.staging / f"{payload.source}-{payload.sha256[:16]}-{vocabulary_version[:16]}-{_layout()}"


def _layout() -> str:
    """BLAKE2b-32 of the columns of `STAGED_TABLES`."""
    columns = [
        (name, column.name, str(column.type)) for name, table in STAGED_TABLES.items() for column in table.columns
    ]
    return hashlib.blake2b(repr(columns).encode(), digest_size=4).hexdigest()


def finished_unit(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit | None:
    """The unit of a payload if an earlier run has finished it, else None. A damaged one is removed."""
    unit = Unit(unit_folder(lake, payload, vocabulary_version), payload, vocabulary_version)
    if _is_intact(unit.folder):
        return unit
    unit.discard()
    return None


def _is_intact(folder: Path) -> bool:
    """Whether the files of a unit are those that `UnitWriter` wrote."""
    try:
        digests = json.loads((folder / _UNIT).read_text(encoding="utf-8"))["files"]
        return all(sha256(folder / name) == digest for name, digest in digests.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def empty_unit(lake: Lake) -> Unit:
    """A unit without records, for commits that only reprocess stored ones."""
    with UnitWriter(lake, Payload("none", "none", "0" * 16, 0, ""), "none") as writer:
        return writer.unit


class UnitWriter:
    """Writes one unit batch by batch: `with UnitWriter(...) as writer: writer.write("documents", rows)`.

    The unit exists once the block ends without an error.
    """

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
        """Append rows to one of `STAGED_TABLES`; raises `SchemaMismatch` for rows with other columns."""
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
                writer.is_open = False  # or a writer whose close failed would try again, and warn, when it is deleted
            shutil.rmtree(self._folder, ignore_errors=True)

    def _finish(self) -> None:
        record = {
            "payload": asdict(self.unit.payload),
            "vocabulary_version": self.unit.vocabulary_version,
            "files": {f"{name}.parquet": sha256(self._folder / f"{name}.parquet") for name in STAGED_TABLES},
        }
        (self._folder / _UNIT).write_text(json.dumps(record, indent=1, default=str), encoding="utf-8")
        try:
            self._folder.rename(self.unit.folder)
        except OSError:
            if _is_intact(self.unit.folder):
                return  # another process finished the same unit first
            self.unit.discard()
            self._folder.rename(self.unit.folder)

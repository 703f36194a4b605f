"""Manual decisions on whether two records describe the same article. They override every rule."""

import datetime as dt
import uuid
from typing import Any

import duckdb
import pyarrow as pa

from transforms.vocabulary.compiled import Vocabulary
from warehouse.catalog import segments
from warehouse.catalog.publish import begin_commit, connect, publish
from warehouse.catalog.schema import VERDICTS
from warehouse.commit.follow_up import follow_up
from warehouse.errors import UnknownDocumentError
from warehouse.lake import Lake
from warehouse.revision.reprocess import Annotator, records_of_batch, reprocess


def record_verdict(
    lake: Lake,
    documents: tuple[str, str],
    *,
    same: bool,
    said_by: str,
    note: str = "",
    said_at: dt.datetime | None = None,
) -> int:
    """Commit a verdict on two documents; update the articles and counts it affects. Returns the version this makes.

    `said_by`: the author; `said_at`: the time of the decision, now if not given.
    Raises `UnknownDocumentError` for a document the lake does not have, or if both are the same.
    """
    first, second = sorted(documents)
    verdict: dict[str, Any] = {
        "document_a": first, "document_b": second, "same": same, "said_by": said_by, "note": note,
        "said_at": said_at or dt.datetime.now(dt.UTC),
    }  # fmt: skip
    with lake.writing():
        version = begin_commit(lake)
        row = VERDICTS.from_rows([{**verdict, "batch": version.number + 1}])
        verdicts = pa.concat_tables([version.table("verdicts"), row])
        annotator = Annotator(_no_vocabulary, version.table("curations").drop_columns("batch"))
        with connect(lake) as connection:
            _check(connection, first, second)
            select_records = records_of_batch(None, recluster=(first, second))
            changed = reprocess(lake, version, connection, select_records, annotator, verdicts=verdicts)
        segments.sync_folders(lake)
        batch = {"batch_id": f"verdict {uuid.uuid4().hex}", "kind": "verdict"}
        publish(lake, version.successor(lake, batch, verdicts=verdicts, **changed))
    follow_up(lake, version)
    return version.number + 1


def _check(connection: duckdb.DuckDBPyConnection, first: str, second: str) -> None:
    hint = "name two records by document_id, e.g. pubmed:12345; table documents lists them"
    if first == second:
        raise UnknownDocumentError(f"{first} is one record, not two", hint)
    for name in (first, second):
        query = "SELECT count(*) FROM documents WHERE documents.document_id = $name"
        if connection.execute(query, {"name": name}).fetchall() == [(0,)]:
            raise UnknownDocumentError(f"the lake has no record {name}", hint)


def _no_vocabulary() -> Vocabulary:
    raise AssertionError("a verdict on two records changes no text, so none is annotated")

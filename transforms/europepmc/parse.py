"""Europe PMC JSON (search answers, dumps of records) -> `documents`, `rejected`; as `transforms.pubmed.parse` for XML.

A payload holds one JSON document, or several one after the other: answers of the search service, lists of answers or of
records, or a dump of the older getpapers tool ({"papers": {id: record}}). Reasons for rejection:

    no_id                     the record has no source or no id
    no_text                   the record has neither title nor abstract (results of type idlist)
    too_deep                  a field of the record is nested more than 32 deep
    unreadable_record         the reader failed at this record; the detail has its error
    not_a_record              the list of records has something other than an object
    malformed_json            the payload is not JSON from here on; the records before are loaded
    truncated_file            the payload, or its gzip data, ends early; the records before are loaded
    damaged_gzip              the gzip data are damaged; the records before are loaded
    too_large                 one JSON document has more than 256 million characters, or one record's text more than 16
    source_error              the service answered with an error instead of records
    not_europepmc_json        a JSON document without records, something that is no JSON object or list, or nothing
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from transforms.europepmc.json_documents import json_documents, json_excerpt
from transforms.europepmc.record import Json, TooDeepError, read_record, replace_unencodable
from transforms.payloads.decompress import DamagedPayload
from transforms.payloads.parsed import ParsedBatch, describe_failure
from transforms.payloads.record_versions import LAST_POSITION, encode_version, request_version
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED

LARGEST_TEXT = 16 << 20
"""Characters of the title and abstract of one record; as many as the bytes of one of PubMed."""
_EXCERPT = 2000
_UNFIT = (pa.ArrowException, OverflowError, TypeError, ValueError)
"""What Arrow raises for a value that does not fit into its column."""


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[ParsedBatch]:
    """Yield the records of a payload, plain or gzipped, in batches of about `batch_records`; at least one batch.

    `name` is the payload's name. If it names the time of a request, that time gives the version of every record
    (`transforms.payloads.record_versions`); in any other payload it is the day the record was revised (else first
    indexed), then the record's position.
    """
    builder = _BatchBuilder(name)
    yielded, is_empty = False, True
    try:
        for document in json_documents(stream):
            is_empty = False
            records = extract_records(document)
            if records is None:
                builder.reject(None, *_why_no_records(document), document)
            for record in records or []:
                builder.add(record)
                if builder.row_count >= batch_records:
                    yield builder.take_batch()
                    yielded = True
        if is_empty:
            builder.reject(None, "not_europepmc_json", "the payload holds nothing", "")
    except DamagedPayload as damage:
        builder.reject(None, damage.reason, replace_unencodable(str(damage)), "")
    if builder.row_count or not yielded:
        yield builder.take_batch()


class _BatchBuilder:
    """Collects the rows of accepted and rejected records and gives each record its position and version."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._request_version = request_version(name)
        self._position = 0
        self._documents: list[dict[str, object]] = []
        self._rejected: list[dict[str, object]] = []

    @property
    def row_count(self) -> int:
        """How many rows have been collected since the last batch."""
        return len(self._documents) + len(self._rejected)

    def take_batch(self) -> ParsedBatch:
        """Return the rows collected so far as tables and start anew."""
        documents = self._documents_table()
        batch = ParsedBatch(
            documents,
            PARSED_DELETIONS.empty(),
            PARSED_REJECTED.from_rows(self._rejected),
        )
        self._documents, self._rejected = [], []
        return batch

    def _documents_table(self) -> pa.Table:
        """Return the accepted records as a table; those whose values do not fit into its columns are rejected."""
        try:
            return PARSED_DOCUMENTS.from_rows(self._documents)
        except _UNFIT:
            fitting = [row for row in self._documents if self._fits(row)]
            return PARSED_DOCUMENTS.from_rows(fitting)

    def _fits(self, row: dict[str, Any]) -> bool:
        try:
            PARSED_DOCUMENTS.from_rows([row])
        except _UNFIT as error:
            self.reject(row["raw_position"], "unreadable_record", describe_failure(error), "", row["document_id"])
            return False
        return True

    def add(self, record: Json) -> None:
        """Add the row of a record, or reject it with a reason; either way it takes the next position."""
        position = self._position
        self._position += 1
        if not isinstance(record, dict):
            self.reject(position, "not_a_record", f"a {type(record).__name__} instead of a record", record)
            return
        try:
            row = read_record(record)
        except TooDeepError as error:
            self.reject(position, "too_deep", str(error), record)
            return
        except Exception as error:  # noqa: BLE001 - one record that cannot be read must not end the reading of the others
            self.reject(position, "unreadable_record", describe_failure(error), record)
            return
        if row["document_id"] is None:
            self.reject(position, "no_id", "the record has no source or no id", record)
        elif not row["title"] and not row["abstract"]:
            self.reject(position, "no_text", "the record has neither title nor abstract", record, row["document_id"])
        elif len(row["title"]) + len(row["abstract"] or "") > LARGEST_TEXT:
            detail = f"title and abstract of more than {LARGEST_TEXT:,} characters"
            self.reject(position, "too_large", detail, record, row["document_id"])
        else:
            row["version"] = self._request_version or self._version_of_day(row["revised_on"] or row["entered_on"])
            self._documents.append({**row, "raw_file": self._name, "raw_position": position})

    def _version_of_day(self, day: dt.date | None) -> int:
        position = min(self._position, LAST_POSITION)
        return encode_version(day.year, 0, day.timetuple().tm_yday, position) if day else position

    def reject(
        self, position: int | None, reason: str, detail: str, content: Json, document_id: str | None = None
    ) -> None:
        """Add a row of `rejected` for a record, or for the payload as a whole (position None)."""
        text = content if isinstance(content, str) else json_excerpt(content, _EXCERPT)
        self._rejected.append({
            "source": "europepmc",
            "raw_file": self._name,
            "raw_position": position,
            "document_id": document_id,
            "reason": reason,
            "detail": detail,
            "excerpt": replace_unencodable(text[:_EXCERPT]),
        })  # fmt: skip


def extract_records(document: Json) -> list[Json] | None:
    """Return the records in a JSON document of a known shape; None for any other document.

    {"resultList": {"result": [R1, R2]}}   an answer of the search service
    {"papers": {"PMC1": R1, "PMC2": R2}}   a dump of getpapers
    {"id": "1", "source": "MED", ...}      one record
    [...]                                  a list of any of these
    """
    if isinstance(document, list):
        records: list[Json] = []
        for item in document:
            nested = extract_records(item) if isinstance(item, dict) else None
            records += [item] if nested is None else nested
        return records
    if not isinstance(document, dict):
        return None
    results, papers = document.get("resultList"), document.get("papers")
    if isinstance(results, dict):
        listed = results.get("result")
        return listed if isinstance(listed, list) else [listed] if listed else []
    if isinstance(papers, dict):
        return list(papers.values())
    return [document] if document.keys() >= {"id", "source"} else None


def service_error(document: Json) -> str | None:
    """Return the error message of a search answer, at most 200 characters; None if it is no error."""
    if not isinstance(document, dict) or "resultList" in document:
        return None
    for name in ("errMsg", "error", "message"):
        if isinstance(document.get(name), str):
            return str(document[name])[:200]
    return None


def _why_no_records(document: Json) -> tuple[str, str]:
    """Return reason and detail for rejecting a JSON document without records."""
    error = service_error(document)
    return ("source_error", f"the service answered: {error}") if error else ("not_europepmc_json", "no search result")

"""Europe PMC JSON (search answers, dumps of records) -> `documents`, `rejected`; as `transforms.pubmed.parse` for XML.

A payload holds one JSON document, or several one after the other: answers of the search service, lists of answers or of
records, or a dump of the older getpapers tool ({"papers": {id: record}}). Reasons for rejection:

    no_id                     the record has no source or no id
    no_text                   the record has neither title nor abstract (results of type idlist)
    not_a_record              the list of records has something other than an object
    malformed_json            the payload is not JSON from here on; the records before are loaded
    truncated_file            the payload, or its gzip data, ends early; the records before are loaded
    damaged_gzip              the gzip data are damaged; the records before are loaded
    too_large                 one JSON document has more than 256 million characters
    source_error              the service answered with an error instead of records
    not_europepmc_json        a JSON document without records, something that is no JSON object or list, or nothing
"""

import codecs
import datetime as dt
import json
from collections.abc import Iterator
from typing import BinaryIO

from transforms.europepmc.record import Json, read_record, replace_unencodable
from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.payloads.parsed import ParsedBatch
from transforms.payloads.record_versions import LAST_POSITION, encode_version, request_version
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED

LARGEST_DOCUMENT = 256 << 20
"""Characters of one JSON document."""
_FIRST_READ = 1 << 16
_EXCERPT = 2000


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[ParsedBatch]:
    """Yield the records of a payload, plain or gzipped, in batches of about `batch_records`; at least one batch.

    `name` is the payload's name. If it names the time of a request, that time gives the version of every record
    (`transforms.payloads.record_versions`); in any other payload it is the day the record was revised (else first
    indexed), then the record's position.
    """
    builder = _BatchBuilder(name)
    yielded, is_empty = False, True
    try:
        for document in _json_documents(stream):
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
        batch = ParsedBatch(
            PARSED_DOCUMENTS.from_rows(self._documents),
            PARSED_DELETIONS.empty(),
            PARSED_REJECTED.from_rows(self._rejected),
        )
        self._documents, self._rejected = [], []
        return batch

    def add(self, record: Json) -> None:
        """Add the row of a record, or reject it with a reason; either way it takes the next position."""
        position = self._position
        self._position += 1
        if not isinstance(record, dict):
            self.reject(position, "not_a_record", f"a {type(record).__name__} instead of a record", record)
            return
        row = read_record(record)
        if row["document_id"] is None:
            self.reject(position, "no_id", "the record has no source or no id", record)
        elif not row["title"] and not row["abstract"]:
            self.reject(position, "no_text", "the record has neither title nor abstract", record, row["document_id"])
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
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
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


def _json_documents(stream: BinaryIO) -> Iterator[Json]:
    """Yield the JSON documents of a payload; raises `DamagedPayload` where something else follows them.

    The text is read until it holds a whole document. A document that is still incomplete is decoded again from its
    start, so twice as much is read each time: a document of n characters is scanned about 2n characters in all.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="strict")
    text, wanted, damage = "", _FIRST_READ, None
    chunks = read_chunks(stream)
    ended = False
    while not ended:
        read = [text]
        size = len(text)
        try:
            while size < wanted and not ended:
                chunk = next(chunks, None)
                ended = chunk is None
                read.append(decoder.decode(chunk or b"", final=ended))
                size += len(read[-1])
        except DamagedPayload as error:
            ended, damage = True, error
        except UnicodeDecodeError as error:
            ended, damage = True, DamagedPayload("malformed_json", f"not UTF-8: {error.reason}")
        text, documents, problem = _decode_documents("".join(read))
        yield from documents
        wanted = max(_FIRST_READ, 2 * len(text))
        if wanted > 2 * LARGEST_DOCUMENT:
            raise DamagedPayload("too_large", f"a document of more than {LARGEST_DOCUMENT:,} characters")
        # Any other problem may only mean that the rest of the document has not been read yet.
        if problem and problem.reason == "not_europepmc_json":
            raise problem
    if damage or problem:
        raise damage or problem or AssertionError


def _decode_documents(text: str) -> tuple[str, list[Json], DamagedPayload | None]:
    """Decode the whole documents at the beginning of `text`: return the text after them, them, and why it stopped.

    '{"a": 1} [2] {"b":'  ->  '{"b":', [{"a": 1}, [2]], DamagedPayload("truncated_file")
    """
    decoder = json.JSONDecoder()
    documents: list[Json] = []
    text = text.lstrip()
    while text:
        if not text.startswith(("{", "[")):
            return text, documents, DamagedPayload("not_europepmc_json", f"neither object nor list: {text[:40]!r}")
        try:
            document, end = decoder.raw_decode(text)
        except RecursionError:
            return text, documents, DamagedPayload("malformed_json", "nested too deeply")
        except json.JSONDecodeError as error:
            early = error.pos >= len(text) - 1 or error.msg.startswith("Unterminated")
            return text, documents, DamagedPayload("truncated_file" if early else "malformed_json", str(error))
        except ValueError as error:  # a number of more digits than Python converts
            return text, documents, DamagedPayload("malformed_json", str(error))
        documents.append(document)
        text = text[end:].lstrip()
    return text, documents, None

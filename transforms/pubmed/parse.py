"""PubMed XML (baseline and update files, efetch answers) -> documents, deletions, rejected.

    payload -> records (slices) -> well-formed records (here) -> columns (records, tag_index) -> tables (here)

What cannot be read is rejected with a reason, and the rest is loaded:

    malformed_xml             the record is not well-formed XML
    undefined_entity          the record refers to an entity that XML does not define
    unreadable_record         the reader failed at this record; the detail has its error
    no_pmid                   the record, or a deletion, has no PubMed identifier
    too_large                 the record is larger than 16 MB
    truncated_file            the payload, or its gzip data, ends early; the records before are loaded
    damaged_gzip              the gzip data are damaged; the records before are loaded
    entity_declaration        the record declares entities, or the payload does: then nothing after that is read
    unsupported_encoding      the payload declares an encoding that cannot be read, or holds bytes that are none of its
    source_error              the service answered with an error instead of records
    not_pubmed_xml            the payload, or something between its records, is something else
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import BinaryIO

from lxml import etree

from transforms.payloads.parsed import ParsedBatch, describe_failure
from transforms.payloads.record_versions import LAST_POSITION, encode_version, file_release, request_version
from transforms.pubmed.markup import clean, resolve_opaque_sections
from transforms.pubmed.records import Columns, read_columns
from transforms.pubmed.slices import RecordSlice, Unreadable, slice_records
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED
from transforms.text import normalize

_GROUP_RECORDS = 1000
_GROUP_BYTES = 16 << 20
_CHECKED_TOGETHER = 16  # records whose bytes fit into the processor's cache
_REFERENCES, _REFERENCES_END = b"<ReferenceList>", b"</ReferenceList>"
_EXCERPT = 2000
_LAST_YEAR = 9222  # greatest year whose versions, which begin with the year, fit into 64 bits
_OWN_PMID = re.compile(rb"(?:(?!<Article).)*?<PMID\b[^>]*>\s*([0-9]{1,10})\s*</PMID", re.DOTALL)
_DELETED_PMID = re.compile(rb"<PMID\b[^>]*>([^<]*)</PMID")
_DELETION_LISTS = frozenset({b"DeleteCitation", b"DeleteDocument"})
_UNDEFINED_ENTITY = frozenset({etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY})


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[ParsedBatch]:
    """Yield the records of a payload, plain or gzipped, in batches of about `batch_records`; at least one batch.

    `name` is the payload's file name, as stored in raw_file. It gives the versions of the records: a name such as
    'pubmed21n1298.xml.gz' by release year and file number, the name of a request by its time
    (`transforms.payloads.record_versions`). In any other payload a version begins with the day the record was revised
    (else completed, else entered), and the version of a deletion with the latest such day before it.
    """
    builder = _BatchBuilder(name)
    yielded = False
    for group in _groups(slice_records(stream), min(_GROUP_RECORDS, batch_records)):
        builder.add(group)
        if builder.row_count >= batch_records:
            yield builder.take_batch()
            yielded = True
    if builder.row_count or not yielded:
        yield builder.take_batch()


def _groups(items: Iterable[RecordSlice | Unreadable], most: int) -> Iterator[list[RecordSlice | Unreadable]]:
    """Yield groups of at most `most` items and about `_GROUP_BYTES`, which are read together."""
    group: list[RecordSlice | Unreadable] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item.data) if isinstance(item, RecordSlice) else 0
        if len(group) >= most or size >= _GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


class _BatchBuilder:
    """Collects the rows of records, deletions and rejections, and gives each record its position and version."""

    def __init__(self, name: str) -> None:
        self._name = name
        release = file_release(name)
        self._file_start = _encode_start(*release, 0) if release else None
        self._request_version = request_version(name)
        self._latest_start = 0
        self._position = 0
        self._documents: Columns = {name: [] for name in PARSED_DOCUMENTS.column_names}
        self._deletions: list[dict[str, object]] = []
        self._rejected: list[dict[str, object]] = []
        self._parser = etree.XMLParser(target=_NoTree(), no_network=True, load_dtd=False, huge_tree=False)

    @property
    def row_count(self) -> int:
        """How many rows have been collected since the last batch."""
        return len(self._documents["version"]) + len(self._deletions) + len(self._rejected)

    def take_batch(self) -> ParsedBatch:
        """Return the rows collected so far as tables and start anew."""
        documents = PARSED_DOCUMENTS.from_columns(self._documents)
        batch = ParsedBatch(
            documents, PARSED_DELETIONS.from_rows(self._deletions), PARSED_REJECTED.from_rows(self._rejected)
        )
        self._documents = {name: [] for name in PARSED_DOCUMENTS.column_names}
        self._deletions, self._rejected = [], []
        return batch

    def add(self, items: Sequence[RecordSlice | Unreadable]) -> None:
        """Add a row for each record, deletion and rejection.

        The columns of all documents are read together, then versions and rejections are given in the order of `items`:

            items       document 1   malformed   document 2 (no PMID)   deletions
            columns     row 0                    row 1
            accepted    True                     False
        """
        checked = [
            result
            for begin in range(0, len(items), _CHECKED_TOGETHER)
            for result in self._checked(items[begin : begin + _CHECKED_TOGETHER])
        ]
        is_document = [
            isinstance(item, RecordSlice) and item.kind not in _DELETION_LISTS and fault is None
            for item, (_, fault) in zip(items, checked, strict=True)
        ]
        columns, failures = _read_each([record for record, _ in compress(checked, is_document)])
        failure = iter(failures)
        days = [a or b for a, b in zip(columns.pop("completed_on"), columns["entered_on"], strict=True)]
        pmids_and_days = zip(columns["pmid"], days, strict=True)
        accepted: list[bool] = []
        for item, (record, fault) in zip(items, checked, strict=True):
            if isinstance(item, Unreadable):
                self._reject(item)
            elif fault is not None:
                self._reject(_malformed(item, fault))
            elif item.kind in _DELETION_LISTS:
                self._add_deletions(item, record)
            elif (failed := next(failure)) is not None:
                detail = describe_failure(failed)
                self._reject(Unreadable("unreadable_record", detail, item.offset, item.data, in_place=True))
            else:
                accepted.append(self._accept(item, *next(pmids_and_days)))
        for name, values in columns.items():
            self._documents[name].extend(values if all(accepted) else compress(values, accepted))

    def _checked(self, items: Sequence[RecordSlice | Unreadable]) -> list[tuple[bytes, etree.XMLSyntaxError | None]]:
        """Return each record without opaque sections and references, and the error if it is not well-formed.

        Records are checked together, because each call of the parser costs as much as some records. They are checked
        one by one only if one of them is damaged, or if a comment begins, which could hide damage in records after it.
        """
        trimmed = [_without_references(item) if isinstance(item, RecordSlice) else b"" for item in items]
        if not any(map(_has_opaque_section, trimmed)) and self._syntax_error(trimmed) is None:
            return [(record, None) for record in trimmed]
        return [
            self._checked_alone(item, record) if isinstance(item, RecordSlice) else (record, None)
            for item, record in zip(items, trimmed, strict=True)
        ]

    def _checked_alone(self, item: RecordSlice, trimmed: bytes) -> tuple[bytes, etree.XMLSyntaxError | None]:
        """Check one record: without its references, else the whole, if cutting them out was what damaged it."""
        record = resolve_opaque_sections(trimmed)
        if self._syntax_error([record]) is None:
            return record, None
        whole = resolve_opaque_sections(item.data)
        return whole, self._syntax_error([whole])

    def _syntax_error(self, records: Iterable[bytes]) -> etree.XMLSyntaxError | None:
        """Return the first syntax error in the records, None if they are well-formed.

        Inside the root element added here, a document type is an error: so no entity can be declared.
        """
        try:
            etree.fromstring(b"<records>" + b"".join(records) + b"</records>", self._parser)
        except etree.XMLSyntaxError as error:
            return error
        return None

    def _accept(self, item: RecordSlice, pmid: int | None, day: datetime.date | None) -> bool:
        """Give a record its version and position; reject it and return False if it has no PMID."""
        if pmid is None:
            self._reject(
                Unreadable("no_pmid", "the record has no PubMed identifier", item.offset, item.data, in_place=True)
            )
            return False
        version = self._request_version or self._version_start(day) + min(self._position, LAST_POSITION)
        self._documents["version"].append(version)
        self._documents["raw_file"].append(self._name)
        self._documents["raw_position"].append(self._position)
        self._position += 1
        return True

    def _version_start(self, day: datetime.date | None) -> int:
        """Return the version without its position: from the payload's name, else from the day of the record."""
        if self._file_start is not None:
            return self._file_start
        start = _encode_start(day.year, 0, day.timetuple().tm_yday) if day else 0
        self._latest_start = max(self._latest_start, start)
        return start

    def _add_deletions(self, item: RecordSlice, record: bytes) -> None:
        """Add a row for each PMID in a list of deletions. The list and each PMID take one position."""
        self._position += 1
        start = self._latest_start if self._file_start is None else self._file_start
        for content in _DELETED_PMID.findall(record):
            text = clean(content)
            pmid = normalize.normalize_pmid(text)
            if pmid is None:
                detail = f"a deletion of {text[:80]!r}, which is no PubMed identifier"
                self._reject(Unreadable("no_pmid", detail, item.offset, in_place=True))
                continue
            version = self._request_version or start + min(self._position, LAST_POSITION)
            self._deletions.append({"document_id": f"pubmed:{pmid}", "version": version, "raw_file": self._name})
            self._position += 1

    def _reject(self, item: Unreadable) -> None:
        own = _OWN_PMID.match(item.sample[: 4 * _EXCERPT]) if item.in_place else None
        self._rejected.append({
            "source": "pubmed",
            "raw_file": self._name,
            "raw_position": self._position if item.in_place else None,
            "byte_offset": item.offset,
            "document_id": f"pubmed:{int(own[1])}" if own else None,
            "reason": item.reason,
            "detail": item.detail,
            "excerpt": item.sample[: 4 * _EXCERPT].decode("utf-8", "replace")[:_EXCERPT],
        })  # fmt: skip
        self._position += item.in_place


class _NoTree:
    """A parser target that ignores everything: libxml2 checks the syntax without building a tree."""

    def close(self) -> None:
        return None


def _read_each(records: Sequence[bytes]) -> tuple[Columns, list[Exception | None]]:
    """Return the columns of the records that can be read, and for each record the error that its reading raised.

    Only if reading them together fails are they read one by one: one record must not end the reading of the others.
    """
    try:
        return read_columns(records), [None] * len(records)
    except Exception:  # noqa: BLE001 - the record that raised it is found below
        columns = read_columns([])
    failures: list[Exception | None] = []
    for record in records:
        try:
            own = read_columns([record])
        except Exception as error:  # noqa: BLE001 - becomes a rejected record
            failures.append(error)
            continue
        failures.append(None)
        for name, values in own.items():
            columns[name] += values
    return columns, failures


def _encode_start(year: int, file_number: int, part: int) -> int:
    """Return the version of position 0."""
    return encode_version(min(year, _LAST_YEAR), file_number, part, 0)


def _without_references(item: RecordSlice) -> bytes:
    """Return the record without its list of references, which is a large part of it and is not read.

    Comments are resolved only where the slice is known to hold some; others may be left.
    """
    record = item.data if item.plain else resolve_opaque_sections(item.data)
    begin = record.find(_REFERENCES)
    if begin < 0 or (end := record.rfind(_REFERENCES_END, begin)) < 0:
        return record
    return record[:begin] + record[end + len(_REFERENCES_END) :]


def _has_opaque_section(record: bytes) -> bool:
    """Whether an opaque section begins in the record. One byte is searched for first, which is faster than two."""
    return (b"!" in record and b"<!" in record) or (b"?" in record and b"<?" in record)


def _malformed(item: RecordSlice, fault: etree.XMLSyntaxError) -> Unreadable:
    if b"<!ENTITY" in item.data:
        reason = "entity_declaration"
    else:
        reason = "undefined_entity" if fault.code in _UNDEFINED_ENTITY else "malformed_xml"
    return Unreadable(reason, str(fault), item.offset, item.data, in_place=True)

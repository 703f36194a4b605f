"""PubMed XML (baseline and update files, efetch answers) -> documents, deletions, rejected.

    payload -> slices (pubmed_slices) -> well-formed records (here) -> columns (pubmed_record) -> tables (here)

A record that cannot be read is rejected with its reason and the rest is loaded:

    malformed_xml, undefined_entity     the record is not well-formed XML
    no_pmid                             it has no PubMed identifier
    too_large                           it is larger than 16 MB
    truncated_file, damaged_gzip        the payload ends early or is damaged; what stands before is loaded
    entity_declaration                  the payload (or record) declares entities and is refused
    unsupported_encoding                the payload is not UTF-8
    source_error                        the service answered with an error instead of records
    not_pubmed_xml                      the payload, or something between its records, is something else
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import BinaryIO

from lxml import etree

from transforms.payloads.parsed import ParsedBatch
from transforms.payloads.record_versions import LAST_POSITION, encode_version, file_release, request_version
from transforms.pubmed.markup import clean, without_asides
from transforms.pubmed.records import Columns, read
from transforms.pubmed.slices import Slice, Unreadable, slices
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED
from transforms.text import normalize

_READ_TOGETHER = 1000
_BYTES_TOGETHER = 16 << 20
_CHECKED_TOGETHER = 16  # their bytes stay in the processor's cache
_REFERENCES, _REFERENCES_END = b"<ReferenceList>", b"</ReferenceList>"
_EXCERPT = 2000
_LAST_YEAR = 9222  # of those a version, which begins with the year, has room for in 64 bits
_OWN_PMID = re.compile(rb"(?:(?!<Article).)*?<PMID\b[^>]*>\s*([0-9]{1,10})\s*</PMID", re.DOTALL)
_DELETED_PMID = re.compile(rb"<PMID\b[^>]*>([^<]*)</PMID")
_DELETIONS = frozenset({b"DeleteCitation", b"DeleteDocument"})
_UNDEFINED_ENTITY = frozenset({etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY})


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[ParsedBatch]:
    """The records of a payload, plain or gzip'ed, in batches of about `batch_records`; at least one batch.

    `name` is the payload's file name: it stands in raw_file, and one such as 'pubmed21n1298.xml.gz' gives every version
    its release year and file number; one that names the time of a request gives every record that time
    (`transforms.payloads.record_versions`). In any other payload a version begins with the day the record was revised
    (else completed, else entered), and that of a deletion with the latest such day before it.
    """
    loading = _Loading(name)
    first = True
    for found in _groups(slices(stream), min(_READ_TOGETHER, batch_records)):
        loading.load(found)
        if loading.size >= batch_records:
            yield loading.take()
            first = False
    if loading.size or first:
        yield loading.take()


def _groups(payload: Iterable[Slice | Unreadable], most: int) -> Iterator[list[Slice | Unreadable]]:
    """At most so many records at a time, and not many more than `_BYTES_TOGETHER`."""
    group: list[Slice | Unreadable] = []
    size = 0
    for item in payload:
        group.append(item)
        size += len(item.data) if isinstance(item, Slice) else 0
        if len(group) >= most or size >= _BYTES_TOGETHER:
            yield group
            group, size = [], 0
    if group:
        yield group


class _Loading:
    """Collects rows and numbers them."""

    def __init__(self, name: str) -> None:
        self._name = name
        release = file_release(name)
        self._named_release = _version_start(*release, 0) if release else None
        self._requested = request_version(name)
        self._latest_release = 0
        self._position = 0
        self._documents: Columns = {name: [] for name in PARSED_DOCUMENTS.column_names}
        self._deletions: list[dict[str, object]] = []
        self._rejected: list[dict[str, object]] = []
        self._parser = etree.XMLParser(target=_NoTree(), no_network=True, load_dtd=False, huge_tree=False)

    @property
    def size(self) -> int:
        """How many rows there are to take."""
        return len(self._documents["version"]) + len(self._deletions) + len(self._rejected)

    def take(self) -> ParsedBatch:
        """The rows so far, as tables."""
        documents = PARSED_DOCUMENTS.from_columns(self._documents)
        taken = ParsedBatch(
            documents, PARSED_DELETIONS.from_rows(self._deletions), PARSED_REJECTED.from_rows(self._rejected)
        )
        self._documents = {name: [] for name in PARSED_DOCUMENTS.column_names}
        self._deletions, self._rejected = [], []
        return taken

    def load(self, found: Sequence[Slice | Unreadable]) -> None:
        """Adds a row for each record."""
        checked = [
            one
            for begin in range(0, len(found), _CHECKED_TOGETHER)
            for one in self._checked(found[begin : begin + _CHECKED_TOGETHER])
        ]
        is_document = [
            isinstance(item, Slice) and item.kind not in _DELETIONS and fault is None
            for item, (_, fault) in zip(found, checked, strict=True)
        ]
        columns = read([record for record, _ in compress(checked, is_document)])
        days = [a or b for a, b in zip(columns.pop("completed_on"), columns["entered_on"], strict=True)]
        records = zip(columns["pmid"], days, strict=True)
        kept: list[bool] = []
        for item, (record, fault) in zip(found, checked, strict=True):
            if isinstance(item, Unreadable):
                self._reject(item)
            elif fault is not None:
                self._reject(_malformed(item, fault))
            elif item.kind in _DELETIONS:
                self._delete(item, record)
            else:
                kept.append(self._place(item, *next(records)))
        for name, values in columns.items():
            self._documents[name].extend(values if all(kept) else compress(values, kept))

    def _checked(self, found: Sequence[Slice | Unreadable]) -> list[tuple[bytes, etree.XMLSyntaxError | None]]:
        """Each record without comments and the like, and what keeps it from being well-formed.

        They are checked together; one by one only where one is damaged, or a comment begins that could hide damage in
        the records after it.
        """
        light = [_light(item) if isinstance(item, Slice) else b"" for item in found]
        if not any(map(_opens_aside, light)) and self._fault(light) is None:
            return [(record, None) for record in light]
        return [
            self._checked_alone(item, record) if isinstance(item, Slice) else (record, None)
            for item, record in zip(found, light, strict=True)
        ]

    def _checked_alone(self, item: Slice, light: bytes) -> tuple[bytes, etree.XMLSyntaxError | None]:
        """A record without its references; the whole, where those don't stand as usual."""
        record = without_asides(light)
        if self._fault([record]) is None:
            return record, None
        whole = without_asides(item.data)
        return whole, self._fault([whole])

    def _fault(self, records: Iterable[bytes]) -> etree.XMLSyntaxError | None:
        """What keeps the records from being well-formed. Their own root keeps entity definitions from the parser."""
        try:
            etree.fromstring(b"<records>" + b"".join(records) + b"</records>", self._parser)
        except etree.XMLSyntaxError as fault:
            return fault
        return None

    def _place(self, item: Slice, pmid: int | None, day: datetime.date | None) -> bool:
        """Whether a record has a number of its own; it is then given its version and its position."""
        if pmid is None:
            self._reject(
                Unreadable("no_pmid", "the record has no PubMed identifier", item.offset, item.data, in_place=True)
            )
            return False
        version = self._requested or self._release(day) + min(self._position, LAST_POSITION)
        self._documents["version"].append(version)
        self._documents["raw_file"].append(self._name)
        self._documents["raw_position"].append(self._position)
        self._position += 1
        return True

    def _release(self, day: datetime.date | None) -> int:
        """The digits of the version that precede the position: of the payload, else of the day of a record."""
        if self._named_release is not None:
            return self._named_release
        release = _version_start(day.year, 0, day.timetuple().tm_yday) if day else 0
        self._latest_release = max(self._latest_release, release)
        return release

    def _delete(self, item: Slice, record: bytes) -> None:
        """A row for each identifier listed; the list takes a position, and each identifier one behind it."""
        self._position += 1
        release = self._latest_release if self._named_release is None else self._named_release
        for content in _DELETED_PMID.findall(record):
            text = clean(content)
            pmid = normalize.normalize_pmid(text)
            if pmid is None:
                detail = f"a deletion of {text[:80]!r}, which is no PubMed identifier"
                self._reject(Unreadable("no_pmid", detail, item.offset, in_place=True))
                continue
            version = self._requested or release + min(self._position, LAST_POSITION)
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
    """A parser target that keeps nothing: libxml2 checks, and no tree is built."""

    def close(self) -> None:
        return None


def _version_start(year: int, file_number: int, part: int) -> int:
    return encode_version(min(year, _LAST_YEAR), file_number, part, 0)


def _light(item: Slice) -> bytes:
    """The record without its references, of which nothing is loaded; some comments may be left in it."""
    record = item.data if item.plain else without_asides(item.data)
    begin = record.find(_REFERENCES)
    if begin < 0 or (end := record.rfind(_REFERENCES_END, begin)) < 0:
        return record
    return record[:begin] + record[end + len(_REFERENCES_END) :]


def _opens_aside(record: bytes) -> bool:
    """Whether a comment or the like begins here; a single byte is found faster than two."""
    return (b"!" in record and b"<!" in record) or (b"?" in record and b"<?" in record)


def _malformed(item: Slice, fault: etree.XMLSyntaxError) -> Unreadable:
    if b"<!ENTITY" in item.data:
        reason = "entity_declaration"
    else:
        reason = "undefined_entity" if fault.code in _UNDEFINED_ENTITY else "malformed_xml"
    return Unreadable(reason, str(fault), item.offset, item.data, in_place=True)

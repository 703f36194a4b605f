"""PubMed XML (baseline and update files, efetch answers) -> documents, deletions, rejected.

    payload -> slices (pubmed_slices) -> well-formed, plain records (here) -> rows (pubmed_record) -> tables (here)

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

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, cast

import pyarrow as pa
from lxml import etree

from transforms import eutils, normalize, schema
from transforms.pubmed_markup import NotPlain, clean, plain_tags, without_asides
from transforms.pubmed_record import Row, read
from transforms.pubmed_slices import Slice, Unreadable, slices

DOCUMENTS = schema.RECORDS
DELETIONS = schema.DELETIONS.without("batch")
REJECTED = schema.REJECTED.without("batch")

_CHECKED_TOGETHER = 16  # their bytes stay in the processor's cache
_EQUALS = ord("=")
_EXCERPT = 2000
_LAST_YEAR = 9222  # of those a version, which begins with the year, has room for in 64 bits
_OWN_PMID = re.compile(rb"(?:(?!<Article).)*?<PMID\b[^>]*>\s*([0-9]{1,10})\s*</PMID", re.DOTALL)
_DELETED_PMID = re.compile(rb"<PMID\b[^>]*>([^<]*)</PMID")
_DELETIONS = frozenset({b"DeleteCitation", b"DeleteDocument"})
_UNREAD = ((b"<ReferenceList>", b"</ReferenceList>"), (b"<AffiliationInfo>", b"</AffiliationInfo>"))
_UNDEFINED_ENTITY = frozenset({etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.WAR_UNDECLARED_ENTITY})


@dataclass(frozen=True)
class Parsed:
    """Some of a payload's records in order, as tables of the schemas DOCUMENTS, DELETIONS, REJECTED of this module."""

    documents: pa.Table
    deletions: pa.Table
    rejected: pa.Table


def parse(stream: BinaryIO, name: str, *, batch_records: int = 2000) -> Iterator[Parsed]:
    """The records of a payload, plain or gzip'ed, some `batch_records` at a time; at least one `Parsed`, be it empty.

    `name` is the payload's file name: it stands in raw_file, and one such as 'pubmed21n1298.xml.gz' gives every version
    its release year and file number; one that names the time of a request gives every record that time
    (`transforms.eutils`). In any other payload a version begins with the day the record was revised (else completed,
    else entered), and that of a deletion with the latest such day before it.
    """
    loading = _Loading(name)
    payload = slices(stream)
    first = True
    while found := list(islice(payload, max(1, min(_CHECKED_TOGETHER, batch_records - loading.size)))):
        loading.load(found)
        if loading.size >= batch_records:
            yield loading.take()
            first = False
    if loading.size or first:
        yield loading.take()


class _Loading:
    """Collects rows and numbers them."""

    def __init__(self, name: str) -> None:
        self._name = name
        release = eutils.release_of(name)
        self._named_release = _version_start(*release, 0) if release else None
        self._requested = eutils.request_version(name)
        self._latest_release = 0
        self._position = 0
        self._documents: list[Row] = []
        self._deletions: list[dict[str, object]] = []
        self._rejected: list[dict[str, object]] = []
        self._parser = etree.XMLParser(target=_NoTree(), no_network=True, load_dtd=False, huge_tree=False)

    @property
    def size(self) -> int:
        """How many rows there are to take."""
        return len(self._documents) + len(self._deletions) + len(self._rejected)

    def take(self) -> Parsed:
        """The rows so far, as tables."""
        documents = DOCUMENTS.from_rows(cast("list[dict[str, object]]", self._documents))
        taken = Parsed(documents, DELETIONS.from_rows(self._deletions), REJECTED.from_rows(self._rejected))
        self._documents, self._deletions, self._rejected = [], [], []
        return taken

    def load(self, found: list[Slice | Unreadable]) -> None:
        """Adds a row for each record: many are checked at once, and one by one only where one of them is damaged."""
        prepared = [_prepared(item) if isinstance(item, Slice) else b"" for item in found]
        sound = not any(map(_opens_aside, prepared)) and self._fault(prepared) is None
        for item, record in zip(found, prepared, strict=True):
            if isinstance(item, Unreadable):
                self._reject(item)
            elif sound or (fault := self._fault([record])) is None:
                self._add(item, record)
            else:
                self._reject(_malformed(item, fault))

    def _fault(self, records: Iterable[bytes]) -> etree.XMLSyntaxError | None:
        """What keeps the records from being well-formed. Their own root keeps entity definitions from the parser."""
        try:
            etree.fromstring(b"<records>" + b"".join(records) + b"</records>", self._parser)
        except etree.XMLSyntaxError as fault:
            return fault
        return None

    def _add(self, item: Slice, record: bytes) -> None:
        if item.kind in _DELETIONS:
            self._delete(item, record)
            return
        row = _read(record)
        if row["pmid"] is None:
            self._reject(
                Unreadable("no_pmid", "the record has no PubMed identifier", item.offset, item.data, in_place=True)
            )
            return
        row["version"] = self._requested or self._release(row) + min(self._position, 99_999_999)
        row["raw_file"] = self._name
        row["raw_position"] = self._position
        self._position += 1
        self._documents.append(row)

    def _release(self, row: Row) -> int:
        """The digits of the version that precede the position."""
        if self._named_release is not None:
            return self._named_release
        date = row["revised_on"] or row["completed_on"] or row["entered_on"]
        release = _version_start(date.year, 0, date.timetuple().tm_yday) if date else 0
        self._latest_release = max(self._latest_release, release)
        return release

    def _delete(self, item: Slice, record: bytes) -> None:
        """A row for each identifier listed; the list takes a position, and each identifier one behind it."""
        self._position += 1
        release = self._latest_release if self._named_release is None else self._named_release
        for content in _DELETED_PMID.findall(record):
            text = clean(content)
            pmid = normalize.pmid(text)
            if pmid is None:
                detail = f"a deletion of {text[:80]!r}, which is no PubMed identifier"
                self._reject(Unreadable("no_pmid", detail, item.offset, in_place=True))
                continue
            version = self._requested or release + min(self._position, 99_999_999)
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
    return eutils.version(min(year, _LAST_YEAR), file_number, part, 0)


def _prepared(item: Slice) -> bytes:
    """The record in plain form, without the elements of no use here.

    What stands in those is not checked for well-formedness: nothing of it is loaded.
    """
    record = item.data if item.plain else without_asides(item.data)
    for opening, closing in _UNREAD:
        record = _without(record, opening, closing)
    return without_asides(record) if _opens_aside(record) else record


def _without(record: bytes, opening: bytes, closing: bytes) -> bytes:
    """The record lacking the elements of one name; the whole if one is not closed or stands in another."""
    first, *opened = record.split(opening)
    kept = [first]
    for part in opened:
        end = part.find(closing)
        if end < 0:
            return record
        kept.append(part[end + len(closing) :])
    return b"".join(kept) if opened else record


def _opens_aside(record: bytes) -> bool:
    """Whether a comment or the like begins here and does not end: it could hide damage in the records after it."""
    return (b"!" in record and b"<!" in record) or (b"?" in record and b"<?" in record)


def _read(record: bytes) -> Row:
    if _has_single_quotes(record):
        return read(plain_tags(record))
    try:
        row = read(record)
    except NotPlain:
        return read(plain_tags(record))
    if row["entered_on"] is None:  # PubMed always gives it, but may not have written it as usual
        return read(plain_tags(record))
    return row


def _has_single_quotes(record: bytes) -> bool:
    """Whether some attribute may stand in single quotes; a single byte is found faster than two."""
    at = record.find(b"'")
    while at > 0 and record[at - 1] != _EQUALS:
        at = record.find(b"'", at + 1)
    return at > 0


def _malformed(item: Slice, fault: etree.XMLSyntaxError) -> Unreadable:
    if b"<!ENTITY" in item.data:
        reason = "entity_declaration"
    else:
        reason = "undefined_entity" if fault.code in _UNDEFINED_ENTITY else "malformed_xml"
    return Unreadable(reason, str(fault), item.offset, item.data, in_place=True)

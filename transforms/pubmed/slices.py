"""A PubMed payload -> the byte slices of its records, however damaged it is.

Slices are found by searching for tags, not by parsing, so that damage in one record does not reach the next. What is no
record is told apart from what PubMed writes between records (white space, comments, the set's own tags) and reported.
At most `LARGEST_RECORD` bytes of a record are held and of other things only their beginning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.pubmed.markup import ASIDE_ENDS

LARGEST_RECORD = 16 << 20
_SAMPLE = 8 << 10
_LONGEST_TAG = 64
_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")
_READABLE = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})

_RECORD = rb"PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument"
_RESUME = re.compile(
    rb"<(?:(?P<record>" + _RECORD + rb")(?=[\s/>])|(?P<stray>/(?:" + _RECORD + rb")\s*>)"
    rb"|(?P<root>/?Pubmed(?:Book)?ArticleSet(?=[\s/>])))"
)
_NEXT = re.compile(
    _RESUME.pattern[:-1] + rb"|(?P<doctype>!DOCTYPE\s)|(?P<entity>!ENTITY\s)|(?P<aside>!--|!\[CDATA\[|\?))"
)
_INSIDE = re.compile(
    rb"(?P<aside><!--|<!\[CDATA\[|<\?)|</(?P<close>" + _RECORD + rb")\s*>"
    rb"|(?P<next><(?:" + _RECORD + rb"|/Pubmed(?:Book)?ArticleSet)(?=[\s/>]))"
)
_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[>]*(?:>|\[.*?\]\s*>)", re.DOTALL)
_LONGEST_DOCTYPE = 64 << 10
_ENCODING = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)""")
_ERROR = re.compile(rb"""<ERROR(?:\s[^>]*)?>(.*?)(?:</ERROR>|\Z)|\A\{\s*"error"\s*:\s*"([^"]*)""", re.DOTALL)


class Slice(NamedTuple):
    """One element of the kind named, `offset` bytes into the uncompressed payload; not yet known to be well-formed.

    `plain` is False where it may hold comments or CDATA sections.
    """

    kind: bytes
    offset: int
    data: bytes
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is no record, and why; `in_place`: it stands for a record and takes its position."""

    reason: str
    detail: str
    offset: int | None = None
    sample: bytes = b""
    in_place: bool = False


class Refused(ValueError):
    """The payload is not read any further: `unreadable` says why."""

    def __init__(self, unreadable: Unreadable) -> None:
        super().__init__(unreadable.detail)
        self.unreadable = unreadable


def slices(stream: BinaryIO) -> Iterator[Slice | Unreadable]:
    """The records of a payload in order, and what is no record where it stands."""
    slicer = _Slicer(stream)
    try:
        yield from slicer.run()
    except Refused as refusal:
        yield refusal.unreadable


class _Slicer:
    """Walks over a payload through a window of its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._pieces = read_chunks(stream)
        self._data = b""  # the window
        self._offset = 0  # of the window in the payload
        self._at = 0  # how far the window has been read
        self._ended = False
        self._damage: DamagedPayload | None = None
        self._open = False  # within a PubmedArticleSet
        self._skipping = False  # over the rest of a record that is too large
        self._junk = bytearray()
        self._junk_offset = 0
        self._told = False  # whether anything was yielded or a set was seen
        self._endless: dict[bytes, tuple[int, int]] = {}  # where in the payload an ending was looked for in vain

    def run(self) -> Iterator[Slice | Unreadable]:
        self._check_beginning()
        while found := self._next():
            kind = found.lastgroup
            if kind == "record":
                yield from self._end_junk()
                yield self._read_record(found["record"])
            elif kind == "stray":
                yield from self._read_stray(found)
            elif kind == "root":
                yield from self._end_junk()
                self._read_root()
            elif kind == "aside":
                self._read_aside(found[0])
            else:
                self._read_declaration()
        yield from self._read_end()

    def _grow(self) -> None:
        """Drops what has been read and reads on, as much again as is held."""
        kept = self._data[self._at :]
        self._offset += self._at
        self._at = 0
        read = [kept]
        wanted = max(len(kept), 1)
        try:
            while wanted > 0 and (piece := next(self._pieces, None)) is not None:
                read.append(piece)
                wanted -= len(piece)
        except DamagedPayload as damage:
            self._damage = damage
            wanted = 1
        self._ended = wanted > 0
        self._data = b"".join(read)

    def _check_beginning(self) -> None:
        while len(self._data) < 4 and not self._ended:
            self._grow()
        if self._data.startswith(_WIDE):
            raise Refused(Unreadable("unsupported_encoding", "the payload is not UTF-8", 0, self._data[:_SAMPLE]))
        if self._data.startswith(_UTF8_MARK):
            self._at = len(_UTF8_MARK)

    def _next(self) -> re.Match[bytes] | None:
        """The next tag that matters; what stands before it is kept as junk. None at the payload's end."""
        while True:
            found = (_RESUME if self._skipping else _NEXT).search(self._data, self._at)
            end = found.start() if found else len(self._data) - (0 if self._ended else _LONGEST_TAG)
            if end > self._at:
                self._keep_junk(end)
            if found or self._ended:
                return found
            self._grow()

    def _keep_junk(self, end: int) -> None:
        """Moves on to `end`."""
        between = self._data[self._at : end]
        if not self._junk:
            stripped = between.lstrip()
            self._junk_offset = self._offset + end - len(stripped)
            between = stripped
        if not self._skipping and len(self._junk) < _SAMPLE:
            self._junk += between[:_SAMPLE]
        self._at = end

    def _end_junk(self) -> Iterator[Unreadable]:
        """Reports what has been kept since the last record, if anything; a record too large to hold ends here."""
        self._skipping = False
        self._told = True
        if self._junk:
            sample = bytes(self._junk)
            self._junk.clear()
            error = _ERROR.search(sample)
            told = (error[1] or error[2] or b"").decode("utf-8", "replace").strip() if error else ""
            detail = f"the service answered: {told}" if told else "this is no PubMed record"
            yield Unreadable("source_error" if told else "not_pubmed_xml", detail, self._junk_offset, sample)

    def _read_record(self, kind: bytes) -> Slice | Unreadable:
        closing = b"</" + kind + b">"
        searched = 0
        while True:
            start = self._at
            end = self._data.find(closing, start + searched)
            last = self._ended or len(self._data) - start > LARGEST_RECORD
            if end >= 0 and not self._hides_tags(start, end, kind):
                return self._cut(kind, end + len(closing), plain=True)
            if end >= 0 or last:
                end = self._careful_end(start, kind, last=last)
            if end >= 0 or last:
                return self._cut(kind, end, plain=False)
            searched = max(0, len(self._data) - start - len(closing))
            self._grow()

    def _hides_tags(self, start: int, end: int, kind: bytes) -> bool:
        """Whether a comment or CDATA section, or the beginning of a further record, stands before `end`."""
        data = self._data
        if data.find(b"!", start, end) >= 0 and data.find(b"<!", start, end) >= 0:  # a single byte is found faster
            return True
        return data.find(b"<" + kind, start + 1, end) >= 0

    def _careful_end(self, start: int, kind: bytes, *, last: bool) -> int:
        """Where the record at `start` ends: behind its end tag, or before the next record if it has none; else -1.

        A comment without an end asks for more of the payload, unless this is the last there is to see.
        """
        at = start + 1
        while tag := _INSIDE.search(self._data, at):
            at = tag.end()
            if tag.lastgroup == "aside":
                end = self._find(ASIDE_ENDS[tag[0]], at)
                if end < 0 and not last:
                    return -1
                at = max(at, end)
            elif tag.lastgroup == "next":
                return tag.start()
            elif tag["close"] == kind:
                return at
        return -1

    def _find(self, ending: bytes, begin: int) -> int:
        """Behind the next `ending`, -1 where the window holds none; what was searched in vain is not searched again."""
        since, until = self._endless.get(ending, (0, 0))
        if since <= self._offset + begin < until:
            begin = until - self._offset
        else:
            since = self._offset + begin
        end = self._data.find(ending, begin)
        if end >= 0:
            return end + len(ending)
        self._endless[ending] = since, self._offset + len(self._data) - len(ending) + 1
        return -1

    def _cut(self, kind: bytes, end: int, *, plain: bool) -> Slice | Unreadable:
        start, offset = self._at, self._offset + self._at
        size = (end if end >= 0 else len(self._data)) - start
        sample = self._data[start : start + _SAMPLE]
        if size > LARGEST_RECORD:
            self._skipping = end < 0
            self._at = end if end >= 0 else start + len(kind)
            return Unreadable(
                "too_large", f"a record of more than {LARGEST_RECORD:,} bytes", offset, sample, in_place=True
            )
        if end < 0:
            self._at = len(self._data)
            return self._early_end(offset, sample, in_place=True)
        self._at = end
        return Slice(kind, offset, self._data[start:end], plain)

    def _early_end(self, offset: int, sample: bytes, *, in_place: bool) -> Unreadable:
        damage = self._damage or DamagedPayload("truncated_file", "the payload ends before the set of records does")
        self._damage, self._open = None, False
        return Unreadable(damage.reason, str(damage), offset, sample, in_place)

    def _read_stray(self, found: re.Match[bytes]) -> Iterator[Unreadable]:
        """A record's end tag without its beginning, which must have been among the junk before it."""
        offset = self._junk_offset if self._junk else self._offset + found.start()
        sample = bytes(self._junk) + found[0]
        self._junk.clear()
        self._at = found.end()
        if not self._skipping:
            yield Unreadable("malformed_xml", "a record without its start tag", offset, sample, in_place=True)
        self._skipping, self._told = False, True

    def _read_aside(self, opening: bytes) -> None:
        """A comment, an instruction (the XML declaration is one) or a CDATA section; one without an end is text."""
        if not self._wait_for(ASIDE_ENDS[opening], len(opening), LARGEST_RECORD):
            return self._keep_junk(self._at + len(opening))
        end = self._find(ASIDE_ENDS[opening], self._at + len(opening))
        if opening == b"<![CDATA[":
            return self._keep_junk(end)
        self._check_encoding(self._data[self._at : end])
        self._at = end
        return None

    def _read_root(self) -> None:
        """The start or end tag of a set."""
        self._wait_for(b">", 0, _LONGEST_DOCTYPE)
        end = self._find(b">", self._at)
        tag = self._data[self._at : end] if end >= 0 else self._data[self._at :]
        self._open = not tag.startswith(b"</") and not tag.endswith(b"/>")
        self._at += len(tag)

    def _read_declaration(self) -> None:
        """A document type; entities are not declared in genuine ones, and expanding them may need endless memory."""
        while not (doctype := _DOCTYPE.match(self._data, self._at, self._at + _LONGEST_DOCTYPE)):
            if self._ended or len(self._data) - self._at > _LONGEST_DOCTYPE:
                break
            self._grow()
        text = doctype[0] if doctype else self._data[self._at : self._at + _LONGEST_DOCTYPE]
        if b"<!ENTITY" in text:
            raise Refused(Unreadable("entity_declaration", "it declares entities", self._offset + self._at, text))
        if not doctype:
            raise Refused(Unreadable("not_pubmed_xml", "a document type without an end", self._offset + self._at, text))
        self._at += len(text)

    def _wait_for(self, ending: bytes, skipped: int, limit: int) -> bool:
        """Whether `ending` comes within `limit` bytes; it is then in the window."""
        while self._find(ending, self._at + skipped) < 0:
            if self._ended or len(self._data) - self._at > limit:
                return False
            self._grow()
        return True

    def _check_encoding(self, declaration: bytes) -> None:
        declared = _ENCODING.match(declaration)
        if declared and declared[1].lower() not in _READABLE:
            name = declared[1].decode("ascii", "replace")
            detail = f"the payload declares the encoding {name}; convert it to UTF-8 first"
            raise Refused(Unreadable("unsupported_encoding", detail, self._offset + self._at, declaration[:_SAMPLE]))

    def _read_end(self) -> Iterator[Unreadable]:
        if _ERROR.search(self._junk):
            yield from self._end_junk()
        if self._damage or self._open:
            offset = self._junk_offset if self._junk else self._offset + len(self._data)
            yield self._early_end(offset, bytes(self._junk), in_place=False)
        elif self._junk or self._told:
            yield from self._end_junk()
        else:
            yield Unreadable("not_pubmed_xml", "the payload holds nothing", 0, self._data[:_SAMPLE])

"""Cuts a PubMed payload into the bytes of its records, however damaged it is.

Records are found by searching for tags, not by parsing, so that damage in one record does not affect the next:

    in the payload                      result
    <?xml ...?><PubmedArticleSet>       none
    <PubmedArticle>1</PubmedArticle>    RecordSlice
    some text                           Unreadable, "not_pubmed_xml"
    <PubmedArticle>2                    RecordSlice that ends before the next record; it will not be well-formed
    <PubmedArticle>3</PubmedArticle>    RecordSlice
    </PubmedArticleSet>                 none

The payload is read through a window of its bytes, which moves forward; the bytes before `_at` are finished:

    payload  ......................................................
    window             [ read already | still to be read ]
                       ^_offset       ^_offset + _at

White space, comments and the tags of the set between records are skipped. Anything else between them is *junk* and is
reported as Unreadable. At most `LARGEST_RECORD` bytes of a record are kept in memory, and only the beginning of junk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.pubmed.encoding import declared_encoding, read_as_utf8, unknown_encoding
from transforms.pubmed.markup import OPAQUE_SECTION_ENDS

LARGEST_RECORD = 16 << 20
"""Bytes."""
_SAMPLE = 8 << 10
_LONGEST_TAG = 64  # bytes kept at the end of the window, where a tag may have been read only in part
_UTF8_MARK = b"\xef\xbb\xbf"

_ROOT = rb"(?:Pubmed(?:Book)?Article|MedlineCitation)Set"


class _Patterns(NamedTuple):
    """The tags that matter between records, after a record that was too large, and inside a record."""

    between: re.Pattern[bytes]
    after_large: re.Pattern[bytes]
    inside: re.Pattern[bytes]


def _patterns(record: bytes) -> _Patterns:
    """Return the patterns for a set whose records are elements of these names, separated by '|'."""
    after_large = (
        rb"<(?:(?P<record>" + record + rb")(?=[\s/>])|(?P<stray>/(?:" + record + rb")\s*>)"
        rb"|(?P<root>/?" + _ROOT + rb"(?=[\s/>]))"
    )
    declarations = rb"|(?P<doctype>!DOCTYPE\s)|(?P<entity>!ENTITY\s)|(?P<opaque>!--|!\[CDATA\[|\?)"
    inside = (
        rb"(?P<opaque><!--|<!\[CDATA\[|<\?)|</(?P<close>" + record + rb")\s*>"
        rb"|(?P<next><(?:" + record + rb"|/" + _ROOT + rb")(?=[\s/>]))"
    )
    return _Patterns(re.compile(after_large + declarations + b")"), re.compile(after_large + b")"), re.compile(inside))


_OF_ARTICLES = _patterns(rb"PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument")
_OF_CITATIONS = _patterns(rb"MedlineCitation|DeleteCitation")
"""In a MedlineCitationSet, the files of MEDLINE until 2015, a record is what a PubmedArticle holds since."""
_DOCTYPE = re.compile(rb"<!DOCTYPE\s[^\[>]*(?:>|\[.*?\]\s*>)", re.DOTALL)
_LONGEST_DOCTYPE = 64 << 10
_ERROR = re.compile(rb"""<ERROR(?:\s[^>]*)?>(.*?)(?:</ERROR>|\Z)|\A\{\s*"error"\s*:\s*"([^"]*)""", re.DOTALL)


class RecordSlice(NamedTuple):
    """The bytes of one record, not yet known to be well-formed.

    kind: name of its element, e.g. b"PubmedArticle"; offset: bytes before it in the uncompressed payload; plain: False
    if it may hold comments or CDATA sections.
    """

    kind: bytes
    offset: int
    data: bytes
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of the payload that is no readable record, with reason and detail as in `rejected`.

    in_place: it is in the place of a record and counts as one in the positions of records.
    """

    reason: str
    detail: str
    offset: int | None = None
    sample: bytes = b""
    in_place: bool = False


class RefusedError(ValueError):
    """The rest of the payload is not read; `unreadable` has the reason."""

    def __init__(self, unreadable: Unreadable) -> None:
        super().__init__(unreadable.detail)
        self.unreadable = unreadable


def slice_records(stream: BinaryIO) -> Iterator[RecordSlice | Unreadable]:
    """Yield the records of a payload, and the unreadable parts between them, in the order of the payload."""
    slicer = _Slicer(stream)
    try:
        yield from slicer.run()
    except RefusedError as refusal:
        yield refusal.unreadable


class _Slicer:
    """Searches a payload for records through a window of its bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._pieces = read_as_utf8(read_chunks(stream))
        self._patterns = _OF_ARTICLES
        self._encoding: str | None = None  # as declared at the beginning, None for UTF-8
        self._data = b""  # the window
        self._offset = 0  # position of the window in the payload
        self._at = 0  # position in the window up to which it is finished
        self._ended = False  # whether the window reaches the end of the payload
        self._damage: DamagedPayload | None = None
        self._set_is_open = False  # inside a PubmedArticleSet
        self._skipping = False  # skipping the rest of a record that is too large
        self._junk = bytearray()
        self._junk_offset = 0  # position in the payload
        self._saw_content = False  # whether anything was yielded or a set was seen
        self._not_found: dict[bytes, tuple[int, int]] = {}  # ending -> range of the payload known not to contain it

    def run(self) -> Iterator[RecordSlice | Unreadable]:
        self._check_beginning()
        while tag := self._next_tag():
            kind = tag.lastgroup
            if kind == "record":
                yield from self._end_junk()
                yield self._read_record(tag["record"])
            elif kind == "stray":
                yield from self._read_stray_end_tag(tag)
            elif kind == "root":
                yield from self._end_junk()
                self._read_root()
            elif kind == "opaque":
                self._read_opaque_section(tag[0])
            else:
                self._read_declaration()
        yield from self._read_end()

    def _grow(self) -> None:
        """Drop what is finished and read as much again as is still held.

        Doubling keeps the cost of searching a long record anew after each read linear in its length.
        """
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
        """Skip a byte order mark; note the encoding that the payload declares."""
        while len(self._data) < 4 and not self._ended:
            self._grow()
        if self._data.startswith(_UTF8_MARK):
            self._at = len(_UTF8_MARK)

    def _next_tag(self) -> re.Match[bytes] | None:
        """Return the next tag that matters and keep what is before it as junk; None at the end of the payload."""
        while True:
            pattern = self._patterns.after_large if self._skipping else self._patterns.between
            tag = pattern.search(self._data, self._at)
            end = tag.start() if tag else len(self._data) - (0 if self._ended else _LONGEST_TAG)
            if end > self._at:
                self._keep_junk(end)
            if tag or self._ended:
                return tag
            self._grow()

    def _keep_junk(self, end: int) -> None:
        """Move on to `end` and remember the beginning of what is passed, without white space before it."""
        between = self._data[self._at : end]
        if not self._junk:
            stripped = between.lstrip()
            self._junk_offset = self._offset + end - len(stripped)
            between = stripped
        if not self._skipping and len(self._junk) < _SAMPLE:
            self._junk += between[:_SAMPLE]
        self._at = end

    def _end_junk(self) -> Iterator[Unreadable]:
        """Report the junk since the last record, if there is any; a record that is too large also ends here."""
        self._skipping = False
        self._saw_content = True
        if self._junk:
            sample = bytes(self._junk)
            self._junk.clear()
            error = _ERROR.search(sample)
            message = (error[1] or error[2] or b"").decode("utf-8", "replace").strip() if error else ""
            detail = f"the service answered: {message}" if message else "this is no PubMed record"
            yield Unreadable("source_error" if message else "not_pubmed_xml", detail, self._junk_offset, sample)

    def _read_record(self, kind: bytes) -> RecordSlice | Unreadable:
        """Return the record that begins at `_at`, reading on until the window holds its end."""
        closing = b"</" + kind + b">"
        searched = 0
        while True:
            start = self._at
            end = self._data.find(closing, start + searched)
            last = self._ended or len(self._data) - start > LARGEST_RECORD
            if end >= 0 and not self._hides_tags(start, end, kind):
                return self._cut(kind, end + len(closing), plain=True)
            if end >= 0 or last:
                end = self._end_among_opaque_sections(start, kind, last=last)
            if end >= 0 or last:
                return self._cut(kind, end, plain=False)
            searched = max(0, len(self._data) - start - len(closing))
            self._grow()

    def _hides_tags(self, start: int, end: int, kind: bytes) -> bool:
        """Whether there is a comment, a CDATA section or the start of another record before `end`."""
        data = self._data
        if data.find(b"!", start, end) >= 0 and data.find(b"<!", start, end) >= 0:  # a single byte is found faster
            return True
        return data.find(b"<" + kind, start + 1, end) >= 0

    def _end_among_opaque_sections(self, start: int, kind: bytes, *, last: bool) -> int:
        """Return where the record at `start` ends: after its end tag, else before the next record; else -1.

        End tags inside comments and CDATA sections do not count. A comment without an end needs more of the payload
        (-1), unless the window cannot grow any more (`last`); then it is ignored.
        """
        at = start + 1
        while tag := self._patterns.inside.search(self._data, at):
            at = tag.end()
            if tag.lastgroup == "opaque":
                end = self._find(OPAQUE_SECTION_ENDS[tag[0]], at)
                if end < 0 and not last:
                    return -1
                at = max(at, end)
            elif tag.lastgroup == "next":
                return tag.start()
            elif tag["close"] == kind:
                return at
        return -1

    def _find(self, ending: bytes, begin: int) -> int:
        """Return the position after the next `ending` in the window, else -1.

        The range without the ending is remembered and not searched again: many comments without an end would otherwise
        make the search quadratic.
        """
        since, until = self._not_found.get(ending, (0, 0))
        if since <= self._offset + begin < until:
            begin = until - self._offset
        else:
            since = self._offset + begin
        end = self._data.find(ending, begin)
        if end >= 0:
            return end + len(ending)
        self._not_found[ending] = since, self._offset + len(self._data) - len(ending) + 1
        return -1

    def _cut(self, kind: bytes, end: int, *, plain: bool) -> RecordSlice | Unreadable:
        """Return the record from `_at` to `end` (-1: it has no end in the window) and move on after it."""
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
        return RecordSlice(kind, offset, self._data[start:end], plain)

    def _early_end(self, offset: int, sample: bytes, *, in_place: bool) -> Unreadable:
        damage = self._damage or DamagedPayload("truncated_file", "the payload ends before the set of records does")
        self._damage, self._set_is_open = None, False
        return Unreadable(damage.reason, str(damage), offset, sample, in_place)

    def _read_stray_end_tag(self, tag: re.Match[bytes]) -> Iterator[Unreadable]:
        """Report the end tag of a record whose start tag is damaged: the junk before it is the record."""
        offset = self._junk_offset if self._junk else self._offset + tag.start()
        sample = bytes(self._junk) + tag[0]
        self._junk.clear()
        self._at = tag.end()
        if not self._skipping:
            yield Unreadable("malformed_xml", "a record without its start tag", offset, sample, in_place=True)
        self._skipping, self._saw_content = False, True

    def _read_opaque_section(self, opening: bytes) -> None:
        """Skip a comment or an instruction (such as the XML declaration); a CDATA section is junk.

        Without its end, the opening alone is taken as junk and what follows is searched for records.
        """
        if not self._wait_for(OPAQUE_SECTION_ENDS[opening], len(opening), LARGEST_RECORD):
            return self._keep_junk(self._at + len(opening))
        end = self._find(OPAQUE_SECTION_ENDS[opening], self._at + len(opening))
        if opening == b"<![CDATA[":
            return self._keep_junk(end)
        self._check_encoding(self._data[self._at : end])
        self._at = end
        return None

    def _read_root(self) -> None:
        """Skip the start or end tag of a set, and note whether the set is now open."""
        self._wait_for(b">", 0, _LONGEST_DOCTYPE)
        end = self._find(b">", self._at)
        tag = self._data[self._at : end] if end >= 0 else self._data[self._at :]
        self._set_is_open = not tag.startswith(b"</") and not tag.endswith(b"/>")
        self._patterns = _OF_CITATIONS if tag.startswith(b"<MedlineCitationSet") else _OF_ARTICLES
        self._at += len(tag)

    def _read_declaration(self) -> None:
        """Skip a document type; refuse the payload if it declares entities.

        PubMed declares none, and nested entities can expand to any size ("billion laughs").
        """
        while not (doctype := _DOCTYPE.match(self._data, self._at, self._at + _LONGEST_DOCTYPE)):
            if self._ended or len(self._data) - self._at > _LONGEST_DOCTYPE:
                break
            self._grow()
        text = doctype[0] if doctype else self._data[self._at : self._at + _LONGEST_DOCTYPE]
        if b"<!ENTITY" in text:
            raise RefusedError(Unreadable("entity_declaration", "it declares entities", self._offset + self._at, text))
        if not doctype:
            raise RefusedError(
                Unreadable("not_pubmed_xml", "a document type without an end", self._offset + self._at, text)
            )
        self._at += len(text)

    def _wait_for(self, ending: bytes, skipped: int, limit: int) -> bool:
        """Grow the window until it holds `ending`, up to `limit` bytes; return whether it does."""
        while self._find(ending, self._at + skipped) < 0:
            if self._ended or len(self._data) - self._at > limit:
                return False
            self._grow()
        return True

    def _check_encoding(self, declaration: bytes) -> None:
        """Refuse the rest of the payload if its XML declaration names an encoding that cannot be read, or another one.

        Answers that were written one after the other have a declaration each.
        """
        if self._encoding is None and not self._saw_content:
            self._encoding = declared_encoding(declaration)
        name = unknown_encoding(declaration) or declared_encoding(declaration)
        if name and name != self._encoding:
            detail = f"the payload declares the encoding {name}; convert it to UTF-8 first"
            raise RefusedError(
                Unreadable("unsupported_encoding", detail, self._offset + self._at, declaration[:_SAMPLE])
            )

    def _read_end(self) -> Iterator[Unreadable]:
        """Report what is wrong with the end of the payload: damage, an open set, junk, or nothing at all in it."""
        if _ERROR.search(self._junk):
            yield from self._end_junk()
        if self._damage or self._set_is_open:
            offset = self._junk_offset if self._junk else self._offset + len(self._data)
            yield self._early_end(offset, bytes(self._junk), in_place=False)
        elif self._junk or self._saw_content:
            yield from self._end_junk()
        else:
            yield Unreadable("not_pubmed_xml", "the payload holds nothing", 0, self._data[:_SAMPLE])

"""Reading elements out of the bytes of one well-formed PubMed record without building a tree.

A tree of Python or C objects for every element costs three times what is wanted of it, so a record is checked for
well-formedness by libxml2 and then read by plain string search. That is exact for *plain* XML: no comments, processing
instructions or CDATA sections, attributes as name="value" without '>', end tags as </Name>. PubMed writes nothing else;
`without_asides` and `plain_tags` bring any other well-formed record into that form.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar

ASIDE_ENDS = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_ASIDE = re.compile(rb"<!--|<\?|<!\[CDATA\[")
_TAG = re.compile(rb"""<(/?)([^\s/>"']++)((?:[^"'>/]++|"[^"]*+"|'[^']*+'|/(?!>))*+)(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_REFERENCE = re.compile(r"&(?:#([0-9]+)|#x([0-9A-Fa-f]+)|([a-z]+));")
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_AFTER_NAME = frozenset(b"> /\n\t\r")
_CLOSE, _SLASH = b">/"

_SHORT = 1000

T = TypeVar("T")
Found = tuple[int, int, int]
"""Where an element's start tag begins, where its content begins and where its content ends."""


class NotPlain(ValueError):
    """The record is not plain XML (see the module); `plain_tags` makes it so."""


class Element:
    """Finds the elements of one name in a record."""

    def __init__(self, name: str) -> None:
        self.opening = f"<{name}".encode()
        self.closing = f"</{name}>".encode()
        self._length = len(self.opening)

    def find(self, record: bytes, start: int, end: int) -> Found | None:
        """The first such element whose start tag begins in record[start:end]."""
        at = record.find(self.opening, start, end)
        while at >= 0:
            begin = at + self._length
            after = record[begin]
            if after in _AFTER_NAME:
                last = begin if after == _CLOSE else self._end_of_tag(record, at, begin)
                finish = last + 1 if record[last - 1] == _SLASH else record.find(self.closing, last)
                if finish < 0:
                    raise NotPlain(self.closing)
                return at, last + 1, finish
            at = record.find(self.opening, begin, end)
        return None

    def _end_of_tag(self, record: bytes, at: int, begin: int) -> int:
        last = record.find(b">", begin)
        if record.count(b'"', begin, last) & 1:  # this '>' stands in an attribute
            raise NotPlain(record[at:last])
        return last

    def each(self, record: bytes, start: int, end: int) -> Iterator[Found]:
        """Every such element that begins in record[start:end], those within another of the same name apart."""
        found = self.find(record, start, end)
        while found:
            yield found
            found = self.find(record, found[2], end)

    def content(self, record: bytes, start: int, end: int) -> bytes:
        """What stands between the tags of the first such element, b'' where there is none."""
        found = self.find(record, start, end)
        return record[found[1] : found[2]] if found else b""

    def text(self, record: bytes, start: int, end: int) -> str | None:
        """The text of the first such element, None where there is none or it is empty."""
        found = self.find(record, start, end)
        return clean(record[found[1] : found[2]]) or None if found else None


def with_attribute(attribute: bytes, record: bytes, start: int, end: int) -> str | None:
    """The text of the first element without children that has an attribute, written as in b'IdType="doi"'."""
    at = record.find(attribute, start, end)
    if at < 0:
        return None
    begin = record.find(b">", at) + 1
    return clean(record[begin : record.find(b"</", begin)])


def remembered(function: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Remembers what `function` makes of the few thousand short pieces of XML that most of a file consists of."""
    recall = lru_cache(maxsize=1 << 14)(function)

    def answer(xml: bytes) -> T:
        return recall(xml) if len(xml) < _SHORT else function(xml)

    return answer


@remembered
def attributes(start_tag: bytes) -> dict[str, str]:
    """The attributes of a start tag by name."""
    return {key.decode(): clean(double or single) for key, double, single in _ATTRIBUTE.findall(start_tag)}


def clean(content: bytes) -> str:
    """An element's content as text: tags taken out, references replaced, white space collapsed."""
    if b"<" in content:
        content = _TAG.sub(b"", content)
    text = content.decode()
    if "&" in text:
        text = _REFERENCE.sub(_referenced, text)
    if "  " not in text:  # as below, in a quarter of the time: the only white space that is printable is a space
        in_ascii = text.isascii() and "\n" not in text and "\t" not in text and "\r" not in text
        if in_ascii or text.isprintable():
            return text.strip()
    return " ".join(text.split())


def clean_all(contents: list[bytes]) -> list[str]:
    """`clean` of each, without those that are empty; many at once, for a call each is what costs."""
    if not contents:
        return []
    cleaned = clean(b"\0".join(contents))  # NUL cannot stand in XML
    texts = cleaned.split("\0")
    if " \0" in cleaned or "\0 " in cleaned or "" in texts:
        return [text for padded in texts if (text := padded.strip())]
    return texts


def without_asides(record: bytes) -> bytes:
    """A record without comments and processing instructions, CDATA sections as escaped text.

    One that does not end is left in, with all that follows: the record is not well-formed.
    """
    kept = []
    at = 0
    while opening := _ASIDE.search(record, at):
        ending = ASIDE_ENDS[opening[0]]
        end = record.find(ending, opening.end())
        if end < 0:
            break
        kept.append(record[at : opening.start()])
        if opening[0] == b"<![CDATA[":
            kept.append(_escaped(record[opening.end() : end]))
        at = end + len(ending)
    return b"".join([*kept, record[at:]])


def plain_tags(record: bytes) -> bytes:
    """A well-formed record with every tag written in the plain form."""
    return _TAG.sub(_plain_tag, record)


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _plain_tag(tag: re.Match[bytes]) -> bytes:
    slash, name, attributes, empty = tag.groups()
    written = b"".join(
        b' %b="%b"' % (key, (double or single).replace(b'"', b"&quot;").replace(b">", b"&gt;"))
        for key, double, single in _ATTRIBUTE.findall(attributes)
    )
    return b"<%b%b%b%b>" % (slash, name, written, empty)


def _referenced(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _PREDEFINED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))

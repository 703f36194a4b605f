"""Markup inside PubMed records: the text of elements, the attributes of tags, and rewriting of unusual markup.

An *opaque section* is a comment, a processing instruction or a CDATA section: inside it '<' and '>' are no tags.
`transforms.pubmed.tag_index` needs records in which every '<' and '>' belongs to a tag; `resolve_opaque_sections` and
`escape_angle_brackets` rewrite a record that way without changing its meaning:

    <T a='>'><!-- x -->1 > 0 <![CDATA[a<b]]></T>     ->     <T a="&gt;">1 &gt; 0 a&lt;b</T>
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np

from transforms.columnar.integers import distinct
from transforms.text.normalize import WINDOWS_1252

OPAQUE_SECTION_ENDS = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
"""Start of an opaque section -> its end."""
_OPAQUE_SECTION = re.compile(rb"<!--|<\?|<!\[CDATA\[")
# The outer repetition backtracks: Python 3.11.0 to 3.11.4 match possessive repetitions of a group wrongly. Time stays
# linear, because the alternatives begin with different characters: what is given back has no second way to match.
_TAG = re.compile(rb"""<(/?)([^\s/>"']++)((?:[^"'>/]++|"[^"]*+"|'[^']*+'|/(?!>))*)(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_REFERENCE = re.compile(r"&(?:#([0-9]+)|#x([0-9A-Fa-f]+)|([a-z]+));")
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

_CONTROL = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]|\x7f")
"""DEL and C1 in UTF-8; XML has no other control characters (0x85 is a line break)."""
_NUMERIC_REFERENCE = re.compile(rb"&#")
_SPACE = ord(" ")
_DEL = 0x7F
_FIRST_LEAD_BYTE = 0xC2  # first byte of a character that takes several bytes in UTF-8
_WIDE_SPACES = [int.from_bytes(chr(code).encode()) for code in range(0x80, 0x10000) if chr(code).isspace()]
"""White space beyond ASCII: its two or three bytes in UTF-8 as an integer."""

_LONGEST_CACHED = 1000

T = TypeVar("T")


def cache_short_xml(function: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Decorate a function of XML with a cache for short arguments: a file repeats a few thousand short pieces."""
    cached = lru_cache(maxsize=1 << 14)(function)

    def call(xml: bytes) -> T:
        return cached(xml) if len(xml) < _LONGEST_CACHED else function(xml)

    return call


@cache_short_xml
def read_attributes(start_tag: bytes) -> dict[str, str]:
    """Return the attributes of a start tag by name."""
    return {key.decode(): clean(double or single) for key, double, single in _ATTRIBUTE.findall(start_tag)}


def clean(content: bytes) -> str:
    """Return the text of an element's content: without tags, references resolved, white space collapsed.

    b"In <i>vitro</i>,  p &lt; 0.05"  ->  "In vitro, p < 0.05"
    """
    return " ".join(_text(_without_tags(content)).split())


def clean_each(contents: Sequence[bytes]) -> list[str]:
    """Return `clean` of each content, faster than one call for each.

    All are processed as one string joined by NUL. Collapsing white space is the slow step, so it is done only for those
    that may need it.
    """
    if not contents:
        return []
    joined = _without_tags(b"\0".join(contents))  # NUL cannot stand in XML
    texts = _text(joined).split("\0")
    for number in _with_uneven_space(joined):
        texts[number] = " ".join(texts[number].split())
    return texts


def _without_tags(content: bytes) -> bytes:
    return _TAG.sub(b"", content) if b"<" in content else content


def _text(content: bytes) -> str:
    """Decode content without tags and resolve its character references."""
    text = content.decode()
    if b"\x7f" in content or (b"\xc2" in content and _CONTROL.search(content)):
        text = text.replace("\x7f", "").translate(WINDOWS_1252)
    return _REFERENCE.sub(_referenced_character, text) if "&" in text else text


def _with_uneven_space(joined: bytes) -> list[int]:
    """Return the numbers of the contents, joined by NUL, that may have white space other than single inner spaces.

    With '_' for NUL, "a b_ c_d  e" -> [1, 2]: 1 begins with a space, 2 has two in a row. A NUL counts as white space
    when neighbours are compared, which finds white space at the beginning or the end of a content.
    """
    codes = np.frombuffer(b"\0%b\0\0" % joined, np.uint8)
    is_space_or_nul = codes <= _SPACE
    neighbours = is_space_or_nul[:-1] & is_space_or_nul[1:] & ((codes[:-1] | codes[1:]) != 0)  # but not two NULs
    positions = [np.flatnonzero(neighbours), np.flatnonzero((codes < _SPACE) & (codes != 0))]
    lead = np.flatnonzero(codes >= _FIRST_LEAD_BYTE)
    second, third = (codes[lead + offset].astype(np.uint32) for offset in (1, 2))
    pairs = (codes[lead].astype(np.uint32) << 8) | second
    positions += [lead[np.isin(pairs, _WIDE_SPACES)], lead[np.isin((pairs << 8) | third, _WIDE_SPACES)]]
    if b"&#" in joined:  # a reference may stand for white space
        positions.append(np.array([reference.start() + 1 for reference in _NUMERIC_REFERENCE.finditer(joined)]))
    separators = np.flatnonzero(codes == 0)
    return distinct(np.searchsorted(separators, np.concatenate(positions), side="right") - 1).tolist()


def resolve_opaque_sections(record: bytes) -> bytes:
    """Return the record without comments and processing instructions, and with CDATA sections as escaped text.

    A section without an end is left in with everything after it: such a record is not well-formed.
    """
    kept = []
    at = 0
    while opening := _OPAQUE_SECTION.search(record, at):
        ending = OPAQUE_SECTION_ENDS[opening[0]]
        end = record.find(ending, opening.end())
        if end < 0:
            break
        kept.append(record[at : opening.start()])
        if opening[0] == b"<![CDATA[":
            kept.append(_escaped(record[opening.end() : end]))
        at = end + len(ending)
    return b"".join([*kept, record[at:]])


def escape_angle_brackets(record: bytes) -> bytes:
    """Return a well-formed record without opaque sections, with '>' in text and attribute values escaped."""
    kept = []
    at = 0
    for tag in _TAG.finditer(record):
        kept += [record[at : tag.start()].replace(b">", b"&gt;"), _escaped_tag(tag)]
        at = tag.end()
    return b"".join([*kept, record[at:]])


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _escaped_tag(tag: re.Match[bytes]) -> bytes:
    slash, name, attributes, empty = tag.groups()
    escaped_attributes = b"".join(
        b' %b="%b"' % (key, (double or single).replace(b'"', b"&quot;").replace(b">", b"&gt;"))
        for key, double, single in _ATTRIBUTE.findall(attributes)
    )
    return b"<%b%b%b%b>" % (slash, name, escaped_attributes, empty)


def _referenced_character(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _PREDEFINED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return "" if code == _DEL else WINDOWS_1252.get(code, chr(code))

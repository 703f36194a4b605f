"""The markup inside PubMed records: what an element's content says, and records brought into a plain form.

A record is *plain* where every '<' and '>' belongs to a tag: without comments, processing instructions and CDATA
sections, and without '>' in texts and attributes. `without_asides` and `plain_tags` make it so.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np

from transforms.columnar.integers import distinct

ASIDE_ENDS = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_ASIDE = re.compile(rb"<!--|<\?|<!\[CDATA\[")
_TAG = re.compile(rb"""<(/?)([^\s/>"']++)((?:[^"'>/]++|"[^"]*+"|'[^']*+'|/(?!>))*+)(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s([^\s=]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_REFERENCE = re.compile(r"&(?:#([0-9]+)|#x([0-9A-Fa-f]+)|([a-z]+));")
_PREDEFINED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

_BY_NUMBER = re.compile(rb"&#")
_SPACE = ord(" ")
_FIRST_LEAD = 0xC2  # of a character of several bytes in UTF-8
_WIDE_SPACES = [int.from_bytes(chr(code).encode()) for code in range(0x80, 0x10000) if chr(code).isspace()]

_SHORT = 1000

T = TypeVar("T")


def cache_short_xml(function: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Remembers what `function` makes of the few thousand short pieces of XML that most of a file consists of."""
    recall = lru_cache(maxsize=1 << 14)(function)

    def answer(xml: bytes) -> T:
        return recall(xml) if len(xml) < _SHORT else function(xml)

    return answer


@cache_short_xml
def attributes(start_tag: bytes) -> dict[str, str]:
    """The attributes of a start tag by name."""
    return {key.decode(): clean(double or single) for key, double, single in _ATTRIBUTE.findall(start_tag)}


def clean(content: bytes) -> str:
    """An element's content as text: tags taken out, references replaced, white space collapsed."""
    return " ".join(_text(_without_tags(content)).split())


def clean_each(contents: Sequence[bytes]) -> list[str]:
    """`clean` of each; many at once, for a call each is what costs."""
    if not contents:
        return []
    joined = _without_tags(b"\0".join(contents))  # NUL cannot stand in XML
    texts = _text(joined).split("\0")
    for at in _with_uneven_space(joined):
        texts[at] = " ".join(texts[at].split())
    return texts


def _without_tags(content: bytes) -> bytes:
    return _TAG.sub(b"", content) if b"<" in content else content


def _text(content: bytes) -> str:
    """Content without tags as text, references replaced."""
    text = content.decode()
    return _REFERENCE.sub(_referenced, text) if "&" in text else text


def _with_uneven_space(joined: bytes) -> list[int]:
    """The numbers of the contents, between NUL, that may have white space other than single spaces within."""
    codes = np.frombuffer(b"\0%b\0\0" % joined, np.uint8)
    low = codes <= _SPACE
    side_by_side = low[:-1] & low[1:] & ((codes[:-1] | codes[1:]) != 0)
    odd = [np.flatnonzero(side_by_side), np.flatnonzero((codes < _SPACE) & (codes != 0))]
    lead = np.flatnonzero(codes >= _FIRST_LEAD)
    second, third = (codes[lead + place].astype(np.uint32) for place in (1, 2))
    pairs = (codes[lead].astype(np.uint32) << 8) | second
    odd += [lead[np.isin(pairs, _WIDE_SPACES)], lead[np.isin((pairs << 8) | third, _WIDE_SPACES)]]
    if b"&#" in joined:
        odd.append(np.array([found.start() + 1 for found in _BY_NUMBER.finditer(joined)]))
    places = np.concatenate(odd)
    return distinct(np.searchsorted(np.flatnonzero(codes == 0), places, side="right") - 1).tolist()


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
    """A well-formed record without asides, in plain form."""
    kept = []
    at = 0
    for tag in _TAG.finditer(record):
        kept += [record[at : tag.start()].replace(b">", b"&gt;"), _plain_tag(tag)]
        at = tag.end()
    return b"".join([*kept, record[at:]])


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

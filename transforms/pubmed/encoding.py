"""Encodings of XML payloads: whatever a payload declares is read as UTF-8.

The encoding is told by the first bytes (a byte order mark, or the zero bytes of UTF-16 and UTF-32), else by the XML
declaration, else it is UTF-8 (https://www.w3.org/TR/xml/#sec-guessing).
"""

import codecs
import re
from collections.abc import Iterator

from transforms.payloads.decompress import DamagedPayload

_LONGEST_DECLARATION = 1024
_BEGINNINGS = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)""")
_READABLE = re.compile(
    r"(?:iso-?)?8859-?\d{1,2}|iso-8859-\d{1,2}:\d{4}|latin-?\d|l\d|(?:windows|cp)-?125\d|koi8-[ru]|macintosh"
    r"|gb2312|gbk|gb18030|big5|shift[_-]jis|euc-(?:jp|kr)"
)
"""Encodings in which the bytes of ASCII stand for themselves outside of longer characters."""
_UTF8_OR_ASCII = re.compile(r"utf-?8|(?:us-)?ascii|(?:utf|ucs)-?(?:16|32|2|4)(?:[-_]?[lb]e)?|iso-10646-ucs-[24]")
"""A payload whose declaration can be read as ASCII is not UTF-16, whatever it says."""


def read_as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks of an XML payload in UTF-8, without a byte order mark if they were in another encoding.

    Chunks of an unknown encoding are passed on as they are. Raises `DamagedPayload` ('unsupported_encoding') at bytes
    that are none of the encoding, after what stands before them has been yielded.
    """
    head, chunks = _read_head(chunks)
    encoding = payload_encoding(head)
    if encoding is None:
        yield head
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(head).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise DamagedPayload("unsupported_encoding", f"the payload is not {encoding} throughout: {error}") from error


def _read_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the bytes up to the end of the XML declaration or more, and the chunks after them."""
    head = b""
    try:
        for chunk in chunks:
            head += chunk
            if len(head) >= _LONGEST_DECLARATION or (len(head) > 4 and b"?>" in head):
                break
    except DamagedPayload as damage:
        return head, _damaged(damage)
    return head, chunks


def _damaged(*damages: DamagedPayload) -> Iterator[bytes]:
    """Raise the damage where the next chunk is asked for, after what stands before it has been read."""
    for damage in damages:
        raise damage
    yield from ()


def payload_encoding(head: bytes) -> str | None:
    """Return the encoding that a payload with this beginning is decoded from; None for UTF-8 and unknown ones."""
    for beginning, encoding in _BEGINNINGS:
        if head.startswith(beginning):
            return encoding
    return declared_encoding(head)


def declared_encoding(declaration: bytes) -> str | None:
    """Return the encoding that an XML declaration names; None for UTF-8 and unknown ones."""
    declared = _DECLARATION.match(declaration.removeprefix(codecs.BOM_UTF8).lstrip())
    name = declared[1].decode("ascii", "replace").strip().lower() if declared else ""
    return codecs.lookup(name).name if _READABLE.fullmatch(name) and _is_known(name) else None


def unknown_encoding(declaration: bytes) -> str | None:
    """Return the name of the encoding in an XML declaration if it is one that cannot be read."""
    declared = _DECLARATION.match(declaration)
    name = declared[1].decode("ascii", "replace").strip() if declared else ""
    is_known = not name or _UTF8_OR_ASCII.fullmatch(name.lower()) or declared_encoding(declaration)
    return None if is_known else name


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True

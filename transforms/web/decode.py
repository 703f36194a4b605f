"""Decodes the bytes of a page, even if the encoding it declares is wrong.

Bytes that are valid UTF-8 are decoded as such: text in another encoding almost never is (RFC 3629, section 1). Others
are decoded as declared, with the names as browsers read them (https://encoding.spec.whatwg.org/#names-and-labels), and
without a usable declaration as the encoding that their bytes look like.
"""

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

from transforms.web.result import Rejection

LARGEST_PAGE = 16_000_000
"""Bytes. Landing pages are far smaller, and full texts with inlined images are below a third of this."""

_SIGNATURES = (
    (b"%PDF-", "a PDF"), (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "gzip'ed"), (b"RIFF", "a RIFF file"), (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"), (b"{\\rtf", "an RTF document"), (b"\xd0\xcf\x11\xe0", "a Microsoft Office document"),
    (b"%!PS", "PostScript"), (b"BZh", "bzip2'ed"), (b"\xfd7zXZ", "xz'ed"), (b"\x7fELF", "a program"), (b"wOF",
    "a font"),
    (b"\x00\x00\x00\x1cftyp", "a video"), (b"OggS", "an Ogg stream"), (b"ID3", "an MP3 file"),
)  # fmt: skip
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_BROWSER_ENCODINGS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "windows-1252": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "big5": "big5hkscs", "tis-620": "cp874",
}  # fmt: skip
_DECLARABLE = frozenset((
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp866", "cp874",
    "cp932", "cp949", "big5hkscs", "gb18030", "euc_jp", "iso2022_jp", "koi8-r", "koi8-u", "iso8859-2", "iso8859-3",
    "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10", "iso8859-13", "iso8859-14",
    "iso8859-15", "iso8859-16", "mac-roman", "mac-cyrillic",
))  # fmt: skip
_GUESSES = ["cp1252", "cp1251", "koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "iso8859_7"]
_SAMPLE = 20_000
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\x0b\x0c\r\x1b\0")
_MOST_CONTROLS = 0.02


class PageText(NamedTuple):
    """The text of a page without NUL characters, and the same as UTF-8."""

    text: str
    utf8: bytes


def decode_page(payload: bytes) -> PageText | Rejection:
    """Return the text of a page; rejected as 'too_large', or as 'not_html' if it is another kind of file or binary."""
    if len(payload) > LARGEST_PAGE:
        return Rejection("too_large", f"{len(payload)} bytes; at most {LARGEST_PAGE} are read")
    start = payload[:1024].lstrip()
    for signature, what in _SIGNATURES:
        if start.startswith(signature):
            return Rejection("not_html", f"the payload is {what}")
    text = _decode_utf16_or_marked(payload)
    if text is None:
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            sample = payload[:_SAMPLE]
            if len(sample) - len(sample.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(sample):
                return Rejection("not_html", "the payload is binary")
            text = _decode_invalid_utf8(payload)
        else:
            if b"\0" not in payload:
                return PageText(text, payload)
    text = text.replace("\0", "")
    return PageText(text, text.encode("utf-8", "replace"))


def to_utf8(payload: bytes, charset: str | None) -> bytes:
    """Return a page in UTF-8, decoded by the charset of its HTTP header, which overrides what the page declares.

    A page is returned unchanged if there is no usable charset; if it is UTF-8, or UTF-16, as can be seen of its bytes;
    or if it is no text.
    """
    encoding = _usable_encoding(charset) if charset else None
    if encoding is None or isinstance(decode_page(payload), Rejection) or _decode_utf16_or_marked(payload) is not None:
        return payload
    if _is_mostly_utf8(payload):
        return payload
    return codecs.BOM_UTF8 + payload.decode(encoding, "replace").encode()


def _decode_utf16_or_marked(payload: bytes) -> str | None:
    """Decode a payload that begins with a byte order mark, or is UTF-16 by the NUL beside its first '<'; else None."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if payload.startswith(mark):
            return payload[len(mark) :].decode(encoding, "replace")
    start = payload[:64].lstrip(b" \r\n\t")
    if start.startswith(b"<\0") and b"\0" in start[3:8]:
        return payload.decode("utf-16-le", "replace")
    if start.startswith(b"\0<\0"):
        return payload.decode("utf-16-be", "replace")
    return None


def _decode_invalid_utf8(payload: bytes) -> str:
    """Decode damaged UTF-8 or another encoding; at least four good characters for each damaged one mean UTF-8."""
    if _is_mostly_utf8(payload):
        return payload.decode("utf-8", "replace")
    declared = _declared_encoding(payload)
    if declared is not None:
        return payload.decode(declared, "replace")
    likely = from_bytes(payload[:_SAMPLE], cp_isolation=_GUESSES).best()
    return payload.decode(likely.encoding if likely else "cp1252", "replace")


def _is_mostly_utf8(payload: bytes) -> bool:
    """Return whether a payload is UTF-8, with a few damaged or cut characters perhaps."""
    lenient = payload.decode("utf-8", "replace")
    damaged = lenient.count("\ufffd")
    undamaged = sum(1 for character in lenient if character > "\x7f") - damaged
    return not damaged or undamaged > 4 * damaged


def _declared_encoding(payload: bytes) -> str | None:
    """Return the encoding a page declares; None if it is not one that pages use, or UTF-8, which it is not."""
    match = _DECLARED.search(payload[:_DECLARED_WITHIN])
    return _usable_encoding(match[1].decode("ascii")) if match else None


def _usable_encoding(label: str) -> str | None:
    """Return the codec for the label of an encoding, as browsers read it; None if it is not one that pages use."""
    name = label.strip(" \"'").lower()
    name = _BROWSER_ENCODINGS.get(name, name)
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return None
    return name if name in _DECLARABLE else None

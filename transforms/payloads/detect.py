"""Detects by the first bytes of a file which source's reader can read it."""

import re

HEAD_BYTES = 4096
"""How many decompressed bytes `detect_source` needs."""

_UTF8_MARK = b"\xef\xbb\xbf"
# A comment is matched by what it cannot hold, not by ".*?", which would try every later "-->" as its end too.
_HTML = re.compile(
    rb"(?:<!--[^-]*+(?:-(?!->)[^-]*+)*-->|<\?[^>]*+>|\s++)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE,
)
_NCBI_ERROR = re.compile(rb"""\{\s*"error"\s*:""")
"""NCBI reports errors as JSON even where XML was requested; the reader of PubMed names them."""


def detect_source(head: bytes) -> str:
    """Return 'europepmc' for JSON, 'web' for HTML, else 'pubmed', whose reader rejects what it cannot read."""
    start = head.removeprefix(_UTF8_MARK).lstrip()
    if start[:1] in (b"{", b"[") and not _NCBI_ERROR.match(start):
        return "europepmc"
    return "web" if _HTML.match(start) else "pubmed"

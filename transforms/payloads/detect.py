"""What kind of payload a file is, by how it begins: which source's transform reads it."""

import re

HEAD_BYTES = 4096
"""How much of an uncompressed payload is looked at."""

_HTML = re.compile(
    rb"(?:<!--.*?-->|<\?[^>]*>|\s)*<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE | re.DOTALL
)
_NCBI_ERROR = re.compile(rb"""\{\s*"error"\s*:""")


def source_of(head: bytes) -> str:
    """'europepmc' for JSON, 'web' for HTML, else 'pubmed', whose transform says what is wrong with anything else."""
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins[:1] in (b"{", b"[") and not _NCBI_ERROR.match(begins):
        return "europepmc"
    return "web" if _HTML.match(begins) else "pubmed"

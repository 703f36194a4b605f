"""Canonical forms of running text and of identifiers (DOI, PMCID, PMID), so that equal values compare equal.

The identifier functions return None for a value that is no such identifier.
"""

import html
import re
import unicodedata
from urllib.parse import unquote

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_CONTROL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
"""Terminal escape sequences as a whole, and the control characters (C0, C1) that are no white space."""
_MAX_ESCAPE_LEVELS = 3
_DOI = re.compile(r"10\.\d{3,9}(?:\.\d+)*/\S+", re.ASCII)
_DOI_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:dx\.)?doi\.org/+", re.IGNORECASE)
_DOI_LABEL = re.compile(r"doi\s*+(?::\s*+)?(?=10\.)", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid\s*+(?::\s*+)?)?(?:pmc)?\s*+0*+([1-9][0-9]{0,9})(?:\.[0-9]+)?", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid\s*+(?::\s*+)?|pubmed\s*+:\s*+)?0*+([1-9][0-9]{0,9})", re.IGNORECASE)


def without_controls(text: str) -> str:
    """The text without terminal escape sequences and control characters, except those that are white space."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def collapse_whitespace(text: str) -> str:
    """The text with each run of white space (Unicode's, as `str.split` sees it) as one space, and none at the ends."""
    return " ".join(text.split())


def clean_text(text: str) -> str:
    """Running text in canonical form: entities resolved, Unicode NFC, white space collapsed.

    Entities may be escaped several times over ("&amp;amp;lt;"). Invisible characters (control characters, soft hyphens,
    zero-width spaces, byte order marks) are removed.
    """
    for _ in range(_MAX_ESCAPE_LEVELS):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = collapse_whitespace(text)
    return text if text.isprintable() else collapse_whitespace(_INVISIBLE.sub("", text))


def normalize_doi(text: str | None) -> str | None:
    """A DOI in lower case, without resolver address, label or trailing punctuation.

    DOIs are case-insensitive (DOI Handbook, section 3.4). Percent escapes are decoded in an address; in a bare DOI they
    are part of the DOI and stay.
    """
    if text is None:
        return None
    doi = text.strip()
    if not doi.startswith("10."):
        bare = _DOI_ADDRESS.sub("", doi, count=1)
        doi = _DOI_LABEL.sub("", unquote(bare) if bare != doi else bare, count=1)
    doi = doi.rstrip(".,;")
    return doi.lower() if _DOI.fullmatch(doi) else None


def normalize_pmcid(text: str | None) -> str | None:
    """A PubMed Central identifier as 'PMC' and digits, without version ('PMC123.2' -> 'PMC123')."""
    match = _PMCID.fullmatch(text.strip()) if text is not None else None
    return f"PMC{match[1]}" if match else None


def normalize_pmid(text: str | None) -> int | None:
    """A PubMed identifier as a positive integer of at most ten digits."""
    match = _PMID.fullmatch(text.strip()) if text is not None else None
    return int(match[1]) if match else None

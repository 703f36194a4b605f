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
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|[\x00-\x08\x0e-\x1b\x7f]"
)
"""Terminal escape sequences as a whole, and the control characters of ASCII that are no white space."""
WINDOWS_1252 = {code: bytes((code,)).decode("cp1252", "ignore") for code in range(0x80, 0xA0) if code != 0x85}
"""Control characters beyond ASCII (C1) -> what they stand for in text that was decoded wrongly: 0x97 is a dash.

HTML reads references to them the same way; '' for the five that Windows-1252 lacks. 0x85 is a line break.
"""
_MAX_ESCAPE_LEVELS = 3
_DOI = re.compile(r"10\.\d{3,9}(?:\.\d+)*/\S+", re.ASCII)
_LONGEST_DOI = 2048
_MOST_DOI_WORDS = 5
_DOI_VIEW = re.compile(
    r"(10\.\d{3,9}(?:\.\d+)*/\S+?)(?:/(?:abstract|e?pdf|full|fulltext|html|meta|references|summary))+", re.ASCII
)
_DOI_START = re.compile(r"(?<![0-9.])10\.\d{3,9}(?:\.\d+)*/", re.ASCII)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS_END = re.compile(r"[?#&]")
_CLOSING = {")": "(", "]": "[", "}": "{", "\u201d": "\u201c", "\u00bb": "\u00ab"}
_DOI_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:dx\.)?doi\.org/+", re.IGNORECASE)
_DOI_LABEL = re.compile(r"doi\s*+(?::\s*+)?(?=10\.)", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid\s*+(?::\s*+)?)?(?:pmc)?\s*+0*+([1-9][0-9]{0,9})(?:\.[0-9]+)?", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid\s*+(?::\s*+)?|pubmed\s*+:\s*+)?0*+([1-9][0-9]{0,9})", re.IGNORECASE)


def without_controls(text: str) -> str:
    """The text without terminal escape sequences and control characters, except those that are white space.

    A control character beyond ASCII becomes the character of Windows-1252 that it stands for.
    """
    return text if text.isprintable() else _CONTROL.sub("", text).translate(WINDOWS_1252)


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
    """A DOI in lower case, without address, label, escapes, view of the article or trailing punctuation.

    DOIs are case-insensitive (DOI Handbook, section 3.4). '&lt;' and '%3C' are read as '<' everywhere: services escape
    the DOIs of the 1990s, which have angle brackets, in many ways, and a literal '%' is allowed but used by none.

        https://doi.org/10.1000/A%3Cb%3E      10.1000/a<b>
        10.1000/abc/full                      10.1000/abc
        S0140-6736(10)6 [pii] 10.1000/abc [doi]     10.1000/abc
    """
    if text is None or len(text) > _LONGEST_DOI:
        return None
    doi = _without_address(_doi_word(text.split()))
    normal = None
    while doi != normal:
        normal = doi
        doi = _ENTITY.sub(lambda entity: html.unescape(entity[0]), unquote(normal)).lower()
        doi = _without_unpaired_end(without_controls(doi).rstrip(".,;"))
        view = _DOI_VIEW.fullmatch(doi)
        doi = view[1] if view else doi
    return doi if _DOI.fullmatch(doi) else None


def _doi_word(words: list[str]) -> str:
    """Return the DOI among the words of a field: the one before '[doi]', else the last; '' in running text."""
    if "[doi]" in words[1:]:
        return words[words.index("[doi]", 1) - 1]
    return words[-1] if words and len(words) <= _MOST_DOI_WORDS else ""


def _without_address(doi: str) -> str:
    """Return what follows the address of a resolver or a publisher, or a label."""
    if doi.startswith("10."):
        return doi
    bare = _DOI_LABEL.sub("", _DOI_ADDRESS.sub("", doi, count=1), count=1)
    if _ADDRESS.match(bare) and (within := _DOI_START.search(unquote(bare))):
        return _ADDRESS_END.split(unquote(bare)[within.start() :], maxsplit=1)[0]
    return bare


def _without_unpaired_end(doi: str) -> str:
    """Return the DOI without a closing bracket or quotation mark at its end that belongs to the text around it."""
    while doi and doi[-1] in _CLOSING and doi.count(doi[-1]) > doi.count(_CLOSING[doi[-1]]):
        doi = doi[:-1].rstrip(".,;")
    return doi


def normalize_pmcid(text: str | None) -> str | None:
    """A PubMed Central identifier as 'PMC' and digits, without version ('PMC123.2' -> 'PMC123')."""
    match = _PMCID.fullmatch(text.strip()) if text is not None else None
    return f"PMC{match[1]}" if match else None


def normalize_pmid(text: str | None) -> int | None:
    """A PubMed identifier as a positive integer of at most ten digits."""
    match = _PMID.fullmatch(text.strip()) if text is not None else None
    return int(match[1]) if match else None

"""White space and identifiers in one form, so that equal things compare equal.

Each function takes what a source wrote and returns the canonical form, or None for what is no such identifier.
"""

import html
import re
import unicodedata
from urllib.parse import unquote

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_DEEPEST_ESCAPE = 3
_DOI = re.compile(r"10\.\d{3,9}(?:\.\d+)*/\S+", re.ASCII)
_DOI_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:dx\.)?doi\.org/+", re.IGNORECASE)
_DOI_LABEL = re.compile(r"doi\s*:?\s*(?=10\.)", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid\s*:?\s*)?(?:pmc)?\s*0*([1-9][0-9]{0,9})(?:\.[0-9]+)?", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid\s*:?\s*|pubmed\s*:\s*)?0*([1-9][0-9]{0,9})", re.IGNORECASE)


def collapse_whitespace(text: str) -> str:
    """`text` with every run of white space (as Unicode and `str.split` see it) as one space, none at its ends."""
    return " ".join(text.split())


def clean_text(text: str) -> str:
    """Running text in one form: entities that were escaped once too often resolved, Unicode NFC, white space collapsed.

    Characters nobody sees (control characters, soft hyphens, zero-width spaces, byte order marks) are left out.
    """
    for _ in range(_DEEPEST_ESCAPE):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = collapse_whitespace(text)
    return text if text.isprintable() else collapse_whitespace(_UNSEEN.sub("", text))


def normalize_doi(text: str | None) -> str | None:
    """A DOI in lower case without a resolver's address, a label or a sentence's closing stop.

    DOIs compare without regard to case (DOI Handbook, section 3.4). An address's percent escapes are decoded, a bare
    DOI's are its own and stay.
    """
    if text is None:
        return None
    found = text.strip()
    if not found.startswith("10."):
        bare = _DOI_ADDRESS.sub("", found, count=1)
        found = _DOI_LABEL.sub("", unquote(bare) if bare != found else bare, count=1)
    found = found.rstrip(".,;")
    return found.lower() if _DOI.fullmatch(found) else None


def normalize_pmcid(text: str | None) -> str | None:
    """A PubMed Central identifier as 'PMC' and digits; a version ('PMC123.2') is dropped."""
    found = _PMCID.fullmatch(text.strip()) if text is not None else None
    return f"PMC{found[1]}" if found else None


def normalize_pmid(text: str | None) -> int | None:
    """A PubMed identifier as a number: at most ten digits, never 0."""
    found = _PMID.fullmatch(text.strip()) if text is not None else None
    return int(found[1]) if found else None

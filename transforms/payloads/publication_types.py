"""Publication types as PubMed spells them, which filters and the marks of duplicates compare."""

import string
from functools import lru_cache

_PUBMED_NAMES = (
    "Case Reports", "Clinical Trial", "Comment", "Comparative Study", "Editorial", "English Abstract",
    "Historical Article", "Journal Article", "Letter", "Meta-Analysis", "Multicenter Study", "News",
    "Observational Study", "Preprint", "Published Erratum", "Randomized Controlled Trial",
    "Research Support, N.I.H., Extramural", "Research Support, N.I.H., Intramural",
    "Research Support, Non-U.S. Gov't", "Research Support, U.S. Gov't, Non-P.H.S.",
    "Research Support, U.S. Gov't, P.H.S.", "Retracted Publication", "Retraction of Publication", "Review",
    "Systematic Review",
)  # fmt: skip
CASE_REPORT = "Case Reports"

_NAMES = {name.lower(): name for name in _PUBMED_NAMES} | {
    "case report": "Case Reports", "case-report": "Case Reports", "review-article": "Review",
    "correction": "Published Erratum", "retraction": "Retraction of Publication",
}  # fmt: skip
"""Lower-case publication type -> its name in PubMed."""


@lru_cache(maxsize=4096)
def publication_type(name: str) -> str:
    """Return a publication type as PubMed spells it; an unknown one loses its capitals: 'REVIEW, X' -> 'Review, X'.

    MEDLINE files of the 1990s and other services write them in capitals or in lower case.
    """
    return _NAMES.get(name.lower()) or (string.capwords(name) if name.isupper() else name)

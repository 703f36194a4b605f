"""The rules that join two documents to one article, and the rules that keep them apart.

A rule is a named condition on a `Comparison`, evaluated for all pairs at once. A pair is the same article when at least
one rule of ACCEPTS and none of VETOES holds. No rule relies on a DOI alone, on title and year alone, or on similar
abstracts alone. Rules are listed by confidence: a decision names the first that holds.

The names are stored with each decision: renaming a rule changes stored data.
"""

from collections.abc import Callable

import numpy as np

from transforms.duplicates.comparison import CHANGED, DIFFERS, EQUAL, EXTENDED, SAME, VARIANT, Comparison

Rule = Callable[[Comparison], np.ndarray]


def _same_place(c: Comparison) -> np.ndarray:
    """Whether the first page agrees, and the volume or the year and journal with it."""
    return (c.pages == SAME) & ((c.volume == SAME) | ((c.year == SAME) & (c.journal != DIFFERS)))


def _no_conflict(c: Comparison) -> np.ndarray:
    """Whether no field of the citation contradicts; consecutive years need a journal, volume or page in common."""
    in_common = (c.journal == SAME) | (c.volume == SAME) | (c.pages == SAME)
    return (
        (c.pages != DIFFERS) & (c.doi != DIFFERS) & (c.volume != DIFFERS) & (c.years_apart <= np.where(in_common, 1, 0))
    )


def _same_text(c: Comparison) -> np.ndarray:
    """Whether the abstracts agree, their numbers and last words included."""
    return (c.abstract == SAME) & (c.details != DIFFERS)


def _text_allows(c: Comparison) -> np.ndarray:
    """Whether titles are equal, or abstracts agree or cannot be compared.

    Conference proceedings print several abstracts of one group on a page, with similar titles.
    """
    return (c.title == EQUAL) | (c.abstract == SAME) | (c.abstract_ratio < 0)


REPUBLISHED_RULE = "republished, says NLM"

ACCEPTS: dict[str, Rule] = {
    REPUBLISHED_RULE: lambda c: c.republished,
    "same PMID": lambda c: (
        (c.pmid == SAME) & ((c.title >= CHANGED) | c.generic | c.translated | (c.authors == SAME) | (c.pages == SAME))
    ),
    "same PMCID and title": lambda c: (c.pmcid == SAME) & (c.title >= EXTENDED),
    "same DOI and title": lambda c: (
        (c.doi == SAME) & (c.title >= EXTENDED) & ((c.authors != DIFFERS) | (c.pages == SAME) | (c.abstract == SAME))
    ),
    "same DOI, authors and place or abstract": lambda c: (
        (c.doi == SAME)
        & (c.authors == SAME)
        & (((c.title >= CHANGED) & ((c.abstract == SAME) | c.span)) | (c.translated & _same_place(c)))
    ),
    "same title, authors and place": lambda c: (
        (c.title >= EXTENDED) & (c.authors == SAME) & _same_place(c) & _text_allows(c)
    ),
    "same title and place": lambda c: (
        (c.title == EQUAL) & (c.pages == SAME) & (c.volume == SAME) & ((c.authors != DIFFERS) | (c.abstract == SAME))
    ),
    "same authors and pages, title alike": lambda c: (
        (c.title >= CHANGED)
        & (c.authors == SAME)
        & (c.journal != DIFFERS)
        & (c.year == SAME)
        & (c.volume != DIFFERS)
        & c.span
    ),
    "same authors, journal, volume and pages": lambda c: (
        (c.authors == SAME)
        & (c.journal == SAME)
        & (c.volume == SAME)
        & (c.issue != DIFFERS)
        & (c.year == SAME)
        & (c.numbers != DIFFERS)
        & c.span
    ),
    "same title, authors, volume and issue": lambda c: (
        (c.title == EQUAL) & (c.authors == SAME) & (c.volume == SAME) & (c.issue == SAME) & (c.year == SAME)
    ),
    "same title, authors and pages": lambda c: (
        (c.title >= EXTENDED) & (c.authors == SAME) & (c.year == SAME) & (c.volume != DIFFERS) & c.span
    ),
    "same title, translation added": lambda c: (
        c.translated
        & (c.title >= EXTENDED)
        & (c.authors == SAME)
        & (c.journal == SAME)
        & (c.volume == SAME)
        & (c.year == SAME)
    ),
    "title spelled alike, same authors and issue": lambda c: (
        (c.title >= VARIANT) & (c.authors == SAME) & (c.journal == SAME) & (c.volume == SAME) & (c.issue == SAME)
    ),
    "same title, authors and journal": lambda c: (
        (c.title == EQUAL)
        & (c.authors == SAME)
        & (c.journal == SAME)
        & (c.volume != DIFFERS)
        & (c.issue != DIFFERS)
        & ((c.year == SAME) | (c.volume == SAME) | (c.wordy & (c.years_apart <= 1)))
    ),
    "same title, authors, volume and abstract": lambda c: (
        (c.title >= CHANGED) & (c.authors == SAME) & (c.journal == SAME) & (c.volume == SAME) & _same_text(c)
    ),
    "same title, authors, year and abstract": lambda c: (
        (c.title >= VARIANT) & (c.authors == SAME) & (c.journal == SAME) & (c.year == SAME) & _same_text(c)
    ),
    "same title, authors and abstract": lambda c: (
        (c.title >= VARIANT) & (c.authors == SAME) & _same_text(c) & (c.journal != DIFFERS) & _no_conflict(c)
    ),
    "same title and abstract": lambda c: (
        (c.title == EQUAL) & (c.authors != DIFFERS) & _same_text(c) & (c.journal != DIFFERS) & _no_conflict(c)
    ),
}

VETOES: dict[str, Rule] = {
    "different PMIDs": lambda c: (c.pmid == DIFFERS) & ~c.republished,
    "one is a notice, reply, protocol or preprint": lambda c: c.marks == DIFFERS,
    "another version of a review": lambda c: (
        c.versioned & ((c.years_apart > 0) | (c.doi == DIFFERS)) & (c.pmid != SAME)
    ),
    "different numbers or parts in the titles": lambda c: (
        (c.numbers == DIFFERS)
        & ~((c.authors == SAME) & (c.volume == SAME) & (c.span | ((c.pages == SAME) & _same_text(c))))
    ),
    "different pages": lambda c: (c.pages == DIFFERS) & ((c.doi != SAME) | (c.journal == DIFFERS) | (c.title != EQUAL)),
    "different DOIs": lambda c: (
        (c.doi == DIFFERS)
        & ~((c.title == EQUAL) & (c.authors == SAME) & _same_place(c) & ((c.volume == SAME) | _same_text(c)))
    ),
    "a title that names no article": lambda c: (
        c.generic
        & ~((c.authors == SAME) & (_same_place(c) | _same_text(c)) & (c.issue != DIFFERS) & (c.doi != DIFFERS))
        & (c.doi != SAME)
    ),
    "different years": lambda c: (c.year == DIFFERS) & (c.pages != SAME) & (c.doi != SAME),
    "different abstracts": lambda c: (c.abstract == DIFFERS) & (c.pages != SAME) & (c.doi != SAME),
    "abstracts that differ in their numbers": lambda c: (c.details == DIFFERS) & (c.pages != SAME) & (c.doi != SAME),
}

VETOES_OVERRULED_BY_NLM = frozenset(VETOES) - {"different PMIDs"}
"""Vetoes that are ignored where NLM itself equates the two documents: the same PMID, or a republication."""

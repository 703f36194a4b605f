"""Pairs of documents -> what their fields say of each other, as columns over the pairs.

Most fields have three answers: SAME, UNKNOWN (missing, or no judgement possible), DIFFERS. All of it is a function of
the two documents alone, and symmetric.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from transforms.duplicates import citation_fields as citation_facts
from transforms.duplicates.features import UNKNOWN as NO_VALUE
from transforms.duplicates.features import Features

SAME, UNKNOWN, DIFFERS = 1, 0, -1

EQUAL, VARIANT, EXTENDED, CHANGED, OTHER = 4, 3, 2, 1, 0
"""How two titles relate: letter for letter (spaces apart); the same words but for spelling; one is the other with
something before or after it; a few words exchanged; anything else, a missing title included."""

AUTHORS_AGREE, AUTHORS_DIFFER = 0.75, 0.5
ABSTRACTS_AGREE, ABSTRACTS_DIFFER = 0.9, 0.6
FEWEST_PAGES = 3
LARGEST_ISSUE = 60
SPELLING = 75
CHANGED_RATIO = 75
FEWEST_TITLE_LETTERS = 12
FEWEST_LETTERS = 150
ABSTRACT_LETTERS = 3000
LONGEST_ABSTRACT = 12_000
LAST_WORDS = 10

_TAIL = re.compile(
    r" (?:(?:copyright|c|a) \d{4}\b|copyright\b|\d{4} \w+ et al\b|\d{4} (?:the|elsevier|wiley|american|informa)\b"
    r"|references \d+$|psycinfo database|all rights reserved|download pdf|published by).*$"
)
"""What publishers and databases put after an abstract."""


@dataclass(frozen=True)
class Comparison:
    """Columns over pairs: SAME, UNKNOWN or DIFFERS unless said otherwise.

    `title`: EQUAL to OTHER; `author_ratio`, `abstract_ratio`: 0 to 100, -1 where unknown; `numbers`: numbers of the
    titles, UNKNOWN where only one title has further ones; `marks`: DIFFERS where one is an erratum, reply, protocol,
    preprint ... and the other is not; `generic`: a title that names no article; `wordy`: titles of
    many words (bool); `span`: one and the same range
    of at least FEWEST_PAGES pages (bool); `translated`: a title in brackets (bool); `versioned`: a journal that
    publishes new versions of its articles (bool); `republished`: NLM says that one is the other printed again (bool);
    `year`: UNKNOWN also for neighbouring years; `details`: DIFFERS where alike abstracts have other numbers or ends.
    """

    title: np.ndarray
    numbers: np.ndarray
    marks: np.ndarray
    generic: np.ndarray
    wordy: np.ndarray
    authors: np.ndarray
    author_ratio: np.ndarray
    journal: np.ndarray
    year: np.ndarray
    years_apart: np.ndarray
    volume: np.ndarray
    issue: np.ndarray
    pages: np.ndarray
    doi: np.ndarray
    pmid: np.ndarray
    pmcid: np.ndarray
    abstract: np.ndarray
    abstract_ratio: np.ndarray
    details: np.ndarray
    span: np.ndarray
    translated: np.ndarray
    versioned: np.ndarray
    republished: np.ndarray


def compare(found: Features, a: np.ndarray, b: np.ndarray) -> Comparison:
    """Compare documents `a[i]` and `b[i]` (row numbers of `found`) for all i."""
    title = _titles(found, a, b)
    authors, author_ratio = _authors(found, a, b)
    abstract, abstract_ratio, details = _abstracts(found, a, b, title >= CHANGED)
    years_apart = np.where(
        (found.year[a] == NO_VALUE) | (found.year[b] == NO_VALUE), 0, abs(found.year[a] - found.year[b])
    )
    return Comparison(
        title=title,
        numbers=_each(_numbers, found.numbers, a, b),
        marks=_each(lambda x, y: SAME if x == y else DIFFERS, found.marks, a, b),
        generic=found.generic[a] | found.generic[b],
        wordy=found.wordy[a] & found.wordy[b],
        authors=authors,
        author_ratio=author_ratio,
        journal=_each(_journals, found.journals, a, b),
        year=np.where(years_apart > 1, DIFFERS, np.where(_integers(found.year, a, b) == SAME, SAME, UNKNOWN)),
        years_apart=years_apart,
        volume=_volumes(found, a, b),
        issue=_issues(found, a, b),
        pages=_pages(found, a, b),
        doi=_each(_texts, found.doi, a, b),
        pmid=_integers(found.pmid, a, b),
        pmcid=_each(_texts, found.pmcid, a, b),
        abstract=abstract,
        abstract_ratio=abstract_ratio,
        details=details,
        span=_spans(found, a, b),
        versioned=found.versioned[a] & found.versioned[b],
        republished=_republished(found, a, b),
        translated=found.translated[a] | found.translated[b],
    )


def _each(judge: Callable[[Any, Any], int], column: list[Any], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.fromiter(
        (judge(column[i], column[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)), np.int8, len(a)
    )


def _texts(one: str, other: str) -> int:
    return UNKNOWN if not one or not other else SAME if one == other else DIFFERS


def _journals(one: str, other: str) -> int:
    return (
        UNKNOWN
        if not one or not other
        else SAME
        if one == other or citation_facts.same_journal(one, other)
        else DIFFERS
    )


def _numbers(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    if one == other or "".join(one) == "".join(other):
        return SAME
    here, there = Counter(one), Counter(other)
    return DIFFERS if here - there and there - here else UNKNOWN


def _integers(column: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    x, y = column[a], column[b]
    return np.where((x == NO_VALUE) | (y == NO_VALUE), UNKNOWN, np.where(x == y, SAME, DIFFERS)).astype(np.int8)


def _volumes(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Volumes; no judgement where one stands in the other's issue, or is the year."""
    volumes = _integers(found.volume, a, b)
    misplaced = np.zeros(len(a), bool)
    for x, y in ((a, b), (b, a)):
        misplaced |= (found.volume[x] == found.issue[y]) | (found.volume[x] == found.year[y])
    return np.where((volumes == DIFFERS) & misplaced, UNKNOWN, volumes)


def _issues(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Issues; no judgement where one is a running number of more than LARGEST_ISSUE."""
    issues = _integers(found.issue, a, b)
    return np.where(np.maximum(found.issue[a], found.issue[b]) > LARGEST_ISSUE, np.maximum(issues, UNKNOWN), issues)


def _pages(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """SAME first page, or one range within the other; DIFFERS where ranges do not meet.

    No judgement between pages counted from 1 and an article number, between printed and electronic numbers, or where
    one record's columns slipped by one (its issue and page are the other's volume and issue).
    """
    first_a, first_b, last_a, last_b = found.first_page[a], found.first_page[b], found.last_page[a], found.last_page[b]
    known = (first_a != NO_VALUE) & (first_b != NO_VALUE)
    other_kind = found.locator[a] != found.locator[b]
    counted = ((first_a == 1) & (last_a > 1) & (first_b == last_b)) | (
        (first_b == 1) & (last_b > 1) & (first_a == last_a)
    )
    apart = ((last_a < first_b) | (last_b < first_a)) & ~_cut_off(last_a, last_b)
    same = first_a == first_b
    slipped = _slipped(found, a, b) | _slipped(found, b, a)
    return np.where(
        known & same, SAME, np.where(known & apart & ~counted & ~other_kind & ~slipped, DIFFERS, UNKNOWN)
    ).astype(np.int8)


def _slipped(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    known = (found.issue[a] != NO_VALUE) & (found.first_page[a] != NO_VALUE)
    return known & (found.issue[a] == found.volume[b]) & (found.first_page[a] == found.issue[b])


def _cut_off(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether the last pages are one, or one is the end of the other: '2-8' may be what is left of '125-128'."""
    small, large = np.minimum(one, other), np.maximum(one, other)
    scale = 10 ** np.char.str_len(np.maximum(small, 0).astype(str))
    return large % scale == small


def _spans(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    first, last = found.first_page, found.last_page
    long = last - first >= FEWEST_PAGES - 1
    return (first[a] == first[b]) & (last[a] == last[b]) & long[a] & (first[a] > 1)


def _republished(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    pmids = found.pmid.tolist()
    return np.fromiter(
        (
            pmids[i] in found.republished[j] or pmids[j] in found.republished[i]
            for i, j in zip(a.tolist(), b.tolist(), strict=True)
        ),
        bool,
        len(a),
    )


def _titles(found: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    left, right = [found.title_keys[i] for i in a.tolist()], [found.title_keys[i] for i in b.tolist()]
    ratio = process.cpdist(left, right, scorer=fuzz.ratio, dtype=np.float32)
    relation = np.zeros(len(a), np.int8)
    for n, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        if left[n] and right[n]:
            relation[n] = (
                EQUAL if left[n] == right[n] else title_relation(found.titles[i], found.titles[j], float(ratio[n]))
            )
    return relation


def title_relation(one: str, other: str, ratio: float) -> int:
    """How two different titles (content words) relate: VARIANT to OTHER; `ratio` is that of their letters, 0 to 100."""
    short, long = sorted((one, other), key=lambda title: (len(title), title))
    if short.count(" ") and len(short) >= FEWEST_TITLE_LETTERS and short.replace(" ", "") in long.replace(" ", ""):
        return EXTENDED
    if ratio < CHANGED_RATIO and fuzz.token_set_ratio(one, other) < 95:
        return OTHER
    here, there = Counter(one.split()), Counter(other.split())
    left, right = _unmatched(list((here - there).elements()), list((there - here).elements()))
    if "".join(left) == "".join(right):
        return VARIANT
    if (not here - there or not there - here) and short.count(" ") >= 2 and ratio >= CHANGED_RATIO:
        return EXTENDED
    return CHANGED if ratio >= CHANGED_RATIO else OTHER


def _unmatched(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """What is left of two lists of words once spelling variants are paired off; numbers never vary."""
    right = list(right)
    rest = []
    for word in left:
        match = next((w for w in right if not (word.isdigit() or w.isdigit()) and _spelled_alike(word, w)), None)
        if match is None:
            rest.append(word)
        else:
            right.remove(match)
    return rest, right


@lru_cache(maxsize=65536)
def _spelled_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) > 2 and fuzz.ratio(one, other) >= SPELLING


def _authors(found: Features, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = [found.names[i] for i in a.tolist()], [found.names[i] for i in b.tolist()]
    ratio = process.cpdist(left, right, scorer=fuzz.token_set_ratio, dtype=np.float32) / 100
    known = np.fromiter((bool(x and y) for x, y in zip(left, right, strict=True)), bool, len(a))
    first = _each(lambda x, y: bool(set(x) & set(y)), found.first_names, a, b) == SAME
    agree = (ratio >= AUTHORS_AGREE) | (first & (ratio >= AUTHORS_DIFFER))
    judged = np.where(agree, SAME, np.where((ratio < AUTHORS_DIFFER) & ~first, DIFFERS, UNKNOWN))
    return np.where(known, judged, UNKNOWN).astype(np.int8), np.where(known, ratio * 100, -1)


def _abstracts(
    found: Features, a: np.ndarray, b: np.ndarray, asked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Judged by letters where both are long enough; one that is the beginning of the other is the SAME, cut off."""
    ratios = np.full(len(a), -1, np.float32)
    details = np.zeros(len(a), np.int8)
    for n in np.flatnonzero(asked):
        one, other = found.abstracts[a[n]], found.abstracts[b[n]]
        if min(len(one), len(other)) >= FEWEST_LETTERS:
            ratios[n] = abstract_ratio(one, other)
            details[n] = _details(one, other) if ratios[n] < 100 and ratios[n] >= ABSTRACTS_AGREE * 100 else UNKNOWN
    judged = np.where(
        ratios >= ABSTRACTS_AGREE * 100, SAME, np.where(ratios < ABSTRACTS_DIFFER * 100, DIFFERS, UNKNOWN)
    )
    return np.where(ratios < 0, UNKNOWN, judged).astype(np.int8), ratios, details


def abstract_ratio(one: str, other: str) -> float:
    """Likeness of two abstracts, 0 to 100; the longer is cut to the shorter's length unless that starts elsewhere."""
    if one == other:
        return 100.0
    short, long = sorted((one[:ABSTRACT_LETTERS], other[:ABSTRACT_LETTERS]), key=len)
    if short in long:
        return 100.0
    return max(fuzz.ratio(short, long), fuzz.ratio(short, long[: len(short)]))


def _details(one: str, other: str) -> int:
    """DIFFERS where two alike abstracts say other numbers at the same place, or end otherwise.

    Sources lose and glue characters ('161' and '1', 'copyright2011' and '2011'): only what neither contains the other
    of is told apart.
    """
    here, there = (_TAIL.sub("", text[:LONGEST_ABSTRACT]).split() for text in (one, other))
    for step in Levenshtein.opcodes(here, there):
        if step.tag == "replace":
            left, right = here[step.src_start : step.src_end], there[step.dest_start : step.dest_end]
            ends = len(here) - step.src_end < LAST_WORDS and len(there) - step.dest_end < LAST_WORDS
            if ends and _other_words("".join(left), "".join(right)):
                return DIFFERS
            if len(left) == len(right) and any(map(_other_number, left, right)):
                return DIFFERS
    return UNKNOWN


def _other_words(one: str, other: str) -> bool:
    return one not in other and other not in one and fuzz.ratio(one, other) < SPELLING


def _other_number(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and one not in other and other not in one

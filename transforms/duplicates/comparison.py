"""Compare pairs of documents field by field; the result is a set of columns over the pairs.

Most columns hold SAME, UNCLEAR (a value is missing, or nothing can be concluded) or DIFFERS. Every value depends on the
two documents alone and is symmetric. Two invented records:

    field     document a                                document b                            comparison
    title     Iodised salt and the growth of nodules    Iodized salt and the growth of        VARIANT (spelling)
                                                        nodules
    authors   Brandt, Uwe; Lindqvist, Karin             Brandt U, Lindqvist K                 SAME, author_ratio 100
    journal   J Valley Med                              Journal of Valley Medicine            SAME
    year      2016                                      2017                                  UNCLEAR, years_apart 1
    volume    26                                        26                                    SAME
    issue     3                                         (missing)                             UNCLEAR
    pages     201-209                                   301-309                               DIFFERS
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

from transforms.duplicates import citation_fields
from transforms.duplicates.features import MISSING, Features

SAME, UNCLEAR, DIFFERS = 1, 0, -1

EQUAL, VARIANT, EXTENDED, CHANGED, OTHER = 4, 3, 2, 1, 0
"""How two titles relate. EQUAL: the same letters, spaces ignored; VARIANT: the same words in different spellings;
EXTENDED: one contains the other; CHANGED: a few words were replaced; OTHER: unrelated, or a title is missing."""

AUTHORS_AGREE, AUTHORS_DIFFER = 0.75, 0.5
"""Likeness from which author lists are the SAME, and below which they may DIFFER; between them they are UNCLEAR."""
ABSTRACTS_AGREE, ABSTRACTS_DIFFER = 0.9, 0.6
"""The same for abstracts."""
MIN_SPAN_PAGES = 3
"""A shared range of one or two pages is too common to identify an article."""
MAX_ISSUE = 60
SPELLING_RATIO = 75
"""Likeness, 0 to 100, of two words that are taken for spellings of one."""
CHANGED_RATIO = 75
MIN_TITLE_LETTERS = 12
MIN_ABSTRACT_LETTERS = 150
MAX_RATIO_LETTERS = 3000
MAX_DETAIL_LETTERS = 12_000
LAST_WORDS = 10
"""Differences among this many words at the end count as other last words."""

_TAIL = re.compile(
    r" (?:(?:copyright|c|a) \d{4}\b|copyright\b|\d{4} \w+ et al\b|\d{4} (?:the|elsevier|wiley|american|informa)\b"
    r"|references \d+$|psycinfo database|all rights reserved|download pdf|published by).*$"
)
"""Text that publishers and databases append to an abstract."""


@dataclass(frozen=True)
class Comparison:
    """Parallel columns over pairs, of SAME, UNCLEAR or DIFFERS unless listed here.

    title                         EQUAL, VARIANT, EXTENDED, CHANGED or OTHER
    author_ratio, abstract_ratio  likeness from 0 to 100, -1 where unknown
    numbers                       numbers in the titles; UNCLEAR where one title only has more of them
    marks                         SAME where both titles and types carry the same marks (erratum, reply, preprint ...),
                                  else DIFFERS
    year                          UNCLEAR also for consecutive years
    years_apart                   difference in years, 0 where a year is missing
    details                       DIFFERS where similar abstracts differ in their numbers or last words, else UNCLEAR

    Boolean columns:
    generic      either title is a heading that does not identify an article
    wordy        both titles have many words
    span         both have the same range of at least MIN_SPAN_PAGES pages
    translated   either title is in brackets
    versioned    both journals publish new versions of their articles
    republished  NLM states that one is a republication of the other
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


def compare(features: Features, a: np.ndarray, b: np.ndarray) -> Comparison:
    """Compare documents a[i] and b[i] for all i; `a` and `b` are row numbers of `features`."""
    title = _compare_titles(features, a, b)
    authors, author_ratio = _compare_authors(features, a, b)
    abstract, abstract_ratio, details = _compare_abstracts(features, a, b, title >= CHANGED)
    years_apart = np.where(
        (features.year[a] == MISSING) | (features.year[b] == MISSING), 0, abs(features.year[a] - features.year[b])
    )
    return Comparison(
        title=title,
        numbers=_compare_values(_compare_numbers, features.numbers, a, b),
        marks=_compare_values(lambda x, y: SAME if x == y else DIFFERS, features.marks, a, b),
        generic=features.generic[a] | features.generic[b],
        wordy=features.wordy[a] & features.wordy[b],
        authors=authors,
        author_ratio=author_ratio,
        journal=_compare_values(_compare_journals, features.journals, a, b),
        year=np.where(
            years_apart > 1, DIFFERS, np.where(_compare_integers(features.year, a, b) == SAME, SAME, UNCLEAR)
        ),
        years_apart=years_apart,
        volume=_compare_volumes(features, a, b),
        issue=_compare_issues(features, a, b),
        pages=_compare_pages(features, a, b),
        doi=_compare_values(_compare_texts, features.doi, a, b),
        pmid=_compare_integers(features.pmid, a, b),
        pmcid=_compare_values(_compare_texts, features.pmcid, a, b),
        abstract=abstract,
        abstract_ratio=abstract_ratio,
        details=details,
        span=_equal_spans(features, a, b),
        versioned=features.versioned[a] & features.versioned[b],
        republished=_is_republication(features, a, b),
        translated=features.translated[a] | features.translated[b],
    )


def _compare_values(judge: Callable[[Any, Any], int], column: list[Any], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.fromiter(
        (judge(column[i], column[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)), np.int8, len(a)
    )


def _compare_texts(one: str, other: str) -> int:
    return UNCLEAR if not one or not other else SAME if one == other else DIFFERS


def _compare_journals(one: str, other: str) -> int:
    return (
        UNCLEAR
        if not one or not other
        else SAME
        if one == other or citation_fields.same_journal(one, other)
        else DIFFERS
    )


def _compare_numbers(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    if one == other or "".join(one) == "".join(other):
        return SAME
    counts_a, counts_b = Counter(one), Counter(other)
    return DIFFERS if counts_a - counts_b and counts_b - counts_a else UNCLEAR


def _compare_integers(column: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    x, y = column[a], column[b]
    return np.where((x == MISSING) | (y == MISSING), UNCLEAR, np.where(x == y, SAME, DIFFERS)).astype(np.int8)


def _compare_volumes(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compare volumes; UNCLEAR where they differ but one volume is the other record's issue or year."""
    volumes = _compare_integers(features.volume, a, b)
    misplaced = np.zeros(len(a), bool)
    for x, y in ((a, b), (b, a)):
        misplaced |= (features.volume[x] == features.issue[y]) | (features.volume[x] == features.year[y])
    return np.where((volumes == DIFFERS) & misplaced, UNCLEAR, volumes)


def _compare_issues(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compare issues; never DIFFERS where one is above MAX_ISSUE: it counts issues across volumes."""
    issues = _compare_integers(features.issue, a, b)
    return np.where(np.maximum(features.issue[a], features.issue[b]) > MAX_ISSUE, np.maximum(issues, UNCLEAR), issues)


def _compare_pages(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compare page ranges: SAME for the same first page, DIFFERS for ranges that do not overlap, else UNCLEAR.

        201-209  201-9        SAME
        201-209  205-209      UNCLEAR (overlap)
        201-209  301-309      DIFFERS
        1-9      e0191240     UNCLEAR: pages counted from 1 beside an article number
        2-8      125-128      UNCLEAR: the first may have lost leading digits

    UNCLEAR also where the columns of one record are shifted by one: its issue and page are the other's volume and
    issue.
    """
    first_a, last_a = features.first_page[a], features.last_page[a]
    first_b, last_b = features.first_page[b], features.last_page[b]
    known = (first_a != MISSING) & (first_b != MISSING)
    other_kind = features.locator[a] != features.locator[b]
    # Online journals count the pages of each article from 1; another source gives its article number instead.
    counted = ((first_a == 1) & (last_a > 1) & (first_b == last_b)) | (
        (first_b == 1) & (last_b > 1) & (first_a == last_a)
    )
    apart = ((last_a < first_b) | (last_b < first_a)) & ~_may_be_truncated(last_a, last_b)
    same = first_a == first_b
    shifted = _columns_shifted(features, a, b) | _columns_shifted(features, b, a)
    return np.where(
        known & same, SAME, np.where(known & apart & ~counted & ~other_kind & ~shifted, DIFFERS, UNCLEAR)
    ).astype(np.int8)


def _columns_shifted(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether the issue and page of `a` are the volume and issue of `b`."""
    known = (features.issue[a] != MISSING) & (features.first_page[a] != MISSING)
    return known & (features.issue[a] == features.volume[b]) & (features.first_page[a] == features.issue[b])


def _may_be_truncated(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether one last page ends in the digits of the other: '2-8' may be the remains of '125-128'."""
    small, large = np.minimum(one, other), np.maximum(one, other)
    # The number of digits of the smaller: 28 and 128 -> scale 100, 128 % 100 == 28.
    scale = 10 ** np.char.str_len(np.maximum(small, 0).astype(str))
    return large % scale == small


def _equal_spans(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether both have the same range of at least MIN_SPAN_PAGES pages, not counted from 1."""
    first, last = features.first_page, features.last_page
    is_long = last - first >= MIN_SPAN_PAGES - 1
    return (first[a] == first[b]) & (last[a] == last[b]) & is_long[a] & (first[a] > 1)


def _is_republication(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    pmids = features.pmid.tolist()
    return np.fromiter(
        (
            pmids[i] in features.republished[j] or pmids[j] in features.republished[i]
            for i, j in zip(a.tolist(), b.tolist(), strict=True)
        ),
        bool,
        len(a),
    )


def _compare_titles(features: Features, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    left, right = [features.title_keys[i] for i in a.tolist()], [features.title_keys[i] for i in b.tolist()]
    ratio = process.cpdist(left, right, scorer=fuzz.ratio, dtype=np.float32)
    relation = np.zeros(len(a), np.int8)
    for n, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        if left[n] and right[n]:
            relation[n] = (
                EQUAL
                if left[n] == right[n]
                else title_relation(features.titles[i], features.titles[j], float(ratio[n]))
            )
    return relation


def title_relation(one: str, other: str, ratio: float) -> int:
    """Return how two different titles relate: VARIANT, EXTENDED, CHANGED or OTHER.

    Both titles are content words joined by spaces; `ratio` is the likeness of their letters, 0 to 100. Against
    'iodised salt growth thyroid nodules':

        iodized salt growth thyroid nodules              VARIANT   (iodised/iodized pair off)
        iodised salt growth thyroid nodules valley       EXTENDED  (all its words and one more)
        iodised salt decline thyroid nodules             CHANGED
        honey heart goats mountain towns                 OTHER
    """
    short, long = sorted((one, other), key=lambda title: (len(title), title))
    if short.count(" ") and len(short) >= MIN_TITLE_LETTERS and short.replace(" ", "") in long.replace(" ", ""):
        return EXTENDED
    if ratio < CHANGED_RATIO and fuzz.token_set_ratio(one, other) < 95:
        return OTHER
    counts_a, counts_b = Counter(one.split()), Counter(other.split())
    left, right = _unmatched_words(list((counts_a - counts_b).elements()), list((counts_b - counts_a).elements()))
    if "".join(left) == "".join(right):
        return VARIANT
    if (not counts_a - counts_b or not counts_b - counts_a) and short.count(" ") >= 2 and ratio >= CHANGED_RATIO:
        return EXTENDED
    return CHANGED if ratio >= CHANGED_RATIO else OTHER


def _unmatched_words(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Remove pairs of spelling variants from two lists of words; return what remains. Numbers never pair off."""
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
    return min(len(one), len(other)) > 2 and fuzz.ratio(one, other) >= SPELLING_RATIO


def _compare_authors(features: Features, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = [features.names[i] for i in a.tolist()], [features.names[i] for i in b.tolist()]
    # The set ratio ignores names that only one list has: sources shorten long lists to the first authors and 'et al'.
    ratio = process.cpdist(left, right, scorer=fuzz.token_set_ratio, dtype=np.float32) / 100
    known = np.fromiter((bool(x and y) for x, y in zip(left, right, strict=True)), bool, len(a))
    first = _compare_values(lambda x, y: bool(set(x) & set(y)), features.first_names, a, b) == SAME
    agree = (ratio >= AUTHORS_AGREE) | (first & (ratio >= AUTHORS_DIFFER))
    judged = np.where(agree, SAME, np.where((ratio < AUTHORS_DIFFER) & ~first, DIFFERS, UNCLEAR))
    return np.where(known, judged, UNCLEAR).astype(np.int8), np.where(known, ratio * 100, -1)


def _compare_abstracts(
    features: Features, a: np.ndarray, b: np.ndarray, is_wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compare the abstracts of the pairs in `is_wanted`; return (SAME/UNCLEAR/DIFFERS, ratios, details).

    Abstracts under MIN_ABSTRACT_LETTERS are UNCLEAR. One that is the beginning of the other is SAME: a source truncated
    it.
    """
    ratios = np.full(len(a), -1, np.float32)
    details = np.zeros(len(a), np.int8)
    # Comparing long texts is slow, and only pairs with similar titles need it.
    for n in np.flatnonzero(is_wanted):
        one, other = features.abstracts[a[n]], features.abstracts[b[n]]
        if min(len(one), len(other)) >= MIN_ABSTRACT_LETTERS:
            ratios[n] = abstract_ratio(one, other)
            details[n] = (
                _compare_details(one, other) if ratios[n] < 100 and ratios[n] >= ABSTRACTS_AGREE * 100 else UNCLEAR
            )
    judged = np.where(
        ratios >= ABSTRACTS_AGREE * 100, SAME, np.where(ratios < ABSTRACTS_DIFFER * 100, DIFFERS, UNCLEAR)
    )
    return np.where(ratios < 0, UNCLEAR, judged).astype(np.int8), ratios, details


def abstract_ratio(one: str, other: str) -> float:
    """Return the likeness of two abstracts, 0 to 100.

    The better of two ratios counts: of the whole texts, and with the longer truncated to the length of the shorter.
    """
    if one == other:
        return 100.0
    short, long = sorted((one[:MAX_RATIO_LETTERS], other[:MAX_RATIO_LETTERS]), key=len)
    if short in long:
        return 100.0
    return max(fuzz.ratio(short, long), fuzz.ratio(short, long[: len(short)]))


def _compare_details(one: str, other: str) -> int:
    """Return DIFFERS where two similar abstracts have other numbers in the same position or other last words.

    Two trials of one group may share all but their figures: 'of 48 adults' beside 'of 62 adults' DIFFERS. Sources lose
    and join characters ('161' and '1', 'copyright2011' and '2011'), so words count as different only where neither
    contains the other.
    """
    words_a, words_b = (_TAIL.sub("", text[:MAX_DETAIL_LETTERS]).split() for text in (one, other))
    for step in Levenshtein.opcodes(words_a, words_b):
        if step.tag == "replace":
            left, right = words_a[step.src_start : step.src_end], words_b[step.dest_start : step.dest_end]
            ends = len(words_a) - step.src_end < LAST_WORDS and len(words_b) - step.dest_end < LAST_WORDS
            if ends and _words_differ("".join(left), "".join(right)):
                return DIFFERS
            if len(left) == len(right) and any(map(_numbers_differ, left, right)):
                return DIFFERS
    return UNCLEAR


def _words_differ(one: str, other: str) -> bool:
    return one not in other and other not in one and fuzz.ratio(one, other) < SPELLING_RATIO


def _numbers_differ(one: str, other: str) -> bool:
    return one.isdecimal() and other.isdecimal() and one not in other and other not in one

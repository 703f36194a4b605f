"""Normalise names, journals, volumes, issues and pages, as written by different sources, for comparison.

Author lists arrive joined without separators, inverted, truncated, with initials before or after the name; journals
abbreviated; pages shortened, or turned into dates by a spreadsheet:

    name_words("Chang M. W.Chen C. H.")                       ["chang", "chen"]
    same_journal("j med case rep", "journal medical case reports")    True
    page_range("450-1"), page_range("06-Oct")                 (450, 451), (6, 10)

Each function reads one field, up to a length that no real field reaches.
"""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from transforms.duplicates.text_folding import WORD_LISTS, content_words, fold

MAX_AUTHORS_LENGTH, MAX_JOURNAL_LENGTH, MAX_NUMBER_LENGTH = 4000, 500, 100
MIN_JOURNAL_RATIO = 85
FIRST_ROMAN_PAGE = 10**12
NO_PAGES = (-1, -1)

_NOT_NAMES = frozenset(WORD_LISTS["name_particles"]) | frozenset(WORD_LISTS["not_names"])
_MONTHS: dict[str, int] = WORD_LISTS["months"]
_MONTH_NAMES = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_PREPRINT_SERVERS = frozenset(WORD_LISTS["preprint_servers"])
_PREPRINT_DOI = re.compile("|".join(f"(?:{doi})" for doi in WORD_LISTS["preprint_dois"]))
_VERSIONED = frozenset(WORD_LISTS["versioned_journals"])
_NAME = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_GLUED = re.compile(r"(?<=[a-z]{4})(?=[A-Z])")
_AUTHOR_END = re.compile(r"\s(?:and|&)\s|;")
_BEFORE_INITIAL = re.compile(r"[^.]*?\s(?=[A-Z](?:[.\s]|$))")


def name_words(author: str) -> list[str]:
    """Return the folded words of one or several names in order, without initials and particles.

    Up to three capitals are initials, up to two where the whole text is in capitals. Joined names are split:
    'SmithJones' -> smith, jones.
    """
    text = fold(author[:MAX_AUTHORS_LENGTH]).replace("-", " ").replace(".", " ")
    all_capitals = text.isupper()
    # Some exports join names without a separator; capitals within a word show where a name starts.
    text = _GLUED.sub(" ", text)
    kept = []
    for name in _NAME.findall(text):
        lower = name.lower().replace("'", "")
        if len(lower) < 2 or lower in _NOT_NAMES or (name.isupper() and len(lower) <= (2 if all_capitals else 3)):
            continue
        kept.append(lower)
    return kept


def first_author_words(author: str) -> list[str]:
    """Return at most three name words of the first author in `author`, which may hold a whole list in any form."""
    text = _AUTHOR_END.split(fold(author[:MAX_AUTHORS_LENGTH]), maxsplit=1)[0]
    head, comma, _ = text.partition(",")
    if comma and len(head.split()) > 1:
        text = head
    opening = _BEFORE_INITIAL.match(text)
    return name_words(opening[0] if opening else text)[:3] or name_words(text)[:3]


_CONFERENCE = re.compile(r"(?<=\w)\.\s*conference\b.*$")
_EDITION = re.compile(r"\d+(?:st|nd|rd|th)|(?:19|20)\d\d|proceedings|proc|annual|vols?|supp(?:l|lements?)?")
_BEFORE_NUMBER = re.compile(r"(?<=[a-z]{4})(?=\d)|(?<=[a-z]{4}[.,;:])(?=\d)")
_ISSUE_PART = re.compile(
    r"[^a-z]*\d[^a-z]*|[^a-z0-9]+|[^a-z]*(?:volume|vol|number|no|issue|iss|supplement|suppl|pages|pp|p)[^a-z]*"
    rf"|[^a-z]*(?:{_MONTH_NAMES})[^a-z]*"
)
"""A word behind a journal's name: of digits, or a word or month that stands beside digits."""
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@lru_cache(maxsize=65536)
def journal_key(journal: str) -> str:
    """Return the folded content words of a journal's name.

    Places and media in brackets, conference names, years and supplements are removed, and volume, issue, date and pages
    behind the name, glued to it or not: 'Lancet 2010;376(9741):12-5', 'Lancet376', 'Lancet, vol. 376, Apr 2010'.
    """
    text = _CONFERENCE.sub("", fold(journal[:MAX_JOURNAL_LENGTH]).lower().replace('"', " ").replace("&", " "))
    text = _without_issue(text)
    kept = content_words(_IN_BRACKETS.sub(" ", text)) or content_words(text)
    return " ".join([word for word in kept if not _EDITION.fullmatch(word)] or kept)


def _without_issue(text: str) -> str:
    """Return the words of a folded name up to the last one that is neither a number nor part of a date or an issue."""
    parts = _BEFORE_NUMBER.sub(" ", text).split()
    while len(parts) > 1 and _ISSUE_PART.fullmatch(parts[-1]):
        parts.pop()
    return " ".join(parts)


@lru_cache(maxsize=65536)
def same_journal(one: str, other: str) -> bool:
    """Whether two `journal_key`s may name one journal: equal, abbreviated (ISO 4), as initials, or with a subtitle."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    a, b = sorted((one.split(), other.split()), key=lambda w: (len(w), len("".join(w))))
    if not a:
        return False
    if _initials(a) in b or _initials(b) in a:
        return True
    if len(a) > 2 and fuzz.token_set_ratio(one, other) >= MIN_JOURNAL_RATIO:
        return True
    if len(a) > 1 or len(b) == 1:
        return all(_abbreviates(x, y) or _abbreviates(y, x) for x, y in zip(a, b, strict=False)) or _contains_in_order(
            a, b
        )
    return False


def _initials(words: list[str]) -> str | None:
    return "".join(word[0] for word in words) if len(words) > 1 else None


def _contains_in_order(a: list[str], b: list[str]) -> bool:
    """Whether `a` has two words or more and all of them occur in `b` in order, abbreviated or not."""
    rest = iter(b)
    return len(a) > 1 and all(any(_abbreviates(x, y) or _abbreviates(y, x) for y in rest) for x in a)


def _abbreviates(short: str, long: str) -> bool:
    """Whether both start with the same letter and `long` has the letters of `short` in order ('dtsch', 'deutsche')."""
    if short[0] != long[0] or len(short) > len(long):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def is_preprint(doi: str, journal: str) -> bool:
    """Whether a `journal_key` is that of a preprint server or, where it is empty, the DOI is."""
    return journal in _PREPRINT_SERVERS or (not journal and bool(_PREPRINT_DOI.fullmatch(doi)))


def is_versioned(journal: str) -> bool:
    """Whether a `journal_key` is that of a journal that publishes new versions of its articles (Cochrane)."""
    return journal in _VERSIONED


_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def volume_number(volume: str) -> int:
    """Return the volume as a number; -1 where there is none, or only the remains of a supplement's number ('1)')."""
    number = _NUMBER.search(volume[:MAX_NUMBER_LENGTH])
    # A supplement in parentheses that was split at '(' leaves its end, '1)', in the volume.
    is_fragment = ")" in volume and "(" not in volume
    return int(number[0]) if number and not is_fragment and not volume.lower().startswith("suppl") else -1


def issue_number(issue: str) -> int:
    """Return the first number of an issue; -1 where there is none."""
    number = _NUMBER.search(issue[:MAX_NUMBER_LENGTH])
    return int(number[0]) if number else -1


_DATE = re.compile(r"\W*(?:(\d{1,4})[-/ ]([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*[-/ ](\d{1,4}))\W*")
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR_AND_MONTH = re.compile(rf"\W*{_YEAR}-{_MONTH}\W*")
_DATE_WITH_YEAR = re.compile(
    rf"""\W*(?:{_YEAR}\s*/\s*{_MONTH}(?:\s*/\s*{_DAY}?)?\s*/?|{_YEAR}-{_MONTH}-{_DAY}|(?:{_MONTH}\s*/\s*)?{_DAY}\s*/\s*{_YEAR}
    |{_DAY}\s*/\s*{_MONTH}\s*/\s*{_YEAR}|{_YEAR}[ /]+(?:{_MONTH_NAMES})\.?(?:[ /]+{_DAY})?
    |(?:{_DAY}\.?[ /]+)?(?:{_MONTH_NAMES})\.?(?:[ /]+{_DAY},?)?[ /]+{_YEAR})\W*""",
    re.IGNORECASE | re.VERBOSE,
)
"""A date with its year, which references have in place of pages: '2010/04', '2010/04/15', '2010 Apr 15', '04/2010'."""
_ROMAN = re.compile(r"([ivxlc]+)(?:\s*-+\s*([ivxlc]+))?", re.IGNORECASE)
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_LOCATOR = re.compile(r"[a-z]\d{3,}", re.ASCII)
_COUNT = re.compile(r"\bof\b|\d\s*(?:p|pp|pages)\.?\s*$")
_FIRST_PAGE_LOST = re.compile(r"\W*[A-Za-z]+-\d+\W*")
_RANGE = re.compile(r"[A-Za-z]{0,3}\.?\s?(\d{1,11})[A-Za-z]?\s*(?:-+\s*[A-Za-z]{0,3}\.?\s?(\d{1,11}))?", re.ASCII)


def page_range(pages: str, year: int = -1) -> tuple[int, int]:
    """Return the first and last page as numbers, letters dropped; NO_PAGES for none, a page count, or '1 of 8'.

    An abbreviated last page is completed ('450-1' is 450-451). A range that a spreadsheet turned into a date is read
    back, the smaller number first ('06-Oct' is 6-10). Roman pages are counted from FIRST_ROMAN_PAGE. NO_PAGES also for
    a date with its year ('2010/04', or '2010-11' where 2010 is the `year` of publication), and for a text that lost its
    first page ('Suppl-29' of 'S417-S429').
    """
    text = fold(pages[:MAX_NUMBER_LENGTH]).strip()
    if _DATE_WITH_YEAR.fullmatch(text):
        return NO_PAGES
    dated = _read_date(text)
    if dated:
        return dated
    roman = _ROMAN.fullmatch(text)
    if roman:
        return FIRST_ROMAN_PAGE + _roman_number(roman[1]), FIRST_ROMAN_PAGE + _roman_number(roman[2] or roman[1])
    match = _RANGE.search(text)
    if not match or _COUNT.search(text) or _FIRST_PAGE_LOST.fullmatch(text):
        return NO_PAGES
    first, last = match[1], match[2] or match[1]
    # PubMed drops the leading digits that both pages share: '450-1'.
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    # No range runs backwards: '2010-04' is a month, and so most likely is '2010-11' of an article of 2010.
    if _YEAR_AND_MONTH.fullmatch(text) and (int(last) < int(first) or int(first) == year):
        return NO_PAGES
    return int(first), int(last)


def _read_date(text: str) -> tuple[int, int] | None:
    match = _DATE.fullmatch(text)
    month = _MONTHS.get((match[2] or match[3]).lower()) if match else None
    if not match or not month:
        return None
    day = int(match[1] or match[4]) % 100
    return min(day, month), max(day, month)


def _roman_number(numeral: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in numeral.lower()]
    return sum(
        -digit if digit < following else digit for digit, following in zip(digits, [*digits[1:], 0], strict=True)
    )


def is_locator(pages: str) -> bool:
    """Whether pages are an electronic article number with a letter ('e0191240'), not pages of a printed issue."""
    return bool(_LOCATOR.fullmatch(pages.strip()))

"""Dates as PubMed writes them: `<Year> <Month> <Day>`, seasons, quarters, `MedlineDate` and citations.

Files repeat the same few thousand dates, so each is read once and remembered by its XML.
"""

import datetime
import re
from typing import NamedTuple

from transforms.pubmed.markup import clean, remembered

_PART = re.compile(rb"<(Year|Month|Day|Season|MedlineDate)\b[^>]*>([^<]*)</")

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SEASONS = {"win": 1, "spr": 4, "sum": 7, "aut": 10, "fal": 10}
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_WORD = re.compile(r"[A-Za-z]{3,}")
_QUARTER = re.compile(r"\b([1-4])(?:st|nd|rd|th)?\s+Quarter", re.IGNORECASE)
_DAY_AFTER = re.compile(r"[a-z.]*\s+([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_CITED = re.compile(
    r"(?<![0-9])((?:1[89]|20)[0-9]{2})(?:\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?:\s+([0-9]{1,2})(?![0-9]))?)"
)
_CITED_YEAR = re.compile(r"(?<![0-9])((?:1[89]|20)[0-9]{2})(?=\s*(?:[;:.]|$))")


class Published(NamedTuple):
    """A publication date: its first day where only a month, season or year is known."""

    on: datetime.date | None
    precision: str | None
    year: int | None


UNKNOWN = Published(None, None, None)


@remembered
def calendar_date(content: bytes) -> datetime.date | None:
    """The date in an element with Year, Month, Day; an impossible day or month counts as the first."""
    return published(content).on


@remembered
def published(content: bytes) -> Published:
    """The date in a PubDate, or in any element with Year, Month, Day."""
    parts = {name: clean(part) for name, part in reversed(_PART.findall(content))}
    year, month, day, season, in_words = (
        parts.get(name, "") for name in (b"Year", b"Month", b"Day", b"Season", b"MedlineDate")
    )
    if _FOUR_DIGITS.search(year):
        return _dated(f"{year} {_month_name(month)} {day}" if month else f"{year} {season}")
    return _dated(in_words)


def _month_name(month: str) -> str:
    """Months come as 'Jun', 'June' and '06'."""
    names = list(_MONTHS)
    if month.isascii() and month.isdigit():
        return names[int(month) - 1] if 1 <= int(month) <= 12 else ""
    return month


def _dated(words: str) -> Published:
    """A date in words: '1998 Dec-1999 Jan', '1978 Apr 15-30', 'Winter 2001', '1977-1978', '2021 3rd Quarter'."""
    found = _FOUR_DIGITS.search(words)
    if not found or int(found[0]) == 0:
        return UNKNOWN
    year = int(found[0])
    if quarter := _QUARTER.search(words):
        return Published(datetime.date(year, 3 * int(quarter[1]) - 2, 1), "season", year)
    for word in _WORD.finditer(words):
        start = word[0][:3].lower()
        if start in _MONTHS:
            return _in_month(year, _MONTHS[start], _DAY_AFTER.match(words, word.start() + 3))
        if start in _SEASONS:
            return Published(datetime.date(year, _SEASONS[start], 1), "season", year)
    return Published(datetime.date(year, 1, 1), "year", year)


def _in_month(year: int, month: int, day: re.Match[str] | None) -> Published:
    try:
        return Published(datetime.date(year, month, int(day[1]) if day else 0), "day", year)
    except ValueError:
        return Published(datetime.date(year, month, 1), "month", year)


def cited(citation: str) -> Published:
    """The date in a citation such as 'J Foo. 2021 Jun 5;12(3):44'."""
    if found := _CITED.search(citation):
        return _dated(found[0])
    if found := _CITED_YEAR.search(citation):
        return _dated(found[0])
    return UNKNOWN

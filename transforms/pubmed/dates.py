"""Dates as PubMed writes them, read from XML elements, from printed dates and from citations.

    <Year>1998</Year><Month>Dec</Month>    -> 1998-12-01, 'month'
    <MedlineDate>1977-1978</MedlineDate>   -> 1977-01-01, 'year'
    "2021 3rd Quarter"                     -> 2021-07-01, 'season'
    "J Foo. 2021 Jun 5;12(3):44"           -> 2021-06-05, 'day'

A file repeats the same few thousand dates, so the XML readers cache their results.
"""

import datetime
import re
from typing import NamedTuple

from transforms.pubmed.markup import cache_short_xml, clean

_PART = re.compile(rb"<(Year|Month|Day|Season|MedlineDate)\b[^>]*>([^<]*)</")

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SEASONS = {"win": 1, "spr": 4, "sum": 7, "aut": 10, "fal": 10}
"""First month of each season. Winter counts as the start of the year it is printed with."""
_MOST_DIGITS = 10
_LAST_YEAR = 2199
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_WORD = re.compile(r"[A-Za-z]{3,}")
_QUARTER = re.compile(r"\b([1-4])(?:st|nd|rd|th)?\s+Quarter", re.IGNORECASE)
_DAY_AFTER = re.compile(r"[a-z.]*\s+([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_CITED_MONTH = re.compile(
    r"(?<![0-9])((?:1[89]|20)[0-9]{2})(?:\s+(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?:\s+([0-9]{1,2})(?![0-9]))?)"
)
_CITED_YEAR = re.compile(r"(?<![0-9])((?:1[89]|20)[0-9]{2})(?=\s*(?:[;:.]|$))")


class PublicationDate(NamedTuple):
    """A date and its precision: 'day', 'month', 'season' or 'year'. All fields are None for an unknown date.

    `first_day` is the first day of the month, season or year where no day is known.
    """

    first_day: datetime.date | None
    precision: str | None
    year: int | None


UNKNOWN = PublicationDate(None, None, None)


@cache_short_xml
def read_day(content: bytes) -> datetime.date | None:
    """Return the date in the content of an element with Year, Month and Day; an impossible day or month counts as 1.

    A year after 2199 stands for no date: as the version of a record it would hide every later revision.
    """
    day = read_publication_date(content).first_day
    return day if day and day.year <= _LAST_YEAR else None


@cache_short_xml
def read_publication_date(content: bytes) -> PublicationDate:
    """Return the date in the content of a PubDate, or of any element with Year, Month and Day."""
    parts = {name: clean(part) for name, part in reversed(_PART.findall(content))}
    year, month, day, season, medline_date = (
        parts.get(name, "") for name in (b"Year", b"Month", b"Day", b"Season", b"MedlineDate")
    )
    if _FOUR_DIGITS.search(year):
        return read_printed_date(f"{year} {_month_name(month)} {day}" if month else f"{year} {season}")
    return read_printed_date(medline_date)


def _month_name(month: str) -> str:
    """Return the name of a month given as 'Jun', 'June' or '06'; '' for a number that is no month."""
    names = list(_MONTHS)
    if month.isascii() and month.isdigit():
        number = int(month[-_MOST_DIGITS:])  # Python refuses to convert thousands of digits
        return names[number - 1] if 1 <= number <= 12 and len(month) <= _MOST_DIGITS else ""
    return month


def read_printed_date(text: str) -> PublicationDate:
    """Return the first date in a printed date such as '1998 Dec-1999 Jan', '1978 Apr 15-30' or 'Winter 2001'."""
    year_match = _FOUR_DIGITS.search(text)
    if not year_match or int(year_match[0]) == 0:
        return UNKNOWN
    year = int(year_match[0])
    if quarter := _QUARTER.search(text):
        return PublicationDate(datetime.date(year, 3 * int(quarter[1]) - 2, 1), "season", year)
    for word in _WORD.finditer(text):
        first_letters = word[0][:3].lower()
        if first_letters in _MONTHS:
            return _in_month(year, _MONTHS[first_letters], _DAY_AFTER.match(text, word.start() + 3))
        if first_letters in _SEASONS:
            return PublicationDate(datetime.date(year, _SEASONS[first_letters], 1), "season", year)
    return PublicationDate(datetime.date(year, 1, 1), "year", year)


def _in_month(year: int, month: int, day: re.Match[str] | None) -> PublicationDate:
    try:
        return PublicationDate(datetime.date(year, month, int(day[1]) if day else 0), "day", year)
    except ValueError:  # no day, or one the month does not have ('Feb 30')
        return PublicationDate(datetime.date(year, month, 1), "month", year)


def read_citation_date(citation: str) -> PublicationDate:
    """Return the date in a citation such as 'J Foo. 2021 Jun 5;12(3):44'."""
    date = _CITED_MONTH.search(citation) or _CITED_YEAR.search(citation)
    return read_printed_date(date[0]) if date else UNKNOWN

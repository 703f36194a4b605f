"""Dates as web pages write them -> ISO 8601, keeping their precision."""

import datetime
import re

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero janvier januar janeiro gennaio",
            "february feb febrero février februar fevereiro febbraio",
            "march mar marzo mars märz março", "april apr abril avril aprile", "may mayo mai maio maggio",
            "june jun junio juin juni junho giugno", "july jul julio juillet juli julho luglio",
            "august aug agosto août", "september sep sept septiembre septembre setembro settembre",
            "october oct octubre octobre oktober outubro ottobre", "november nov noviembre novembre novembro",
            "december dec diciembre décembre dezember dezembro dicembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR = r"((?:1[6-9]|20)\d\d)"
_NUMERIC = re.compile(rf"{_YEAR}(?:[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}}))?)?(?![\d/-])")
_COMPACT = re.compile(rf"{_YEAR}(\d\d)(\d\d)(?!\d)")
_EUROPEAN = re.compile(rf"(\d{{1,2}})[./](\d{{1,2}})[./]{_YEAR}(?!\d)")
_WORDED = re.compile(
    rf"(?:(\d{{1,2}})\.? +(?:de +)?)?([^\W\d_]{{3,10}})\.?,? +(?:(\d{{1,2}}),? +)?(?:de +)?{_YEAR}(?!\d)"
)
_WORDED_YEAR_FIRST = re.compile(rf"{_YEAR},? +([^\W\d_]{{3,10}})\.?(?: +(\d{{1,2}})(?!\d))?")


def normalize_date(text: str | None) -> str | None:
    """'2019/04/15', 'Apr 22, 2019', '22 avril 2019', '1977/01', '1955' -> '2019-04-15', ..., '1977-01', '1955'.

    Impossible parts are left out: '2019/13/40' -> '2019'. In '03/04/2019' only the year is certain. None if no date.
    """
    text = (text or "").strip()[:60]
    if (found := _WORDED_YEAR_FIRST.match(text)) and _month(found[2]):
        return _written(found[1], _month(found[2]), found[3])
    if found := _COMPACT.match(text) or _NUMERIC.match(text):
        return _written(*found.groups())
    if found := _EUROPEAN.match(text):
        first, second, year = found.groups()
        if int(first) > 12 >= int(second):
            return _written(year, second, first)
        return _written(year, first, second) if int(second) > 12 >= int(first) else year
    for found in _WORDED.finditer(text):
        before, name, after, year = found.groups()
        return _written(year, _month(name), before or after)
    year_alone = re.search(rf"(?<!\d){_YEAR}(?!\d)", text)
    return year_alone[1] if year_alone else None


def _month(name: str) -> str | None:
    number = _MONTHS.get(name.lower())
    return str(number) if number else None


def _written(year: str, month: str | None, day: str | None) -> str:
    if month is None or not 1 <= int(month) <= 12:
        return year
    try:
        return datetime.date(int(year), int(month), int(day or 0)).isoformat()
    except ValueError:
        return f"{year}-{int(month):02d}"

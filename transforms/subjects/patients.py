"""Expressions of patients in a text: ages, sexes and numbers of patients, with their positions.

"We report 3 cases: a 45-year-old man ..." -> number '3' (3), age '45-year-old' (45.0), sex 'man' ('male').
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from transforms.subjects.rules import compiled, number_of

ExpressionKind = Literal["age", "sex", "number"]
Sex = Literal["female", "male"]

_DAYS_PER_YEAR = 365.25
_YEARS = {"y": 1.0, "m": 1 / 12, "w": 7 / _DAYS_PER_YEAR, "d": 1 / _DAYS_PER_YEAR, "h": 1 / 24 / _DAYS_PER_YEAR}
"""The first letter of a unit of time -> that unit in years."""
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?(?:\(?[13]/[24]\)?)?|[a-z]{3,}(?:-[a-z]+)?")
_UNIT = re.compile(r"(?:^|[\d)\s-])(years?|yrs?|y|months?|mos?|weeks?|wks?|days?|hours?)(?:$|[^a-z])")
_FEMALE = re.compile(r"wom|fem|girl|lad(?:y|ies)|she", re.IGNORECASE)


class Expression(NamedTuple):
    """One expression: its kind, first code point and one past the last, and its value where it has one.

    value: for 'age' the (first) age in years, None for a group such as 'children'; for 'sex' 'female' or 'male'; for
    'number' the (first) number, None for shares.
    """

    kind: ExpressionKind
    start: int
    end: int
    value: float | str | None


def find_patients(text: str) -> list[Expression]:
    """The expressions of a text in order of position. Numbers inside brackets, "(2 women, 5 men)", are left out."""
    ages = list(_ages(text))
    # pronouns repeat the sex of the noun where there is one
    nouns = list(_matches(text, "sex")) or _matches(text, "pronoun")
    sexes = [Expression("sex", *match.span(1), sex_of(match[1])) for match in nouns]
    numbers = [each for each in _numbers(text) if not any(_overlap(each, age) for age in ages)]
    return sorted([*ages, *sexes, *numbers], key=lambda each: (each.start, each.end))


def age_in_years(words: str) -> float | None:
    """Return the first age of an expression: '45-year-old' -> 45.0, '18 months of age' -> 1.5.

    A number without a unit is years; None where no age is given.
    """
    lower = words.lower()
    for amount in _AMOUNT.finditer(lower):
        number = number_of(amount[0])
        if number is not None:
            unit = _UNIT.search(lower, amount.end() - 1)
            return round(number * _YEARS[unit[1][0] if unit else "y"], 4)
    return None


def sex_of(noun: str) -> Sex:
    """The sex a noun or pronoun of `sex` names."""
    return "female" if _FEMALE.match(noun) else "male"


def _ages(text: str) -> Iterator[Expression]:
    taken: list[Expression] = []
    for name in ("age", "age_group"):
        for match in _matches(text, name):
            value = age_in_years(match[1]) if name == "age" else None
            age = Expression("age", *match.span(1), value)
            if not any(_overlap(age, other) for other in taken):
                taken.append(age)
                yield age


def _numbers(text: str) -> Iterator[Expression]:
    [unless] = compiled("patients", "number_unless")
    for match in _matches(text, "number"):
        start, end = match.span(1)
        in_brackets = text.rfind("(", 0, start) > text.rfind(")", 0, start) and not match[1].startswith("n")
        # "71 year old man", "5 mg in 3 patients": the number counts what follows it, not the patients
        if not in_brackets and not unless.search(text, end, match.end()):
            share = "%" in match[1] or "cent" in match[1].lower()
            yield Expression("number", start, end, None if share else number_of(match[1].split(" of ")[0]))


def _matches(text: str, name: str) -> Iterator[re.Match[str]]:
    for pattern in compiled("patients", name):
        yield from pattern.finditer(text)


def _overlap(a: Expression, b: Expression) -> bool:
    return a.start < b.end and b.start < a.end

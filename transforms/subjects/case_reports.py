"""Case reports: which documents are, how many patients they report, and the age and sex of a single one.

The publication type is one sign; records of the last years carry it late or never, so title and abstract are read too.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.subjects.patients import Sex, age_in_years, sex_of
from transforms.subjects.rules import compiled, matches_any, number_of

MOST_CASES = 50
"""A report of more patients is not told patient by patient, so a greater number counts something else."""

_NEAR = 60
"""Code points after an age within which the noun of its patient stands: "a 45-year-old previously healthy man"."""


class Patient(NamedTuple):
    """Age in years and sex of a single patient; None where the text does not say."""

    age: float | None
    sex: Sex | None


def text_reports_cases(
    titles: pa.Array, abstracts: pa.Array, is_indexed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether each title or abstract says that individual patients are reported.

    titles, abstracts: strings without NULL. A title says it outright ("a case report") or is likely to ("in a patient
    with"), which words of other designs take back; so do they with sentences of the abstract. Of an indexed record,
    whose publication types an indexer chose who had read it, a likely title is not enough.
    """
    says = matches_any(titles, "case_report", "title") & ~matches_any(titles, "case_report", "title_unless")
    likely = matches_any(titles, "case_report", "likely_title")
    likely &= ~matches_any(titles, "case_report", "likely_title_unless")
    likely &= ~is_indexed
    # what a title does not say outright is left to the abstract; few patients are told one by one
    open_rows = np.flatnonzero(~says & ~matches_any(titles, "case_report", "many"))
    rest = abstracts.take(pa.array(open_rows))
    introduces = likely[open_rows] | matches_any(rest, "case_report", "text")
    introduces &= ~matches_any(rest, "case_report", "text_unless")
    says[open_rows[introduces]] = True
    return says


def reported_cases(title: str, abstract: str) -> int | None:
    """The number of patients a case report itself reports; None where it reports several and gives no number.

    "Report of two cases" -> 2; "A 45-year-old man ... His 50-year-old sister" -> 2; "A man with X" -> 1.
    """
    announced = _number(title, "title") or _number(abstract, "text")
    if announced:
        return announced
    [introduced] = compiled("cases", "introduced")
    # the same patient may be introduced twice, in title and abstract: different ages are counted
    ages = {age_in_years(match[1]) for match in introduced.finditer(f"{title} {abstract}")}
    if ages:
        return len(ages)
    [plural] = compiled("cases", "plural")
    return _number(abstract, "mentioned") or (None if plural.search(title) else 1)


def single_patient(title: str, abstract: str) -> Patient:
    """Age and sex of the patient of a report of a single case.

    Age: the first one that stands in the title, else in the abstract. Sex: the noun that follows the age ("a
    45-year-old white man"), else the first noun, else the first pronoun.
    """
    text = f"{title} {abstract}"
    age = next((match for pattern in compiled("patients", "age") if (match := pattern.search(text))), None)
    near = text[age.end(1) : age.end(1) + _NEAR] if age else ""
    noun = _first(near, "sex") or _first(text, "sex") or _first(text, "pronoun")
    return Patient(age_in_years(age[1]) if age else None, sex_of(noun) if noun else None)


def describe_cases(
    titles: Sequence[str], abstracts: Sequence[str]
) -> tuple[list[int | None], list[float | None], list[Sex | None]]:
    """For each case report: the number of its patients, and age and sex of a single one."""
    cases = [reported_cases(title, abstract) for title, abstract in zip(titles, abstracts, strict=True)]
    patients = [
        single_patient(title, abstract) if number == 1 else Patient(None, None)
        for title, abstract, number in zip(titles, abstracts, cases, strict=True)
    ]
    return cases, [patient.age for patient in patients], [patient.sex for patient in patients]


def _number(text: str, name: str) -> int | None:
    """The number of patients by the first pattern of an entry that gives one: "we report three cases" -> 3."""
    [unless] = compiled("cases", "unless")
    for pattern in compiled("cases", name):
        for match in pattern.finditer(text):
            number = number_of(match[1])
            is_part_of_word = text[match.start(1) - 1 : match.start(1)] == "-"  # "COVID-19 patients"
            if number and number <= MOST_CASES and not is_part_of_word and not unless.search(match[0]):
                return int(number)
    return None


def _first(text: str, name: str) -> str | None:
    found: list[re.Match[str]] = [m for pattern in compiled("patients", name) if (m := pattern.search(text))]
    return found[0][1] if found else None

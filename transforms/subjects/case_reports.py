"""Case reports: which documents are, how many patients they report, and the age and sex of a single one.

The publication type is one sign; records of the last years carry it late or never, so title and abstract are read too.
"""

import re
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
    undecided = ~says & ~matches_any(titles, "case_report", "many")
    candidates = np.flatnonzero(undecided & (likely | matches_any(abstracts, "case_report", "text")))
    vetoed = matches_any(abstracts.take(pa.array(candidates)), "case_report", "text_unless")
    says[candidates[~vetoed]] = True
    return says


def reported_cases(titles: pa.Array, abstracts: pa.Array) -> list[int | None]:
    """The number of patients each case report itself reports; None where it reports several and gives no number.

    titles, abstracts: strings without NULL, of case reports. A number announced in the title counts before one in the
    abstract, then the patients introduced by their ages, then a number mentioned; else it is one:

        "Report of two cases" -> 2        "A 45-year-old man ... His 50-year-old sister" -> 2        "A man with X" -> 1
    """
    in_titles, in_abstracts = _numbers(titles, "title"), _numbers(abstracts, "text")
    mentioned = _numbers(abstracts, "mentioned")
    plural = matches_any(titles, "cases", "plural")
    texts = zip(titles.to_pylist(), abstracts.to_pylist(), strict=True)
    return [
        in_titles[i]
        or in_abstracts[i]
        or _introduced(f"{title} {abstract}")
        or mentioned[i]
        or (None if plural[i] else 1)
        for i, (title, abstract) in enumerate(texts)
    ]


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


def _introduced(text: str) -> int:
    """The number of patients introduced by age. One may be introduced twice, so that different ages are counted."""
    [introduced] = compiled("cases", "introduced")
    return len({age_in_years(match[1]) for match in introduced.finditer(text)})


def _numbers(texts: pa.Array, name: str) -> list[int | None]:
    """The number that each text gives by the patterns of an entry. RE2 discards the many texts that give none."""
    may_give = matches_any(texts, "cases", name).tolist()
    return [_number(text, name) if may else None for text, may in zip(texts.to_pylist(), may_give, strict=True)]


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

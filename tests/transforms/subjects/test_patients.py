import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.subjects.patients import age_in_years, find_patients


def expressions(text, kind):
    return [(text[each.start : each.end], each.value) for each in find_patients(text) if each.kind == kind]


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("A 45-year-old man", [("45-year-old", 45)]),
        ("A sixty-one year old woman", [("sixty-one year old", 61)]),
        ("An 18-month-old girl", [("18-month-old", 1.5)]),
        ("A 4(1/2)-year-old boy", [("4(1/2)-year-old", 4.5)]),
        ("A 2.5-year-old cat", [("2.5-year-old", 2.5)]),
        ("a 30-yo patient", [("30-yo", 30)]),
        ("women aged 34 and 19 years", [("aged 34 and 19 years", 34)]),
        ("A woman of 80 years", [("80 years", 80)]),
        ("a 45 years male", [("45 years", 45)]),
        ("It began at the age of 6 and ended", [("the age of 6", 6)]),
        ("An elderly patient and two children", [("elderly", None), ("children", None)]),
        ("For 45 years nothing was reported.", []),
        ("It was given for 3 weeks.", []),
    ],
)
def test_ages_are_found_with_their_years(text, ages):
    assert expressions(text, "age") == ages


@pytest.mark.parametrize(
    ("words", "years"), [("3-day-old", 0.0082), ("12 weeks of age", 0.23), ("aged 70", 70), ("children", None)]
)
def test_an_age_is_given_in_years(words, years):
    assert age_in_years(words) == pytest.approx(years, abs=1e-4)


def test_the_sex_is_that_of_nouns_and_of_pronouns_only_without_nouns():
    assert expressions("A man and his sister's girl", "sex") == [("man", "male"), ("girl", "female")]
    assert expressions("The patient recovered; she was sent home.", "sex") == [("she", "female")]
    assert expressions("A woman said that he left.", "sex") == [("woman", "female")]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("We report three cases", [("three", 3)]),
        ("Two renal transplant patients developed it", [("Two", 2)]),
        ("seen in 3 out of 5 of our patients", [("3 out of 5", 3)]),
        ("in up to 10% of women", [("up to 10%", None)]),
        ("7 patients (2 women, 5 men) were seen", [("7", 7)]),
        ("A 71 year old man", []),
        ("It was given at 5 mg in patients", []),
        ("volunteers (n=12) took part", [("n=12", 12)]),
    ],
)
def test_numbers_count_patients_and_nothing_else(text, numbers):
    assert expressions(text, "number") == numbers


@given(st.text(st.sampled_from("a1 -two(patients)year-old.%nmof"), max_size=60))
def test_expressions_lie_in_the_text_and_ages_and_numbers_apart(text):
    found = find_patients(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    ages = [each for each in found if each.kind == "age"]
    numbers = [each for each in found if each.kind == "number"]
    assert not [(a, n) for a in ages for n in numbers if a.start < n.end and n.start < a.end]

import numpy as np
import pyarrow as pa
import pytest

from transforms.subjects.case_reports import Patient, reported_cases, single_patient, text_reports_cases


def says_case(title, abstract="", is_indexed=False):
    [answer] = text_reports_cases(pa.array([title]), pa.array([abstract]), np.array([is_indexed]))
    return bool(answer)


@pytest.mark.parametrize(
    "title",
    [
        "Sarcoid of the spleen: a case report.",
        "Gout of the spine: report of two cases.",
        "An unusual case of thymoma",
        "Case series: gout in three sisters",
        "Rupture of the spleen in a patient with gout",
        "Ileus in a 3-year-old girl",
        "Favism in two brothers",
    ],
)
def test_titles_of_case_reports(title):
    assert says_case(title)


@pytest.mark.parametrize(
    "title",
    [
        "Gout and stroke: a case-control study",
        "In case of fire: the management of burns",
        "A retrospective multicenter case series of gout",
        "Outcomes of 240 patients in a single-center study",
        "Costs of gout: the use case of a registry",
        "A cell line from a patient with gout",
        "Comment on: Gout in a patient with thymoma",
        "The effect of a patient leaflet",
        "Nursing of a dying patient",
        "A survey of gout in a rural population",
    ],
)
def test_titles_of_other_articles(title):
    assert not says_case(title)


@pytest.mark.parametrize(
    "abstract",
    [
        "We report a case of gout of the spleen.",
        "Here, we describe two patients with gout who lost weight.",
        "Gout is common. A 45-year-old previously healthy man presented with pain.",
        "A patient with gout of the spleen is described.",
        "Gout is common. CASE PRESENTATION: The patient was seen for pain.",
        "Gout is common. This case illustrates the need for care.",
    ],
)
def test_abstracts_of_case_reports(abstract):
    assert says_case("Gout.", abstract)


@pytest.mark.parametrize(
    "abstract",
    [
        "We report the results of 45 patients with gout.",
        "A cohort was followed. We describe two patients who left it.",
        "We present a patient-reported measure of pain.",
        "Hens of 45 weeks were fed; a 45-week-old diet was used.",
        "Twenty seven patients have been reported so far.",
        "A 'lame horse' is described in this theory as a bank.",
    ],
)
def test_abstracts_of_other_articles(abstract):
    assert not says_case("Gout.", abstract)


def test_a_likely_title_is_not_enough_where_an_indexer_has_read_the_article():
    assert says_case("Gout in a patient with thymoma")
    assert not says_case("Gout in a patient with thymoma", is_indexed=True)
    assert says_case("Gout: a case report", is_indexed=True)
    assert says_case("Gout in a patient with thymoma", "We report a case of gout.", is_indexed=True)


@pytest.mark.parametrize(
    ("title", "abstract", "cases"),
    [
        ("Gout: a case report", "", 1),
        ("Gout: report of twenty-one cases", "", 21),
        ("Gout.", "We report the first 3 cases of it.", 3),
        ("Gout in two patients with COVID-19", "Of 30 other cases from the literature, nine died.", 2),
        ("Gout.", "Both patients had pain. Two patients with gout are presented.", 2),
        ("Gout.", "A 45-year-old man had pain. His 50-year-old sister did too.", 2),
        ("Gout.", "A 45-year-old man had pain. Few such patients are known; 19 other cases were published.", 1),
        ("Gout in a COVID-19 patient", "Nine previously reported cases were reviewed. Our patient died.", 1),
        ("Gout: a case series", "Pain was common.", None),
        ("Gout.", "A 31 year old woman had pain.", 1),
    ],
)
def test_the_number_of_patients_is_that_of_the_report_itself(title, abstract, cases):
    assert reported_cases(pa.array([title]), pa.array([abstract])) == [cases]


@pytest.mark.parametrize(
    ("abstract", "patient"),
    [
        ("A 45-year-old white man was seen with his wife.", Patient(45, "male")),
        ("Men have it more often. A 9-month-old girl had it.", Patient(0.75, "female")),
        ("The patient was well when she left.", Patient(None, "female")),
        ("The patient was well.", Patient(None, None)),
    ],
)
def test_age_and_sex_of_a_single_patient(abstract, patient):
    assert single_patient("Gout.", abstract) == patient

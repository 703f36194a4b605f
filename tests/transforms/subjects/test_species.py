import pytest

from transforms.schema.records import DOCUMENTS
from transforms.subjects.describe import describe_subjects


def subjects(title, abstract="", types=("Journal Article",), headings=()):
    row = {"title": title, "abstract": abstract, "publication_types": list(types), "headings": list(headings)}
    return describe_subjects(DOCUMENTS.from_rows([row]))["subjects"][0].as_py()


@pytest.mark.parametrize(
    ("title", "abstract", "answer"),
    [
        ("Gout in dairy workers", "A cohort of 45 patients was followed; 12 women died.", "human"),
        ("Gout.", "Patients were enrolled; the incidence among women was low.", "human"),
        ("Uric acid in Wistar rats", "Twenty rats were fed. The rats lost weight.", "animal"),
        ("Uric acid and its effect", "It protected mice; mice were given 5 mg.", "animal"),
        ("Uric acid in HeLa cells", "Cells were cultured and transfected with siRNA.", "cells"),
        ("Gout in a horse: a case report", "The horse was lame.", "animal"),
        ("Cat scratch disease: a case report", "A boy had been scratched by a cat.", "human"),
        ("Gout: a case report", "", "human"),
        ("Crystals of uric acid", "Their shape was measured.", None),
        ("Gout: a review", "This review summarizes what is known of patients with gout.", None),
        ("Gout: a systematic review", "Databases were searched; 12 trials with 900 patients were included.", "human"),
    ],
)
def test_text_decides_without_headings(title, abstract, answer):
    assert subjects(title, abstract) == answer


def test_headings_decide_before_the_text():
    assert subjects("Uric acid in rats", "Rats were fed.", headings=["MESH:D006801"]) == "human"
    assert subjects("Gout in women", "12 women were seen.", headings=["MESH:D000818"]) == "animal"
    assert subjects("Gout", "", headings=["MESH:D000818", "MESH:D006801"]) == "human"
    assert subjects("Gout in women", "12 women were seen.", headings=["MESH:D006073"]) == "human"


def test_a_review_by_its_type_has_no_subjects_of_its_own():
    assert subjects("Gout in patients", "Patients with gout suffer.", types=["Review"]) is None

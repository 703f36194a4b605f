"""Terms that people type mean what the annotation reads in the same words."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from transforms.schema.concepts import CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.terms import acronym_of, find_meanings, initials_pattern, likely_stems, listed_concepts

NAMES = {
    "MESH:D009369": ["Neoplasms", "Tumors"],
    "MESH:D001943": ["Breast Neoplasms"],
    "MESH:D008175": ["Lung Neoplasms", "Pulmonary Neoplasms"],
    "MESH:D007680": ["Kidney Neoplasms"],
    "MESH:D007938": ["Leukemia"],
    "MESH:D004487": ["Edema"],
    "MESH:D001528": ["Behcet Syndrome", "Behcet Disease"],
    "MESH:D004938": ["Esophageal Neoplasms"],
    "MESH:D006411": ["Hematopoiesis, Extramedullary"],
    "MESH:D003920": ["Diabetes Mellitus"],
    "MESH:D006689": ["Hodgkin Disease", "Hodgkin Lymphoma"],
    "MESH:D017086": ["beta-Thalassemia"],
    "MESH:D009103": ["Multiple Sclerosis", "MSX"],
    "MESH:D008946": ["Mitral Valve Stenosis", "MSX"],
    "MESH:D008198": ["Lymph Nodes"],
    "HP:0001": ["Leukemia"],
}


def meanings(term):
    """The meanings of a term, from the concepts that its stems select, as the query does."""
    stems, listed = likely_stems(term), listed_concepts(term)
    ids = sorted(
        id_
        for id_, names in NAMES.items()
        if id_ in listed or any(stem in name.lower() for name in names for stem in stems)
    )
    concepts = CONCEPTS.from_rows(
        {"concept_id": id_, "name": NAMES[id_][0], "categories": ["C"], "tree_numbers": [], "counted": True}
        for id_ in ids
    )
    rows = [
        {"concept_id": id_, "name": name, "kind": "synonym" if at else "preferred"}
        for id_ in ids
        for at, name in enumerate(NAMES[id_])
    ]
    return find_meanings(term, concepts, CONCEPT_NAMES.from_rows(rows))


@pytest.mark.parametrize(
    ("term", "concept_id"),
    [
        ("cancer", "MESH:D009369"),
        ("tumour", "MESH:D009369"),
        ("breast cancer", "MESH:D001943"),
        ("cancers of the breast", "MESH:D001943"),
        ("carcinoma of the lung", "MESH:D008175"),
        ("renal cancer", "MESH:D007680"),
        ("oedema", "MESH:D004487"),
        ("Behçet's disease", "MESH:D001528"),
        ("oesophageal cancer", "MESH:D004938"),
        ("extramedullary haematopoiesis", "MESH:D006411"),
        ("diabetes", "MESH:D003920"),
        ("Hodgkin’s lymphoma", "MESH:D006689"),
        ("β-thalassaemia", "MESH:D017086"),
        ("multiple-sclerosis", "MESH:D009103"),
        ("lymph node", "MESH:D008198"),
    ],
)
def test_everyday_words(term, concept_id):
    assert meanings(term) == [concept_id]


def test_one_concept_of_each_vocabulary():
    assert meanings("leukaemias") == ["HP:0001", "MESH:D007938"]


def test_an_ambiguous_acronym_has_all_its_meanings():
    assert meanings("MSX") == ["MESH:D008946", "MESH:D009103"]
    assert meanings("msx") == []


def test_no_concept_has_the_words():
    assert meanings("xyzzy") == []
    assert meanings("…") == []


@pytest.mark.parametrize(
    ("term", "acronym"),
    [("ITP", "ITP"), ("itp", "ITP"), ("GISTs", "GIST"), ("A", None), ("lupus", None), ("B12", None), ("", None)],
)
def test_acronyms_of_two_to_four_letters(term, acronym):
    assert acronym_of(term) == acronym


@pytest.mark.parametrize(
    ("acronym", "name", "has_these_initials"),
    [
        ("ITP", "Idiopathic Thrombocytopenic Purpura", True),
        ("ITP", "idiopathic thrombocytopenic purpura, chronic", False),
        ("ITP", "Inosine Triphosphate", False),
        ("POTS", "Postural Orthostatic Tachycardia Syndrome", True),
        ("CPP", "Carcinoma of the Penis, Papillary", False),
        ("CP", "Carcinoma of the Penis", True),
        ("HS", "Hallermann-Streiff", True),
        ("BD", "Behçet\u2019s Disease", True),
    ],
)
def test_names_with_the_initials_of_an_acronym(acronym, name, has_these_initials):
    pattern = initials_pattern(acronym)
    assert pc.match_substring_regex(pa.array([name]), f"^(?:{pattern})$")[0].as_py() is has_these_initials

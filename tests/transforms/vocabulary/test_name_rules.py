import tomllib
from importlib.resources import files

import pyarrow as pa
import pytest

from transforms.annotation.annotate import annotate
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build

RULES = tomllib.loads(files("transforms.rules").joinpath("name_rules.toml").read_text("utf-8"))
MESH = {
    "MESH:D009369": ("Neoplasms", ["C04"]),
    "MESH:D001943": ("Breast Neoplasms", ["C04.588.180"]),
    "MESH:D007674": ("Kidney Diseases", ["C12.777.419"]),
    "MESH:D007938": ("Leukemia", ["C04.557.337"]),
    "MESH:D006973": ("Hypertension", ["C14.907.489"]),
    "MESH:D014635": ("Valproic Acid", ["D02.241.081"]),
    "MESH:D004194": ("Disease", ["C23.550.288"]),
    "MESH:D012380": ("Role", ["F01.829.316"]),
    "MESH:D008568": ("Memory", ["F02.463.425.540"]),
    "MESH:D006454": ("Hemoglobins", ["D12.776.124.400", "D12.776.422.316.762"]),
    "MESH:D010146": ("Pain", ["C23.888.592.612", "F02.830.816.444"]),
    "MESH:D012964": ("Sodium", ["D01.268.549.725"]),
    "MESH:D004008": ("Diclofenac", ["D02.455.426.559"]),
    "MESH:D000431": ("Ethanol", ["D02.033.375"]),
    "MESH:D000438": ("Alcohols", ["D02.033"]),
    "MESH:D007854": ("Lead", ["D01.268.556.435"]),
}


def known():
    concepts = CONCEPTS.from_rows(
        {
            "concept_id": one,
            "name": name,
            "categories": sorted({tree[0] for tree in trees}),
            "tree_numbers": trees,
            "counted": True,
            "vocabulary": "MeSH",
        }
        for one, (name, trees) in MESH.items()
    )
    names = [{"concept_id": one, "name": name, "kind": "preferred"} for one, (name, _) in MESH.items()]
    return build(concepts, CONCEPT_NAMES.from_rows(names), CONCEPT_ANCESTORS.empty())


KNOWN = known()


def annotated(text, **more):
    table = pa.table({"document_id": ["t:1"], "title": [text], **more})
    return [(row["text"], KNOWN.names[row["concept_id"]]) for row in annotate(table, KNOWN).to_pylist()]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("breast cancer", "Breast Neoplasms"),
        ("carcinomas of the breast", "Breast Neoplasms"),
        ("renal disease", "Kidney Diseases"),
        ("renal dysfunction", "Kidney Diseases"),
        ("kidney disorders", "Kidney Diseases"),
        ("nephrotoxicity", "Kidney Diseases"),
        ("leukaemic", "Leukemia"),
        ("hypertensive", "Hypertension"),
        ("valproate", "Valproic Acid"),
        ("cancer", "Neoplasms"),
        ("alcohol", "Ethanol"),
        ("alcohols", "Alcohols"),
        ("pain", "Pain"),
    ],
)
def test_further_names(text, name):
    assert annotated(f"The {text}.") == [(text, name)]


@pytest.mark.parametrize(
    "text", ["disease", "Diseases", "a role", "roles", "they lead to", "leads", "memory", "haemoglobin"]
)
def test_words_that_are_never_matched_in_text(text):
    assert annotated(text) == []


def test_headings_only_concepts_are_annotated_from_headings():
    assert annotated("memory", headings=[["MESH:D008568", "MESH:D004194"]]) == [
        ("Memory", "Memory"),
        ("Disease", "Disease"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("diclofenac sodium", ["Diclofenac"]),
        ("sodium valproate", ["Valproic Acid"]),
        ("diclofenac, sodium", ["Diclofenac", "Sodium"]),
        ("serum sodium", ["Sodium"]),
        ("antihypertensive, anti-hypertensive", []),
        ("non-leukemic", []),
        ("hypertensive-leukemic", ["Hypertension", "Leukemia"]),
    ],
)
def test_words_next_to_a_name(text, expected):
    assert [name for _, name in annotated(text)] == expected


def test_every_rule_says_why_and_is_folded():
    for group in RULES["headings_only"] + RULES["never"] + RULES["derive"]:
        assert group["reason"]
    listed = [name for group in RULES["never"] for name in group["names"]]
    assert listed == [name.lower() for name in listed]
    assert not [branch for group in RULES["headings_only"] for branch in group["branches"] if branch[0] not in "CDF"]
    named = [name for names in RULES["further"].values() for name in names]
    assert len(named) == len(set(named))

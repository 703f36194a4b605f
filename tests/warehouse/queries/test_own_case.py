"""The title and the authors' own sentences asked for alone, as the example has it."""

from importlib.resources import files

import pytest

from tests.support.small_lake import load_units
from tests.support.text_lake import stage_texts, store_names
from transforms.vocabulary.compiled import read_vocabulary
from warehouse.catalog.publish import connect
from warehouse.lake import Lake

OWN_CASE = (files("warehouse") / "examples" / "title_and_own_case.sql").read_text()
NAMES = {"T:1": ["Anemia"], "T:2": ["Asthma"], "T:3": ["Fever"], "T:4": ["Title"]}
TEXTS = {
    1: "Anemia is common in asthma. We report fever without asthma. Anemia was known before.",
    2: "Fever is common. The patient had anemia.",
    3: "Fever comes with asthma.",
}


def ask(folder, texts, **changed):
    lake = Lake.at(folder)
    store_names(lake, NAMES)
    load_units(lake, stage_texts(lake, "texts", texts, **changed))
    with connect(lake) as connection:
        return connection.sql(OWN_CASE).fetchall()


def test_background_is_left_out(tmp_path):
    assert [(pmid, name) for pmid, name, *_ in ask(tmp_path, TEXTS)] == [(1, "Fever"), (2, "Anemia")]


def test_titles_and_labelled_sections_count(tmp_path):
    fields = {"title": "Asthma in a title", "sections": [("CASE REPORT", 18, 100)]}
    found = ask(tmp_path, {1: "Severe anemia and no fever. Anemia again."}, **fields)
    assert [(name, sentence) for _, name, _, sentence in found] == [
        ("Asthma", 0),
        ("Title", 0),
        ("Anemia", 1),
        ("Anemia", 2),
    ]


@pytest.mark.data
def test_the_seed_abstract(tmp_path, data_dir):
    abstract = " ".join((data_dir / "seed/expected-abstract.txt").read_text("utf-8").split())
    with (data_dir / "vocab/desc2024.xml.gz").open("rb") as stream:
        tables = read_vocabulary(stream, "desc2024.xml.gz")
    wanted = {"Hematopoiesis, Extramedullary", "Leukemia", "Lymph Nodes", "Lymphoma", "Thalassemia"}
    ids = {row["concept_id"]: row["name"] for row in tables.concepts.to_pylist() if row["name"] in wanted}
    names = {one: [name] for one, name in ids.items()}
    for row in tables.names.to_pylist():
        if row["concept_id"] in names:
            names[row["concept_id"]].append(row["name"])
    lake = Lake.at(tmp_path)
    store_names(lake, {one: list(dict.fromkeys(spelt)) for one, spelt in names.items()})
    load_units(lake, stage_texts(lake, "seed", {1: abstract}))
    with connect(lake) as connection:
        own = {name for _, name, *_ in connection.sql(OWN_CASE).fetchall()}
        selected = {
            name for (name,) in connection.sql("SELECT name FROM mentions JOIN concepts USING (concept_id)").fetchall()
        }
    assert selected == wanted
    assert own == {"Hematopoiesis, Extramedullary", "Leukemia", "Lymph Nodes"}

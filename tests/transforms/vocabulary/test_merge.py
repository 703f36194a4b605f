from transforms.vocabulary.compiled import VocabularyTables, merge
from transforms.vocabulary.tables import Concept, Edition

MESH = Edition("MeSH 2024")
MONDO = Edition("MONDO")


def mesh(*concepts):
    return VocabularyTables.from_concepts(concepts, MESH)


def mondo(*concepts):
    return VocabularyTables.from_concepts(concepts, MONDO)


SPLEEN = Concept("MESH:D1", ["Splenomegaly", "Enlarged Spleens"], ["C"], ["C15.1"])
TROPICAL = Concept("MESH:D2", ["Tropical Splenomegaly"], ["C"], ["C15.1.1"], parents=["MESH:D1"])


def ids(tables):
    return tables.concepts["concept_id"].to_pylist()


def pairs(tables):
    return {(row["concept_id"], row["ancestor_id"]) for row in tables.ancestors.to_pylist()}


def test_concepts_that_cross_refer_one_to_one_and_share_a_name_are_one():
    below = Concept("MONDO:2", ["massive splenomegaly"], ["MONDO"], parents=["MONDO:1"])
    other = mondo(Concept("MONDO:1", ["spleen enlarged", "big spleen"], ["MONDO"], xrefs=["MESH:D1"]), below)
    merged = merge([mesh(SPLEEN), other])
    assert ids(merged) == ["MESH:D1", "MONDO:2"]
    names = [(row["name"], row["kind"]) for row in merged.names.to_pylist() if row["concept_id"] == "MESH:D1"]
    assert names == [
        ("Splenomegaly", "preferred"),
        ("Enlarged Spleens", "synonym"),
        ("spleen enlarged", "synonym"),
        ("big spleen", "synonym"),
    ]
    assert pairs(merged) == {("MONDO:2", "MESH:D1")}


def test_without_a_shared_name_they_stay_apart():
    other = mondo(Concept("MONDO:1", ["lienomegaly"], ["MONDO"], xrefs=["MESH:D1"]))
    assert ids(merge([mesh(SPLEEN), other])) == ["MESH:D1", "MONDO:1"]


def test_without_a_cross_reference_they_stay_apart():
    assert ids(merge([mesh(SPLEEN), mondo(Concept("MONDO:1", ["splenomegaly"], ["MONDO"]))])) == ["MESH:D1", "MONDO:1"]


def test_one_to_many_either_way_stays_apart():
    two = Concept("MONDO:1", ["splenomegaly"], ["MONDO"], xrefs=["MESH:D1", "MESH:D2"])
    assert ids(merge([mesh(SPLEEN, TROPICAL), mondo(two)])) == ["MESH:D1", "MESH:D2", "MONDO:1"]
    twice = [Concept(f"MONDO:{n}", ["splenomegaly"], ["MONDO"], xrefs=["MESH:D1"]) for n in (1, 2)]
    assert ids(merge([mesh(SPLEEN), mondo(*twice)])) == ["MESH:D1", "MONDO:1", "MONDO:2"]


def test_cross_references_chain_to_the_first_vocabulary_and_mesh_is_first():
    hpo = VocabularyTables.from_concepts([Concept("HP:1", ["Splenomegaly"], ["HP"])], Edition("HP 2025"))
    other = mondo(Concept("MONDO:1", ["splenomegaly"], ["MONDO"], xrefs=["MESH:D1", "HP:1"]))
    assert ids(merge([hpo, other, mesh(SPLEEN)])) == ["MESH:D1"]


def test_ancestors_reach_across_vocabularies():
    other = mondo(Concept("MONDO:1", ["tropical splenomegaly"], ["MONDO"], xrefs=["MESH:D2"], parents=["MONDO:9"]))
    below = VocabularyTables.from_concepts(
        [Concept("OWN:1", ["My spleen"], ["OWN"], parents=["MONDO:1"])], Edition("own.csv", extends=True)
    )
    merged = merge([mesh(SPLEEN, TROPICAL), other, below])
    assert pairs(merged) == {("MESH:D2", "MESH:D1"), ("OWN:1", "MESH:D2"), ("OWN:1", "MESH:D1")}


def test_a_custom_list_gives_further_names():
    own = VocabularyTables.from_concepts(
        [Concept("MESH:D1", ["megalosplenia"], ["OWN"])], Edition("own.csv", extends=True)
    )
    for parts in ([mesh(SPLEEN), own], [own, mesh(SPLEEN)]):
        merged = merge(parts)
        assert merged.concepts["name"].to_pylist() == ["Splenomegaly"]
        assert {"name": "megalosplenia", "kind": "synonym", "concept_id": "MESH:D1"} in merged.names.to_pylist()


def test_supplementary_records_take_the_categories_of_their_headings():
    record = VocabularyTables.from_concepts(
        [Concept("MESH:C1", ["Wandering spleen"], parents=["MESH:D2"])], Edition("MeSH supplementary 2024")
    )
    merged = merge([mesh(SPLEEN, TROPICAL), record])
    row = merged.concepts.to_pylist()[-1]
    assert (row["concept_id"], row["categories"], row["counted"]) == ("MESH:C1", ["C"], True)
    assert ("MESH:C1", "MESH:D1") in pairs(merged)

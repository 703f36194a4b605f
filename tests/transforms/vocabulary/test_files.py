import gzip
import io
from string import printable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_vocabularies import vocabulary
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import VocabularyError, VocabularyTables, read_vocabulary

HP = """format-version: 1.2
data-version: hp/releases/2025-01-16
property_value: terms:license https://hpo.jax.org/app/license

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0001744
name: Splenomegaly {source="x"} ! comment
def: "Big: \\"very\\"." []
synonym: "Increased spleen  size" EXACT layperson []
synonym: "Spleen \\"big\\"" EXACT []
synonym: "Hepatosplenomegaly" NARROW []
synonym: "Spleen trouble" RELATED []
xref: MSH:D013163
xref: UMLS:C0038002 {source="y"}
is_a: HP:0000118 {is_inferred="true"} ! Phenotypic abnormality

[Term]
id: HP:0012824
name: Severe
is_a: HP:0000001

[Term]
id: HP:0000009
name: Gone
is_obsolete: true

[Term]
id: BFO:0000001
name: entity

[Typedef]
id: HP:part
name: part of
"""

SUPP = b"""<?xml version="1.0"?>
<!DOCTYPE SupplementalRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmsupplementalrecordset_20240101.dtd">
<SupplementalRecordSet LanguageCode="eng"><SupplementalRecord SCRClass="3">
<SupplementalRecordUI>C535507</SupplementalRecordUI>
<SupplementalRecordName><String>Wandering spleen</String></SupplementalRecordName>
<HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo><DescriptorUI>*D013163</DescriptorUI>
<DescriptorName><String>Splenomegaly</String></DescriptorName></DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList>
<ConceptList><Concept><TermList><Term><String>Wandering spleen</String></Term><Term><String>Lien mobilis</String></Term>
</TermList></Concept></ConceptList></SupplementalRecord></SupplementalRecordSet>"""


def read(content, name):
    content = content.encode() if isinstance(content, str) else content
    return read_vocabulary(io.BytesIO(content), name)


def names(tables):
    return [(row["concept_id"], row["name"], row["kind"]) for row in tables.names.to_pylist()]


def test_an_ontology_gives_its_own_terms_with_exact_synonyms():
    tables = read(HP, "hp.obo")
    assert [row for row in names(tables) if row[0] == "HP:0001744"] == [
        ("HP:0001744", "Splenomegaly", "preferred"),
        ("HP:0001744", "Increased spleen size", "synonym"),
        ("HP:0001744", 'Spleen "big"', "synonym"),
    ]
    assert set(tables.concepts["concept_id"].to_pylist()) == {"HP:0000001", "HP:0000118", "HP:0001744", "HP:0012824"}
    assert tables.xrefs.to_pylist() == [
        {"concept_id": "HP:0001744", "xref": "MESH:D013163"},
        {"concept_id": "HP:0001744", "xref": "UMLS:C0038002"},
    ]


def test_an_ontology_keeps_release_licence_and_ancestors_at_any_distance():
    tables = read(HP, "hp.obo")
    assert [(one.name, one.licence) for one in tables.editions] == [
        ("HP 2025-01-16", "https://hpo.jax.org/app/license")
    ]
    assert set(tables.concepts["vocabulary"].to_pylist()) == {"HP 2025-01-16"}
    pairs = {(row["concept_id"], row["ancestor_id"]) for row in tables.ancestors.to_pylist()}
    assert {("HP:0001744", "HP:0000118"), ("HP:0001744", "HP:0000001")} <= pairs


def test_grouping_terms_of_an_ontology_are_not_counted():
    tables = read(HP, "hp.obo")
    counted = tables.concepts.filter(tables.concepts["counted"])
    assert counted["concept_id"].to_pylist() == ["HP:0001744"]
    assert counted["categories"].to_pylist() == [["HP"]]


def test_cycles_in_an_ontology_are_harmless():
    loop = "format-version: 1.2\n[Term]\nid: X:1\nname: a\nis_a: X:2\n[Term]\nid: X:2\nname: b\nis_a: X:1\n"
    pairs = [(row["concept_id"], row["ancestor_id"]) for row in read(loop, "x.obo").ancestors.to_pylist()]
    assert pairs == [("X:1", "X:2"), ("X:2", "X:1")]


def test_supplementary_records_have_their_mapped_headings_as_parents():
    tables = read(gzip.compress(SUPP, mtime=0), "supp2024.gz")
    assert names(tables) == [
        ("MESH:C535507", "Wandering spleen", "preferred"),
        ("MESH:C535507", "Lien mobilis", "synonym"),
    ]
    assert tables.ancestors.to_pylist() == [{"concept_id": "MESH:C535507", "ancestor_id": "MESH:D013163"}]
    assert [one.name for one in tables.editions] == ["MeSH supplementary 2024"]


CSV = "id,name,category,above\nOWN:1,Nodal leukemia,,MESH:D007938\nOWN:1,leukemic  node,,\nOWN:2,Other,C,\n"
TOML = """
[[concept]]
id = "OWN:1"
names = ["Nodal leukemia", "leukemic  node"]
above = ["MESH:D007938"]
[[concept]]
id = "OWN:2"
names = ["Other"]
category = "C"
"""


@pytest.mark.parametrize(
    ("content", "name"),
    [(CSV, "own.csv"), (CSV.replace(",", "\t"), "own.tsv"), (TOML, "own.toml"), ("\ufeff" + CSV, "o.csv")],
)
def test_a_custom_list(content, name):
    tables = read(content, name)
    assert names(tables) == [
        ("OWN:1", "Nodal leukemia", "preferred"),
        ("OWN:1", "leukemic node", "synonym"),
        ("OWN:2", "Other", "preferred"),
    ]
    assert tables.concepts["categories"].to_pylist() == [["OWN"], ["C"]]
    assert tables.concepts["counted"].to_pylist() == [True, True]
    assert tables.ancestors.to_pylist() == [{"concept_id": "OWN:1", "ancestor_id": "MESH:D007938"}]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "bad.obo"),
        ("format-version: 1.2\n", "bad.obo"),
        ("format-version: 1.2\n[Term]\nid: X:1\nname: " + "a" * 200_000, "bad.obo"),
        ("a,b\n1,2\n", "bad.csv"),
        ("id,name\nno curie,Name\n", "bad.csv"),
        ("id,name\nX:1,\n", "bad.csv"),
        ("id,name\n", "bad.csv"),
        ("[[concept]]\nid = 'X:1'\nnames = 'one'\n", "bad.toml"),
        ("[[concept]]\nid = 7\nnames = ['one']\n", "bad.toml"),
        ("[concept]\nid = 'X:1'\n", "bad.toml"),
        ("= broken", "bad.toml"),
        ("just text", "bad.txt"),
        ("<html/>", "bad.html"),
        (b"id,name\nX:1,\xff\xfe\n", "bad.csv"),
        (gzip.compress(HP.encode(), mtime=0)[:-30], "bad.obo.gz"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(content, name):
    with pytest.raises(VocabularyError, match=name.replace(".", r"\.")):
        read(content, name)


line = st.sampled_from(
    ["[Term]", "id: X:1", "id: X:2", "name: a", "is_a: X:1", 'synonym: "b" EXACT []', "xref: Y:1", "is_obsolete: true"]
) | st.text(printable, max_size=20)


@settings(max_examples=80, deadline=None)
@given(st.lists(line, max_size=15), st.sampled_from(["x.obo", "x.csv", "x.toml"]))
def test_any_text_is_a_vocabulary_or_an_error(lines, name):
    try:
        tables = read("\n".join(["format-version: 1.2", *lines] if name == "x.obo" else lines), name)
    except VocabularyError:
        return
    assert isinstance(tables, VocabularyTables)
    assert tables.concepts.schema == CONCEPTS.arrow
    assert tables.names.schema == CONCEPT_NAMES.arrow
    assert tables.ancestors.schema == CONCEPT_ANCESTORS.arrow


def test_concepts_of_several_vocabularies_do_not_compete():
    known = vocabulary({"MESH:1": ["Seizures"], "HP:1": ["Seizure"]})
    key = known.trie.find.__self__.key.max()
    assert [known.concept_ids[at].as_py() for at in known.resolve(int(key), "seizure")] == ["HP:1", "MESH:1"]

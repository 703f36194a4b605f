import gzip
import io

import pyarrow as pa
import pytest

from tests.support.small_vocabularies import tables, vocabulary
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import (
    CHECK_TAGS,
    DEFAULT_CATEGORIES,
    VocabularyError,
    build,
    mark_counted,
    merge,
    read_mesh,
)

DTD = (
    '<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20240101.dtd">'
)


def record(ui, name, trees=(), synonyms=()):
    places = "".join(f"<TreeNumber>{tree}</TreeNumber>" for tree in trees)
    terms = "".join(f"<Term><TermUI>T1</TermUI><String>{term}</String></Term>" for term in (name, *synonyms))
    return f"""<DescriptorRecord DescriptorClass="1"><DescriptorUI>{ui}</DescriptorUI>
        <DescriptorName><String>{name}</String></DescriptorName>
        <PharmacologicalActionList><PharmacologicalAction><DescriptorReferredTo>
          <DescriptorUI>D999999</DescriptorUI><DescriptorName><String>Elsewhere</String></DescriptorName>
        </DescriptorReferredTo></PharmacologicalAction></PharmacologicalActionList>
        <TreeNumberList>{places}</TreeNumberList>
        <ConceptList><Concept><ConceptUI>M1</ConceptUI><ConceptName><String>{name}</String></ConceptName>
          <TermList>{terms}</TermList></Concept></ConceptList></DescriptorRecord>"""


def mesh(*records, head=DTD):
    body = "".join(records)
    return f'<?xml version="1.0"?>{head}<DescriptorRecordSet LanguageCode="eng">{body}</DescriptorRecordSet>'.encode()


SMALL = mesh(
    record("D000001", "Lymphatic Abnormalities", ["C15.604", "C16.131"]),
    record("D000002", "Splenosis", ["C15.604.700", "C99.1.2"], ["Splenoses", "Splenosis", "Ectopic  Spleen"]),
    record("D000003", "Splenic Thing", ["C15.604.700.5", "A15.1"]),
    record("D000004", "Libraries", ["L01.1"]),
    record("D006801", "Humans", ["B01.050.1"]),
    record("D008297", "Male"),
)


def read(content, name="desc2024.xml"):
    return read_mesh(io.BytesIO(content), name)


def test_tables_have_the_declared_schemas():
    read_tables = read(SMALL)
    assert read_tables.concepts.schema == CONCEPTS.arrow
    assert read_tables.names.schema == CONCEPT_NAMES.arrow
    assert read_tables.ancestors.schema == CONCEPT_ANCESTORS.arrow


def test_concepts_carry_curies_categories_and_edition():
    rows = {row["concept_id"]: row for row in read(SMALL).concepts.to_pylist()}
    assert rows["MESH:D000003"] == {
        "concept_id": "MESH:D000003",
        "name": "Splenic Thing",
        "categories": ["A", "C"],
        "tree_numbers": ["C15.604.700.5", "A15.1"],
        "counted": True,
        "vocabulary": "MeSH 2024",
    }
    assert rows["MESH:D008297"]["categories"] == []


def test_edition_is_plain_mesh_where_the_dtd_does_not_tell():
    assert read(mesh(record("D000001", "One"), head="")).concepts["vocabulary"].to_pylist() == ["MeSH"]


def test_names_are_distinct_with_the_preferred_one_first():
    names = [row for row in read(SMALL).names.to_pylist() if row["concept_id"] == "MESH:D000002"]
    assert [(row["name"], row["kind"]) for row in names] == [
        ("Splenosis", "preferred"),
        ("Splenoses", "synonym"),
        ("Ectopic Spleen", "synonym"),
    ]


def test_ancestors_are_proper_dotted_prefixes_at_any_distance():
    pairs = {(row["concept_id"], row["ancestor_id"]) for row in read(SMALL).ancestors.to_pylist()}
    assert pairs == {
        ("MESH:D000002", "MESH:D000001"),
        ("MESH:D000003", "MESH:D000001"),
        ("MESH:D000003", "MESH:D000002"),
    }


def test_a_descriptor_is_never_its_own_ancestor_and_prefixes_end_at_dots():
    content = mesh(record("D000001", "Loop", ["C01", "C01.5"]), record("D000002", "Near", ["C010", "C01.50"]))
    pairs = [(row["concept_id"], row["ancestor_id"]) for row in read(content).ancestors.to_pylist()]
    assert pairs == [("MESH:D000002", "MESH:D000001")]


def test_counted_by_category_and_check_tags_apart():
    counted = read(SMALL).concepts.filter(read(SMALL).concepts["counted"])["concept_id"].to_pylist()
    assert counted == ["MESH:D000001", "MESH:D000002", "MESH:D000003"]
    chosen = mark_counted(read(SMALL), {"L", "A"}, ["MESH:D000004"]).concepts
    assert chosen.filter(chosen["counted"])["concept_id"].to_pylist() == ["MESH:D000003"]


def test_defaults():
    assert DEFAULT_CATEGORIES == "ABCDEFG"
    assert {"MESH:D006801", "MESH:D000818", "MESH:D000368"} <= CHECK_TAGS
    assert "MESH:D006411" not in CHECK_TAGS


def test_gzip_and_plain_read_the_same():
    assert read(gzip.compress(SMALL, mtime=0)).concepts.equals(read(SMALL).concepts)


BOMB = mesh(
    record("D000001", "&b;"),
    head='<!DOCTYPE DescriptorRecordSet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PMID- 1\nTI  - no XML",
        b"<html><body>Not found</body></html>",
        b'<?xml version="1.0"?><PubmedArticleSet><PubmedArticle/></PubmedArticleSet>',
        mesh(),
        SMALL[: len(SMALL) // 2],
        gzip.compress(SMALL, mtime=0)[:-200],
        gzip.compress(SMALL, mtime=0)[:40] + b"\x00" * 50,
        mesh("<DescriptorRecord><DescriptorUI>D000001</DescriptorUI></DescriptorRecord>"),
        BOMB,
    ],
    ids=["empty", "text", "html", "pubmed", "bare", "cut", "cut gzip", "damaged gzip", "nameless", "bomb"],
)
def test_anything_else_is_an_error_that_names_the_file_and_the_remedy(content):
    with pytest.raises(VocabularyError, match=r"strange\.xml.*download"):
        read(content, "strange.xml")


def test_merge_joins_and_refuses_to_define_a_concept_twice():
    other = read(mesh(record("D000009", "Nine")))
    assert len(merge([read(SMALL), other]).concepts) == 7
    with pytest.raises(VocabularyError, match="MESH:D00000"):
        merge([read(SMALL), read(SMALL)])


def test_version_depends_on_content_not_on_order():
    concepts, names, ancestors = tables({"T:1": ["One", "Uno"], "T:2": ["Two"]})
    version = build(concepts, names, ancestors).version
    shuffled = [table.take(pa.array(range(len(table) - 1, -1, -1))) for table in (concepts, names)]
    assert build(*shuffled, ancestors).version == version
    assert build(*tables({"T:1": ["One", "Una"], "T:2": ["Two"]})).version != version
    assert build(*tables({"T:1": ["One", "Uno"], "T:2": ["Two"]}, uncounted=["T:1"])).version != version


def test_lookup_of_names_covers_concepts_that_are_not_counted():
    known = vocabulary({"T:1": ["One"], "T:2": ["Two"]}, uncounted=["T:2"])
    assert dict(known.names) == {"T:1": "One", "T:2": "Two"}
    assert known.concept_ids.to_pylist() == ["T:1"]
    assert known.position("T:1") == 0
    assert known.position("T:2") is None


def test_without_the_column_counted_every_concept_is():
    concepts, names, ancestors = tables({"T:1": ["One"], "T:2": ["Two"]}, uncounted=["T:2"])
    assert len(build(concepts.drop_columns(["counted"]), names, ancestors).concept_ids) == 2


def test_an_empty_vocabulary_can_be_built():
    assert len(build(CONCEPTS.empty(), CONCEPT_NAMES.empty(), CONCEPT_ANCESTORS.empty()).concept_ids) == 0

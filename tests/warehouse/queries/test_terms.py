"""Terms are resolved to concepts: what they were read as, what is asked back, what is suggested."""

import pytest

from tests.support.small_vocabularies import tables
from transforms.schema.concepts import CONCEPTS
from warehouse.catalog.publish import connect
from warehouse.errors import AmbiguousTermError, EmptyTermError, UnknownTermError
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination
from warehouse.queries.terms import resolve
from warehouse.revision.stored_vocabulary import store_vocabulary

NAMES = {
    "MESH:D007938": ["Leukemia"],
    "MESH:D007293": ["Inosine Triphosphate", "ITP"],
    "MESH:D016553": ["Purpura, Thrombocytopenic, Idiopathic", "Idiopathic Thrombocytopenic Purpura"],
    "MESH:D000163": ["Acquired Immunodeficiency Syndrome", "AIDS", "Acquired Immune Deficiency Syndrome"],
    "MESH:D000425": ["Alcohol Amnestic Disorder", "Alcohol Induced Dysmnesic Syndrome"],
    "MESH:D008180": ["Lupus Erythematosus, Systemic", "Systemic Lupus Erythematosus"],
    "MESH:D009220": ["Myositis", "MYO"],
    "HP:0100614": ["Myositis", "MYO"],
    "MESH:D007676": ["Kidney Failure, Chronic"],
    "MESH:D002177": ["Candidiasis"],
    "MESH:D002423": ["Cathepsins"],
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    lake = Lake.at(tmp_path_factory.mktemp("terms") / "lake")
    concepts, names, ancestors = tables(NAMES)
    concepts = CONCEPTS.from_rows({**row, "categories": ["C"]} for row in concepts.to_pylist())
    stored = {"concepts": concepts, "concept_names": names, "concept_ancestors": ancestors}
    store_vocabulary(lake, stored, {"version": "1", "files": ["made"], "categories": ["C"]})
    with connect(lake) as connection:
        yield connection


def ids(connection, term):
    return [concept.concept_id for concept in resolve(connection, term)]


@pytest.mark.parametrize("term", ["", " ", "|", "Leukemia|", "|Leukemia"])
def test_an_empty_term_is_an_error(connection, term):
    with pytest.raises(EmptyTermError, match="a term is empty"):
        resolve(connection, term)


@pytest.mark.parametrize("term", ["ITP", "itp", "ITPs"])
def test_an_acronym_with_another_long_form_is_asked_back(connection, term):
    with pytest.raises(AmbiguousTermError, match=f'"{term}" names several') as raised:
        resolve(connection, term)
    assert '"Purpura, Thrombocytopenic, Idiopathic" (MESH:D016553)' in raised.value.hint
    assert '"Inosine Triphosphate" (MESH:D007293)' in raised.value.hint


@pytest.mark.parametrize("name", ["MESH:D016553", "Idiopathic thrombocytopenic purpura"])
def test_a_meaning_is_named_by_id_or_in_full(connection, name):
    assert ids(connection, name) == ["MESH:D016553"]


def test_an_acronym_whose_concept_has_the_long_form_is_taken(connection):
    assert ids(connection, "AIDS") == ["MESH:D000163"]


def test_an_acronym_of_one_disease_in_two_vocabularies_is_taken(connection):
    assert ids(connection, "MYO") == ["HP:0100614", "MESH:D009220"]


@pytest.mark.parametrize("term", ["SLE", "sle"])
def test_an_unknown_acronym_suggests_the_diseases_of_its_initials(connection, term):
    with pytest.raises(UnknownTermError, match="no concept is called") as raised:
        resolve(connection, term)
    assert raised.value.hint == 'did you mean "Lupus Erythematosus, Systemic" (MESH:D008180)?'


@pytest.mark.parametrize(
    ("term", "nearest"),
    [("candidasis", "Candidiasis"), ("chronic failure of a kidny", "Kidney Failure, Chronic"), ("lekemia", "Leukemia")],
)
def test_suggestions_share_words_or_are_spelt_alike(connection, term, nearest):
    with pytest.raises(UnknownTermError) as raised:
        resolve(connection, term)
    assert raised.value.hint.startswith(f'did you mean "{nearest}"')


def test_what_a_term_was_read_as_is_reported_unless_it_is_the_name_or_the_id(connection):
    combination = Combination.of_terms(connection, ["leukaemias|mesh:d002177", "myositis", "AIDS"])
    assert combination.read_as == [
        {"term": "leukaemias", "concept_id": "MESH:D007938", "name": "Leukemia"},
        {"term": "AIDS", "concept_id": "MESH:D000163", "name": "Acquired Immunodeficiency Syndrome"},
    ]

"""Parse, annotate and commit the embedded literature: every planted case is found, in any order of the files."""

from itertools import permutations

import pytest

from flows.demo_literature.literature import expected_totals, literature, mesh, planted_combinations
from tests.support.loading import fingerprints, lake_with_vocabulary, load_files, query
from transforms.counting.filters import Filters
from warehouse.catalog.publish import connect
from warehouse.queries.combinations import Combination, resolve, rows
from warehouse.revision.undo import undo
from warehouse.upkeep.audit import audit


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    (folder / "mesh.xml").write_bytes(mesh())
    for name, content in literature().files:
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def files(given):
    return [given / name for name, _ in literature().files]


@pytest.fixture(scope="module")
def whole(given, tmp_path_factory):
    lake = lake_with_vocabulary(tmp_path_factory.mktemp("whole") / "lake", given / "mesh.xml")
    load_files(lake, *(given / name for name, _ in literature().files))
    return lake


def counted(lake, planting, **options):
    with connect(lake) as connection:
        groups = tuple(resolve(connection, term) for term in planting.concepts)
        [row] = rows(connection, "counts", Combination(groups, Filters(basis=planting.basis, **options)).parameters)
        return row


@pytest.mark.parametrize("planting", planted_combinations(), ids=lambda planting: f"{planting.name} ({planting.basis})")
def test_every_planted_case_is_found(whole, planting):
    found = counted(whole, planting)
    assert found["articles"] == planting.articles
    assert found["retracted"] == planting.retracted_articles
    assert counted(whole, planting, exact=True)["articles"] == planting.exact_articles
    if planting.sentence_articles is not None:
        assert counted(whole, planting, level="sentence")["articles"] == planting.sentence_articles
    for day, articles in planting.history:
        assert counted(whole, planting, as_of=day.isoformat())["articles"] == articles


def test_every_record_is_accounted_for(whole):
    expected = expected_totals()
    numbers = {name: getattr(expected, name) for name in vars(expected)}
    [(received, kept, unchanged, superseded, rejected)] = query(
        whole, "SELECT sum(received), sum(kept), sum(unchanged), sum(superseded), sum(rejected) FROM windows"
    )
    assert received == kept + unchanged + superseded + rejected == numbers["records"]
    assert (kept + superseded + unchanged, unchanged, rejected) == (
        numbers["versions"],
        numbers["unchanged"],
        numbers["rejected"],
    )
    assert query(whole, "SELECT reason FROM rejected") == [("malformed_xml",)]
    assert query(whole, "SELECT count(DISTINCT document_id) FROM sightings") == [(numbers["pmids"],)]


def test_pairs_equal_the_macro(whole):
    for a, b, basis, articles in query(
        whole, "SELECT concept_a, concept_b, basis, articles FROM cooccurrence_totals USING SAMPLE 40 (reservoir, 7)"
    ):
        sql = "SELECT articles FROM count_together([[?], [?]], basis := ?, exact := true)"
        assert query(whole, sql, a, b, basis) == [(articles,)]


def test_the_audit_finds_nothing(whole):
    with connect(whole) as connection:
        assert audit(connection, articles_at_once=200) == []


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:], ids=lambda order: "".join(map(str, order)))
def test_the_order_of_the_files_does_not_matter(whole, given, files, tmp_path, order):
    lake = lake_with_vocabulary(tmp_path, given / "mesh.xml")
    for number in order:
        load_files(lake, files[number])
    load_files(lake, *files)
    assert fingerprints(lake) == fingerprints(whole)


def test_an_undone_batch_leaves_no_trace(given, files, tmp_path):
    lake, other = (lake_with_vocabulary(tmp_path / name, given / "mesh.xml") for name in ("undone", "never"))
    first, second, third = files
    load_files(lake, first)
    batch = load_files(lake, second).version
    load_files(lake, third)
    undo(lake, batch)
    load_files(other, first, third)
    assert fingerprints(lake) == fingerprints(other)
    with connect(lake) as connection:
        assert audit(connection) == []
    load_files(lake, second)
    load_files(other, second)
    assert fingerprints(lake) == fingerprints(other)

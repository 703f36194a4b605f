"""Real PubMed files with full MeSH give the numbers of an independent count."""

import json
from itertools import permutations

import pytest

from tests.support.loading import fingerprints, lake_with_vocabulary, load_files, prepare_file, query
from warehouse.catalog.publish import connect
from warehouse.commit.ingest import commit
from warehouse.upkeep.audit import audit

pytestmark = [pytest.mark.data, pytest.mark.timeout(1800)]

DISEASE_PAIRS = """
WITH disease AS (SELECT concept_id FROM concepts WHERE list_contains(categories, 'C')),
pairs AS (
    SELECT concept_a, concept_b, sum(articles) AS articles FROM {view}
    WHERE basis = 'index' AND concept_a IN (FROM disease) AND concept_b IN (FROM disease)
    GROUP BY ALL
)
SELECT count(*), count(*) FILTER (articles = 1), count(*) FILTER (articles BETWEEN 2 AND 4), sum(articles)::BIGINT
FROM pairs
"""


@pytest.fixture(scope="module")
def bulk(data_dir):
    files = sorted((data_dir / "pubmed/bulk").glob("*.xml.gz"))
    if len(files) != 2 or not (data_dir / "vocab/desc2024.xml.gz").exists():
        pytest.skip("the two bulk files or MeSH are absent")
    return files


@pytest.fixture(scope="module")
def lake(bulk, data_dir, tmp_path_factory):
    lake = lake_with_vocabulary(tmp_path_factory.mktemp("bulk") / "lake", data_dir / "vocab/desc2024.xml.gz")
    load_files(lake, *bulk)
    return lake


def test_records_and_deletions(lake):
    assert query(lake, "SELECT count(*), count(DISTINCT pmid) FROM documents") == [(50_788, 50_783)]
    assert query(lake, "SELECT count(*) FROM deletions") == [(20,)]
    assert query(lake, "SELECT count(*) FROM rejected") == [(0,)]


def test_pairs_of_diseases_by_heading(lake):
    assert query(lake, DISEASE_PAIRS.format(view="cooccurrences"))[0][:3] == (27_766, 21_343, 5_372)


def test_mention_offsets_match_the_text(lake):
    sql = """
    SELECT count(*) FROM mentions JOIN documents USING (article_id, document_id)
    WHERE mentions.basis = 'text'
    AND substring(title || ' ' || coalesce(abstract, ''), start + 1, mentions."end" - start) <> mentions.text
    AND documents.version = (SELECT max(d.version) FROM documents AS d WHERE d.document_id = documents.document_id)
    """
    assert query(lake, sql) == [(0,)]


@pytest.mark.soak
def test_every_order_of_three_files(lake, bulk, data_dir, tmp_path):
    derived = data_dir / "pubmed/derived"
    truth = json.loads((derived / "truth.json").read_text())
    files = [*bulk, *derived.glob("*.xml.gz")]
    expected = None
    for order in [*permutations(range(3)), None]:
        fresh = lake_with_vocabulary(tmp_path / str(order), data_dir / "vocab/desc2024.xml.gz")
        if order is None:
            load_files(fresh, *files)
        for number in order or ():
            load_files(fresh, files[number])
            assert commit(fresh, [prepare_file(fresh, files[number])]) is None
        actual = fingerprints(fresh)
        expected = expected or actual
        assert actual == expected, order
        check(fresh, truth)
    with connect(fresh) as connection:
        assert audit(connection) == []


def check(lake, truth):
    for view, name, condition in (
        ("cooccurrences", "default_retracted_excluded", "retracted_on IS NULL"),
        ("cooccurrences_with_retracted", "retracted_included", "true"),
    ):
        truth_of_set = truth[name]
        pairs = (
            truth_of_set["disease_pairs"],
            truth_of_set["once"],
            truth_of_set["two_to_four"],
            truth_of_set["pair_article_sum"],
        )
        assert query(lake, DISEASE_PAIRS.format(view=view)) == [pairs]
        assert query(lake, f"SELECT count(*) FROM articles WHERE {condition}") == [(truth_of_set["articles"],)]

"""A preprint and the article it became are two articles; a count says so."""

import pytest

from tests.support.small_lake import BOTH, europepmc_record, load_units, new_lake, record, stage_unit
from warehouse.catalog.publish import connect
from warehouse.queries.combinations import Combination, find_preprints


def relation(kind, document_id):
    return [{"kind": kind, "document_id": document_id, "citation": None}]


@pytest.mark.parametrize(
    ("of_preprint", "of_article"),
    [
        (relation("preprint_of", "pubmed:7"), []),
        ([], relation("preprint_in", "europepmc:PPR1")),
        ([], relation("updateof", "europepmc:PPR1")),
        (relation("updatein", "pubmed:7"), relation("updateof", "europepmc:PPR1")),
    ],
)
def test_the_preprint_among_the_articles_of_a_count(tmp_path, of_preprint, of_article):
    lake = new_lake(tmp_path / "lake")
    preprint = europepmc_record("PPR1", headings=BOTH, publication_types=["Preprint"], relations=of_preprint)
    records = [preprint, record(7, headings=BOTH, relations=of_article), record(8, headings=BOTH)]
    load_units(lake, stage_unit(lake, "a.xml", records))
    with connect(lake) as connection:
        [pair] = find_preprints(connection, Combination.of_terms(connection, BOTH), 3)
        assert pair["related_id"] == 7
        assert find_preprints(connection, Combination.of_terms(connection, BOTH), 1) == []

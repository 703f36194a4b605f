"""How an article is named where claims are listed."""

import pytest

from flows.cli.reports.claims import identity


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"pmid": 7, "matched_id": 7}, "PMID 7"),
        ({"pmid": None, "matched_id": 8, "doi": "10.1/x"}, "article 8 (doi 10.1/x)"),
        ({"pmid": None, "matched_id": 8, "doi": None}, "article 8"),
        ({"pmid": None, "article_id": 9, "doi": None}, "article 9"),
    ],
)
def test_an_article_without_pmid_has_its_id_and_doi(row, shown):
    assert identity(row) == shown

"""How an article is named where claims are listed."""

import datetime as dt
import json

import pytest

from flows.cli.reports.claims import MEASURED, identity, print_claims
from warehouse.queries.coverage import YearCoverage


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


CLAIM = {
    "article_id": None, "verdict": "not contradicted", "reason": "0 earlier articles found", "sentence_text": "First.",
    "combination": "A AND B", "known_until": dt.date(2010, 5, 1), "coverage_articles": 3, "coverage_with_abstract": 3,
    "coverage_from": 1970, "coverage_to": 2010, "earlier": 0, "scattered": 0, "too_late": 0, "undated": 0,
    "matches": [],
}  # fmt: skip
CONTRADICTED = {**CLAIM, "verdict": "contradicted", "earlier": 1}
COVERAGE = YearCoverage((), ((1981, 1983), (2005, 2015), (2018, 2019)), 4, None, None, None)


def test_years_hardly_covered_stand_beside_none_earlier(capsys):
    print_claims([CLAIM], COVERAGE, as_json=False)
    out = " ".join(capsys.readouterr().out.split())
    assert "the lake has hardly any article of 1981-1983, 2005-2010: what was reported then is not found" in out
    assert "CONTRADICTED" not in out.replace("NOT CONTRADICTED", "")


def test_a_contradiction_is_shown_with_what_is_measured(capsys):
    print_claims([CONTRADICTED], COVERAGE, as_json=False)
    out = " ".join(capsys.readouterr().out.split())
    assert "96% of the claims found were claims" in out
    assert "hardly any article" not in out
    print_claims([CLAIM, CONTRADICTED], COVERAGE, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert [claim["measured"] for claim in shown] == [None, MEASURED]
    assert shown[0]["thin_years"] == [[1981, 1983], [2005, 2010]]

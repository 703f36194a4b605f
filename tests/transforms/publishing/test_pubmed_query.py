"""The PubMed query for a combination."""

import datetime as dt

from transforms.counting.filters import Filters
from transforms.publishing.pubmed_query import MOST_NAMES, Searched, pubmed_query

GOUT = Searched("MESH:D006073", "Gout", ["Gouts", "Gout"])
OWN = Searched("OWN:1", 'The "odd"  thing', [])
OUTSIDE = ' NOT "Retracted Publication"[pt] NOT "Retraction of Publication"[pt] NOT "Published Erratum"[pt]'


def test_terms_by_basis():
    assert pubmed_query([[GOUT], [OWN]], Filters()) == (
        '("Gout"[MeSH Terms] OR "Gout"[tiab] OR "Gouts"[tiab]) AND ("The odd thing"[tiab])' + OUTSIDE
    )
    assert pubmed_query([[GOUT, OWN]], Filters(basis="index", exact=True, include_retracted=True)) == (
        '("Gout"[MeSH Terms:noexp] OR "The odd thing"[tiab])'
    )
    assert pubmed_query([[GOUT]], Filters(basis="text", include_retracted=True)) == '("Gout"[tiab] OR "Gouts"[tiab])'


def test_filters():
    query = pubmed_query(
        [[OWN]],
        Filters(
            basis="text",
            include_retracted=True,
            only_case_reports=True,
            only_humans=True,
            from_year=1990,
            as_of=dt.date(2001, 2, 3),
        ),
    )
    assert query == (
        '("The odd thing"[tiab]) AND "Case Reports"[pt] AND "Humans"[MeSH Terms:noexp] AND 1990:3000[dp]'
        " AND 1000/01/01:2001/02/03[edat]"
    )


def test_not_every_name():
    many = Searched("MESH:D1", "x", [f"name {n}" for n in range(99)])
    assert pubmed_query([[many]], Filters()).count("[tiab]") == MOST_NAMES

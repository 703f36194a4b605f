"""Years with hardly any article are named."""

import datetime as dt

import pytest

from flows.cli.reports.coverage import thin_coverage
from tests.support.small_lake import load_units, new_lake, record, stage_unit
from warehouse.catalog.publish import connect
from warehouse.commit.ledger import CollectedWindow, Window, record_windows
from warehouse.queries.coverage import read_coverage, thin_ranges


@pytest.mark.parametrize(
    ("articles", "thin"),
    [
        ({}, []),
        ({1990: 1, 2003: 2}, []),  # too few to tell
        ({1979: 900, 1980: 1000, 1981: 4, 2019: 3, 2020: 800}, [(1981, 2019)]),
        ({1950: 10, 1960: 100, 1961: 120, 1962: 1000}, [(1951, 1959)]),
        ({year: 2 ** (year - 2000) for year in range(2000, 2020)}, []),  # growth is no hole
        ({1980: 1000, 2020: 1}, [(1981, 2019)]),
        ({2019: 1000, 2020: 1100, 2021: 5}, []),  # the last year has just begun
    ],
)
def test_thin_years_lie_between_better_ones(articles, thin):
    assert thin_ranges(articles) == thin


def test_coverage_by_decade(tmp_path):
    lake = new_lake(tmp_path / "lake")
    records = [record(number, year=1975 if number < 20 else 2020) for number in range(1, 40)]
    load_units(lake, stage_unit(lake, "a.xml", [*records, record(50, year=1999, abstract=None)]))
    with connect(lake) as connection:
        coverage = read_coverage(connection, "text")
    assert [(row["decade"], row["articles"]) for row in coverage.decades] == [(1970, 19), (1990, 1), (2020, 20)]
    assert (coverage.thin_years, coverage.thin_articles) == ("1976-2019", 1)
    assert coverage.last_load is not None


def test_years_of_which_less_was_received_than_announced(tmp_path):
    lake = new_lake(tmp_path / "lake")
    load_units(lake, stage_unit(lake, "a.xml", [record(1, year=2020)]))

    def window(year, expected):
        day = dt.date(year, 1, 1)
        return CollectedWindow(Window("pubmed_api", f"created-{day}", None, day, day), "failed", expected), None

    record_windows(lake, [window(2018, 0), window(2019, 120), window(2020, None)])
    with connect(lake) as connection:
        coverage = read_coverage(connection)
    assert coverage.short == ({"year": 2019, "announced": 120, "received": 0},)
    assert "2019 (0 of 120)" in " ".join(thin_coverage(coverage))

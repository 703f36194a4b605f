"""What a lake covers: records by decade, years with hardly any, the share with an abstract, the last load."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import duckdb

from warehouse.queries.combinations import Row, rows

THIN_SHARE = 0.1
"""A year is thin with fewer articles than this share of the best year before it and of the best year after it."""

SHORT_SHARE = 0.9
"""A year of collected days is short with less than this share of the records that its sources announced."""


@dataclass(frozen=True)
class YearCoverage:
    """What a lake has of the publication years between its first and last.

    decades: rows (decade, articles, with_abstract), the decade None for unknown years; thin: ranges of thin years
    (first, last); thin_articles: articles of these years; last_load: time of the last commit of records; announced,
    received: records that sources announced for the windows collected, and those received; None where none did; short:
    rows (year, announced, received) of the years of collected days for which less than `SHORT_SHARE` was received.
    """

    decades: tuple[Row, ...]
    thin: tuple[tuple[int, int], ...]
    thin_articles: int
    last_load: dt.datetime | None
    announced: int | None
    received: int | None
    short: tuple[Row, ...] = ()

    @property
    def thin_years(self) -> str:
        """The thin years as text; empty where there are none."""
        return years_as_text(self.thin)

    def as_json(self) -> Row:
        """The coverage as a part of a JSON report."""
        return {
            "by_decade": list(self.decades),
            "thin_years": [list(years) for years in self.thin],
            "thin_articles": self.thin_articles,
            "last_load": self.last_load,
            "announced": self.announced,
            "received": self.received,
            "short_years": list(self.short),
        }

    def thin_until(self, year: int | None) -> list[list[int]]:
        """The ranges of thin years up to a year, cut there; all where the year is None."""
        until = [(first, last if year is None else min(last, year)) for first, last in self.thin]
        return [[first, last] for first, last in until if first <= last]


def read_coverage(connection: duckdb.DuckDBPyConnection, basis: str = "any") -> YearCoverage:
    """The coverage of the population of a basis."""
    years = rows(connection, "coverage_years", {"basis": basis})
    [load] = rows(connection, "last_load")
    loads = rows(connection, "coverage_announced")
    articles = {row["year"]: row["articles"] for row in years if row["year"] is not None}
    thin = thin_ranges(articles)
    decades: dict[int | None, Row] = {}
    for row in years:
        decade = None if row["year"] is None else row["year"] // 10 * 10
        total = decades.setdefault(decade, {"decade": decade, "articles": 0, "with_abstract": 0})
        total["articles"] += row["articles"]
        total["with_abstract"] += row["with_abstract"]
    short = [
        {"year": row["year"], "announced": row["announced"], "received": row["of_announced"]}
        for row in loads
        if row["year"] is not None and row["of_announced"] < SHORT_SHARE * row["announced"]
    ]
    return YearCoverage(
        tuple(decades.values()),
        tuple(thin),
        sum(count for year, count in articles.items() if any(first <= year <= last for first, last in thin)),
        load["last_load"],
        announced=sum(row["announced"] for row in loads) if loads else None,
        received=sum(row["received"] for row in loads) if loads else None,
        short=tuple(short),
    )


def years_as_text(ranges: Iterable[Sequence[int]]) -> str:
    """Ranges of years (first, last) as text: "1981-2019, 2022"."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def thin_ranges(articles: dict[int, int]) -> list[tuple[int, int]]:
    """The ranges of thin years, given the articles by year.

    A year without articles is thin where either side has more than a few. Others are thin between better ones only, so
    that neither the growth of the literature nor a year that has just begun counts as a hole:
    {1979: 900, 1980: 1000, 1981: 4, 2019: 3, 2020: 800} -> [(1981, 2019)].
    """
    if not articles:
        return []
    years = range(min(articles), max(articles) + 1)
    counts = [articles.get(year, 0) for year in years]
    before = accumulate(counts, max)
    after = reversed(list(accumulate(reversed(counts), max)))
    thin = [
        year
        for year, count, left, right in zip(years, counts, before, after, strict=True)
        if (count < THIN_SHARE * min(left, right) and min(left, right) * THIN_SHARE >= 1)
        or (count == 0 and max(left, right) * THIN_SHARE >= 1)
    ]
    return _ranges(thin)


def _ranges(years: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending years as ranges of consecutive ones."""
    ranges: list[tuple[int, int]] = []
    for year in years:
        if ranges and ranges[-1][1] == year - 1:
            ranges[-1] = (ranges[-1][0], year)
        else:
            ranges.append((year, year))
    return ranges

"""The report of a count: how many articles of how many, how surprising; near misses of a small count; its citation."""

import math
from collections.abc import Iterator
from typing import Any

import duckdb

from flows import terminal
from flows.cli.reports.coverage import coverage_lines, thin_coverage
from flows.cli.reports.terms import read_as_lines
from transforms.publishing.pubmed_query import Searched, pubmed_query
from transforms.rarity import MILLION, zero_upper_bound
from warehouse.queries.combinations import Combination, Row, count_reported_cases, find_preprints, rows
from warehouse.queries.coverage import read_coverage
from warehouse.queries.near_misses import NearMisses, find_near_misses, searched

_STATISTICS = ("rate_per_million", "low", "high", "expected", "ic", "ic_low", "ic_high")
_NAMES_SHOWN = 6
_EMPTY = "no article is loaded on this basis yet"
_EMPTY_OF_HUMANS = (
    "no article is known to be about humans; records that an earlier version of Hoofbeats prepared do not say, and"
    " `hoofbeats rebuild` prepares them anew"
)


def show_count(
    connection: duckdb.DuckDBPyConnection, combination: Combination, *, cite: bool = False, as_json: bool = False
) -> None:
    """Print the report of a count; `cite` adds everything that is needed to repeat it."""
    counted = rows(connection, "counts", combination.parameters)[0]
    coverage = read_coverage(connection, combination.filters.basis)
    preprints = find_preprints(connection, combination, counted["articles"])
    remarks = [*_preprint_line(preprints), *thin_coverage(coverage)]
    reported = count_reported_cases(connection, combination, counted["articles"])
    citation = make_citation(connection, combination) if cite else None
    if as_json:
        near_misses = find_near_misses(connection, combination, counted)
        report = count_as_json(counted, combination, near_misses)
        report["year_coverage"] = coverage.as_json()
        report["preprints"] = preprints
        report["reported_cases"] = reported
        terminal.as_json(report if citation is None else {**report, "citation": citation})
        return
    terminal.lines(combination.label, *read_as_lines(combination))
    if citation is not None:
        counted_lines = [
            *count_lines(counted, combination, reported),
            *_preprint_line(preprints),
            *coverage_lines(coverage),
        ]
        terminal.lines(*_citation_lines(counted_lines, combination, citation))
        return
    near_misses = find_near_misses(connection, combination, counted)
    terminal.lines(*count_lines(counted, combination, reported), *remarks)
    terminal.lines(*_given_pairs_line(counted, near_misses), *_near_miss_lines(near_misses))


def count_lines(counted: Row, combination: Combination, reported: Row | None = None) -> list[str]:
    """A row of query `counts` as lines for people; `reported`: the patients of its case reports (`reported_cases`)."""
    years = "" if counted["from_year"] is None else f", {counted['from_year']}-{counted['to_year']}"
    filters = combination.filters
    lines = [
        f"{counted['articles']:,} articles{_cases(reported)} of {counted['population']:,}{years}"
        f" ({counted['with_abstract']:,} with an abstract; basis {filters.basis}, level {filters.level})"
    ]
    if counted["rate_per_million"] is None:
        return [*lines, f"the population is empty: {_EMPTY_OF_HUMANS if filters.only_humans else _EMPTY}"]
    if counted["articles"] == 0:
        bound = terminal.text(_zero_upper_bound(counted))
        lines.append(f"none seen     at most {bound} per million (95 %, one-sided)")
    lines += [
        f"rate          {terminal.text(counted['rate_per_million'])} per million"
        f" (95 %: {terminal.text(counted['low'])} to {terminal.text(counted['high'])})",
        f"overlap       {counted['overlap']} stands in two of the groups, by itself or below the other:"
        " the articles of the one have both, so that nothing is expected"
        if counted["overlap"]
        else f"expected      {terminal.text(counted['expected'])} if independent; information component"
        f" {counted['ic']:.2f} (95 %: {counted['ic_low']:.2f} to {counted['ic_high']:.2f})",
    ]
    if counted["changed_since"]:
        changed = f"{counted['changed_since']:,} of them changed since"
        lines.append(f"as of         {filters.as_of}, by today's records: {changed}")
    if counted["retracted"]:
        lines.append(f"left out      {counted['retracted']:,} retracted articles, notices or errata")
    return lines


def _cases(reported: Row | None) -> str:
    """The patients of the case reports: ', 3 cases,'; with 'at least' where one does not give their number."""
    if reported is None or not reported["cases"]:
        return ""
    bound = "at least " if reported["with_number"] < reported["case_reports"] else ""
    return f", {bound}{reported['cases']:,} {'case' if reported['cases'] == 1 else 'cases'},"


def count_as_json(counted: Row, combination: Combination, near_misses: NearMisses) -> Row:
    """The report as `count --json` prints it: a contract, so names are only ever added."""
    filters = combination.filters
    return {
        "version": counted["version"],
        "as_of": filters.as_of,
        "basis": filters.basis,
        "level": filters.level,
        "combination": [
            [{"concept_id": concept.concept_id, "name": concept.name} for concept in group]
            for group in combination.groups
        ],
        "articles": counted["articles"],
        "population": counted["population"],
        **{name: counted[name] for name in _STATISTICS},
        "retracted": counted["retracted"],
        "changed_since": counted["changed_since"],
        "coverage": {
            "from": counted["from_year"],
            "to": counted["to_year"],
            "articles": counted["population"],
            "with_abstract": counted["with_abstract"],
        },
        "rate_low": counted["rate_low"],
        "rate_high": counted["rate_high"],
        "overlap": counted["overlap"],
        "zero_upper_bound": _zero_upper_bound(counted),
        **_given_pairs(counted, near_misses),
        "near_misses": {"without": list(near_misses.without), "wider": list(near_misses.wider)},
        "searched": list(near_misses.searched),
        "read_as": combination.read_as,
    }


def make_citation(connection: duckdb.DuckDBPyConnection, combination: Combination) -> Row:
    """What a reader needs to repeat a count: terms with ids, filters, version, date, coverage, the PubMed query."""
    concepts = searched(connection, combination)
    groups = [
        [Searched(row["concept_id"], row["name"], row["names"]) for row in concepts if row["group"] == number]
        for number in range(1, len(combination.groups) + 1)
    ]
    return {
        "terms": [[f"{concept.name} [{concept.concept_id}]" for concept in group] for group in combination.groups],
        "filters": combination.filters.values(),
        **rows(connection, "provenance")[0],
        "pubmed_query": pubmed_query(groups, combination.filters),
    }


def _citation_lines(counted_lines: list[str], combination: Combination, citation: Row) -> Iterator[str]:
    for terms in citation["terms"]:
        descendants = "without those below" if combination.filters.exact else "with all below"
        yield f"term          {' or '.join(terms)}, {descendants}"
    yield from counted_lines
    filters = [f"{name} {value}" for name, value in citation["filters"].items() if value not in (None, False)]
    yield f"filters       {', '.join(filters)}"
    yield (
        f"source        Hoofbeats {citation['code_version']}, catalog version {citation['version']} of"
        f" {terminal.text(citation['committed_at'])}; vocabulary {str(citation['vocabulary_version'])[:12]}"
        f" ({', '.join(citation['vocabulary_files'] or ())});"
        f" articles that had entered by {citation['entered_until']}"
    )
    yield f"PubMed        {citation['pubmed_query']}"
    yield "              close to this count, not equal: PubMed reads neither negations nor sentences"


def _preprint_line(preprints: list[Row]) -> list[str]:
    if not preprints:
        return []
    number = len({row["article_id"] for row in preprints})
    verb = "is the preprint of another" if number == 1 else "are preprints of others"
    return [f"preprints     of these, {number} {verb}: {_distinct(preprints)}"]


def _distinct(preprints: list[Row]) -> str:
    return ", ".join(f"article {row['article_id']} of article {row['related_id']}" for row in preprints[:_NAMES_SHOWN])


def _zero_upper_bound(counted: Row) -> float | None:
    """The greatest rate per million that a count of zero leaves possible; None for other counts."""
    if counted["articles"] or not counted["population"]:
        return None
    return float(zero_upper_bound(counted["population"])) * MILLION


def _given_pairs(counted: Row, near_misses: NearMisses) -> dict[str, Any]:
    """The information component of three or more groups against what their parts explain.

    With the same count, IC = log2((n + 0.5) / (expected + 0.5)), so another expectation shifts the value and both of
    its limits by the same amount.
    """
    names = ("ic_given_pairs", "ic_given_pairs_low", "ic_given_pairs_high")
    if near_misses.expected_given_pairs is None or counted["expected"] is None:
        return {"expected_given_pairs": None, **dict.fromkeys(names)}
    shift = math.log2((counted["expected"] + 0.5) / (near_misses.expected_given_pairs + 0.5))
    values = (counted[name] + shift for name in ("ic", "ic_low", "ic_high"))
    return {"expected_given_pairs": near_misses.expected_given_pairs, **dict(zip(names, values, strict=True))}


def _given_pairs_line(counted: Row, near_misses: NearMisses) -> list[str]:
    given = _given_pairs(counted, near_misses)
    if given["expected_given_pairs"] is None:
        return []
    return [
        f"given parts   {terminal.text(given['expected_given_pairs'])} expected where the most telling part meets the"
        f" rest; information component {given['ic_given_pairs']:.2f}"
        f" (95 %: {given['ic_given_pairs_low']:.2f} to {given['ic_given_pairs_high']:.2f})"
    ]


def _near_miss_lines(near_misses: NearMisses) -> list[str]:
    lines = []
    if near_misses.searched:  # only for small counts
        lines += [f"near misses   {row['articles']:,} without {row['name']}" for row in near_misses.without]
    for row in near_misses.wider:
        parent = f"{row['parent']} ({row['parent_id']})"
        lines.append(f"              {row['articles']:,} with {row['name']} widened to {parent}")
    for row in near_misses.searched:
        names = "; ".join(row["names"][:_NAMES_SHOWN])
        more = f" and {len(row['names']) - _NAMES_SHOWN:,} more" if len(row["names"]) > _NAMES_SHOWN else ""
        below = f"; {row['below']:,} concepts below" if row["below"] else ""
        lines.append(f"searched for  {row['concept_id']} {names}{more}{below}")
    return lines

"""Claims, their papers and the articles that match -> rows of `claim_audit` and `claim_matches`."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.claims.verdict import Claimed, Found, Paper, Verdict, judge
from transforms.schema.claims import CLAIM_AUDIT, CLAIM_MATCHES

MOST_LISTED = 200
"""Matching articles that are listed a claim; their numbers are always told in full."""

PLACES = ("earlier", "scattered", "too_late", "undated")
MATCHES = pa.schema(
    [
        ("claim", pa.int64()),
        ("article_id", pa.int64()),
        ("entered_on", pa.date32()),
        ("retracted_on", pa.date32()),
        ("in_one_sentence", pa.bool_()),
        ("reports_cases", pa.bool_()),
        ("matched_document_id", pa.string()),
        ("sentence_start", pa.int32()),
        ("sentence_end", pa.int32()),
    ]
)
"""The articles that match a claim's combination, in the order of `claim`: its row's number among the claims."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """Rows of claim_audit and claim_matches without `batch`."""

    audit: pa.Table
    matches: pa.Table


class Coverage:
    """What had entered before a day, from rows of (entered_on, articles, with_abstract, first_year, last_year)."""

    def __init__(self, by_entry: pa.Table) -> None:
        table = by_entry.sort_by("entered_on")
        self._days = np.asarray(table["entered_on"].cast(pa.int32()), np.int64)
        self._sums = [np.cumsum(np.asarray(table[name], np.int64)) for name in ("articles", "with_abstract")]
        years = [np.asarray(table[name].cast(pa.float64()).fill_null(np.nan)) for name in ("first_year", "last_year")]
        self._first, self._last = np.fmin.accumulate(years[0]), np.fmax.accumulate(years[1])

    def before(self, day: dt.date | None) -> Row:
        """The columns coverage_* of `claim_audit`."""
        at = int(np.searchsorted(self._days, (day - dt.date(1970, 1, 1)).days)) - 1 if day else -1
        if at < 0:
            return {"coverage_from": None, "coverage_to": None, "coverage_articles": 0, "coverage_with_abstract": 0}
        years = [None if np.isnan(each[at]) else int(each[at]) for each in (self._first, self._last)]
        return {
            "coverage_from": years[0],
            "coverage_to": years[1],
            "coverage_articles": int(self._sums[0][at]),
            "coverage_with_abstract": int(self._sums[1][at]),
        }


def answer(
    claims: pa.Table,
    matches: pa.Table,
    same: Mapping[int, Collection[int]],
    coverage: Coverage,
    names: Mapping[str, str],
) -> Answers:
    """Judge claims.

    claims: `claims` with the columns that `combine` adds and received_on, entered_on, is_case_report of the paper;
    matches: as `MATCHES`; same: the articles that are a paper in another form; names: of concepts.
    """
    audit: list[Row] = []
    listed: list[Row] = []
    bounds = np.searchsorted(np.asarray(matches["claim"], np.int64), np.arange(len(claims) + 1))
    for number, claim in enumerate(claims.to_pylist()):
        found = matches.slice(bounds[number], bounds[number + 1] - bounds[number])
        paper = Paper(
            claim["article_id"],
            claim["received_on"],
            claim["entered_on"],
            frozenset(same.get(claim["article_id"], ())),
            claim["is_case_report"],
        )
        verdict = judge(_claimed(claim), paper, found)
        audit.append({**_told(claim, paper, verdict, names), **coverage.before(paper.known_until)})
        listed += _listed(claim, verdict.found, found)
    return Answers(CLAIM_AUDIT.without("batch").from_rows(audit), CLAIM_MATCHES.without("batch").from_rows(listed))


def _claimed(claim: Row) -> Claimed:
    told = {name: claim[name] for name in ("kind", "ordinal", "prior_count", "bound", "scope")}
    told["ordered"] = bool(claim["ordered"])  # NULL in claims that were found before this was read
    return Claimed(**told, groups=len(claim["groups"]), diseases=claim["diseases"], named_share=claim["named_share"])


def _told(claim: Row, paper: Paper, verdict: Verdict, names: Mapping[str, str]) -> Row:
    groups = [[names.get(concept, concept) for concept in group] for group in claim["groups"]]
    return {
        **claim,
        "combination": " AND ".join(" or ".join(group) for group in groups),
        "known_until": paper.known_until,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "conceded": _claimed(claim).conceded,
        **{place: len(getattr(verdict.found, place)) for place in PLACES},
    }


def _listed(claim: Row, found: Found, matches: pa.Table) -> Iterator[Row]:
    """The matching articles, those that count first."""
    chosen = [(article, place) for place in PLACES for article in getattr(found, place)][:MOST_LISTED]
    if not chosen:
        return
    by_article = {row["article_id"]: row for row in matches.to_pylist()}
    for article, place in chosen:
        row = by_article[article]
        yield {**claim, **row, "article_id": claim["article_id"], "matched_id": article, "place": place}

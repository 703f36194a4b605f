"""Build the rows of `claim_audit` and `claim_matches` from claims and the articles that match their combinations."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from transforms.claims.verdict import ClaimFacts, MatchingArticles, Paper, Verdict, judge
from transforms.schema.claims import CLAIM_AUDIT, CLAIM_MATCHES

MAX_LISTED_MATCHES = 200
"""Rows of claim_matches for each claim at most; the counts in claim_audit include all matching articles."""

MATCH_CLASSES = ("earlier", "scattered", "too_late", "undated")
"""The classes of `verdict.MatchingArticles`, those that weigh most first; values of claim_matches.place."""
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
"""Articles that match the combination of a claim, sorted by `claim`, the row number of the claim."""

Row = dict[str, Any]


@dataclass(frozen=True)
class AuditTables:
    """Rows of claim_audit and claim_matches without `batch`."""

    audit: pa.Table
    matches: pa.Table


class Coverage:
    """How many articles a warehouse had before a given day.

    Built from one row for each day of entry: entered_on, articles, with_abstract, first_year, last_year.
    """

    def __init__(self, by_entry: pa.Table) -> None:
        table = by_entry.sort_by("entered_on")
        self._days = np.asarray(table["entered_on"].cast(pa.int32()), np.int64)
        self._sums = [np.cumsum(np.asarray(table[name], np.int64)) for name in ("articles", "with_abstract")]
        years = [np.asarray(table[name].cast(pa.float64()).fill_null(np.nan)) for name in ("first_year", "last_year")]
        self._first, self._last = np.fmin.accumulate(years[0]), np.fmax.accumulate(years[1])

    def before(self, day: dt.date | None) -> Row:
        """Return the columns coverage_* of `claim_audit`; zeros and NULL for a day of None."""
        # The last day of entry before `day`; the arrays are cumulative over the days of entry.
        last = int(np.searchsorted(self._days, (day - dt.date(1970, 1, 1)).days)) - 1 if day else -1
        if last < 0:
            return {"coverage_from": None, "coverage_to": None, "coverage_articles": 0, "coverage_with_abstract": 0}
        years = [None if np.isnan(column[last]) else int(column[last]) for column in (self._first, self._last)]
        return {
            "coverage_from": years[0],
            "coverage_to": years[1],
            "coverage_articles": int(self._sums[0][last]),
            "coverage_with_abstract": int(self._sums[1][last]),
        }


def judge_claims(
    claims: pa.Table,
    matches: pa.Table,
    same_papers: Mapping[int, Collection[int]],
    coverage: Coverage,
    concept_names: Mapping[str, str],
) -> AuditTables:
    """Judge every claim; return the rows of both tables.

    `claims` has the columns of table `claims`, those that `add_combinations` adds, and received_on, entered_on and
    is_case_report of the paper. `matches` has the columns of MATCHES. `same_papers` maps an article to the articles
    that are the same paper in another form, `concept_names` a concept id to its name.
    """
    audit: list[Row] = []
    listed: list[Row] = []
    bounds = np.searchsorted(np.asarray(matches["claim"], np.int64), np.arange(len(claims) + 1))
    for number, claim in enumerate(claims.to_pylist()):
        of_claim = matches.slice(bounds[number], bounds[number + 1] - bounds[number])
        paper = Paper(
            claim["article_id"],
            claim["received_on"],
            claim["entered_on"],
            frozenset(same_papers.get(claim["article_id"], ())),
            claim["is_case_report"],
        )
        verdict = judge(_claim_facts(claim), paper, of_claim)
        audit.append({**_audit_row(claim, paper, verdict, concept_names), **coverage.before(paper.known_until)})
        listed += _match_rows(claim, verdict.matching, of_claim)
    return AuditTables(CLAIM_AUDIT.without("batch").from_rows(audit), CLAIM_MATCHES.without("batch").from_rows(listed))


def _claim_facts(claim: Row) -> ClaimFacts:
    facts = {name: claim[name] for name in ("kind", "ordinal", "prior_count", "bound", "scope")}
    facts["ordered"] = bool(claim["ordered"])  # NULL in claims stored before this column existed
    return ClaimFacts(
        **facts, groups=len(claim["groups"]), diseases=claim["diseases"], named_share=claim["named_share"]
    )


def _audit_row(claim: Row, paper: Paper, verdict: Verdict, concept_names: Mapping[str, str]) -> Row:
    groups = [[concept_names.get(concept, concept) for concept in group] for group in claim["groups"]]
    return {
        **claim,
        "combination": " AND ".join(" or ".join(group) for group in groups),
        "known_until": paper.known_until,
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "conceded": _claim_facts(claim).conceded,
        **{class_name: len(getattr(verdict.matching, class_name)) for class_name in MATCH_CLASSES},
    }


def _match_rows(claim: Row, matching: MatchingArticles, matches: pa.Table) -> Iterator[Row]:
    """Yield rows of claim_matches for one claim, by class, at most MAX_LISTED_MATCHES."""
    listed = [(article, class_name) for class_name in MATCH_CLASSES for article in getattr(matching, class_name)]
    if not listed:
        return
    by_article = {row["article_id"]: row for row in matches.to_pylist()}
    for article, class_name in listed[:MAX_LISTED_MATCHES]:
        row = by_article[article]
        yield {**claim, **row, "article_id": claim["article_id"], "matched_id": article, "place": class_name}

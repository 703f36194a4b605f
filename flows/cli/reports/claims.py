"""What the verbs about claims print: each claim with its verdict and the articles that the verdict rests on."""

from collections.abc import Sequence
from typing import Any

import duckdb

from flows import terminal
from flows.cli.reports.coverage import thin_claim_line
from transforms.claims.verdict import CONTRADICTED
from warehouse.derived.claim_audit import claim_matches
from warehouse.queries.combinations import Row, rows
from warehouse.queries.coverage import YearCoverage, read_coverage

LOWER_BOUND = "Titles and abstracts are read, not full texts: what is found is a lower bound and confirms no claim."
MEASURED = {"claim": 0.96, "kind": 0.96, "number": 0.90, "verdicts_judged": 2, "verdicts_right": 0}
"""Share of the claims found that are claims, and that are read with the right kind and number, on the held-out half of
the labelled sentences before it was read (docs/decisions.md). Verdicts are not labelled: the two of two
PubMed files were judged by reading, before claims of an order became undecidable."""
CONTRADICTIONS = (
    "CONTRADICTED is a reason to read the earlier articles, no proof. On labelled sentences"
    f" {MEASURED['claim']:.0%} of the claims found were claims, {MEASURED['kind']:.0%} had the right kind and"
    f" {MEASURED['number']:.0%} the right number. Of the verdicts themselves only two were judged, both wrong."
)
_ARTICLES_SHOWN = 3
KEY = ("article_id", "start", "number")
"""The columns that identify a claim."""
_PLACE_LABELS = {
    "earlier": "earlier",
    "scattered": "earlier, not in one sentence or no case",
    "too_late": "too late to be known",
    "undated": "without a day of entry",
}


def show_claims(connection: duckdb.DuckDBPyConnection, values: dict[str, Any], *, as_json: bool) -> None:
    """Print the claims that query `claims` selects by `values`, with their verdicts and the articles these rest on."""
    claims = rows(connection, "claims", values)
    matches = claim_matches(connection, [claim["article_id"] for claim in claims]) if claims else []
    by_claim: dict[tuple[Any, ...], list[Row]] = {}
    for row in matches:
        by_claim.setdefault(_key(row), []).append({name: value for name, value in row.items() if name not in KEY})
    found = [{**claim, "matches": by_claim.get(_key(claim), [])} for claim in claims]
    print_claims(found, read_coverage(connection), as_json=as_json)


def print_claims(claims: Sequence[Row], coverage: YearCoverage, *, as_json: bool) -> None:
    """Print claims: rows of `claim_audit` with `sentence_text` and `matches` (rows of `claim_matches`).

    Each gets `thin_years`, the ranges of years up to the claim of which the lake has hardly any article; a contradicted
    one gets `measured`, how often claims are read right, which is NULL for the others.
    """
    claims = [
        {
            **claim,
            "thin_years": coverage.thin_until(claim["known_until"].year if claim["known_until"] else None),
            "measured": MEASURED if claim["verdict"] == CONTRADICTED else None,
        }
        for claim in claims
    ]
    if as_json:
        terminal.as_json(list(claims))
        return
    for claim in claims:
        terminal.lines(*_lines(claim), "")
    if any(claim["measured"] for claim in claims):
        terminal.lines(CONTRADICTIONS)
    terminal.lines(LOWER_BOUND if claims else "no claim")


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _lines(claim: Row) -> list[str]:
    known_until = terminal.text(claim["known_until"])
    return [
        f"{claim['verdict'].upper()}: {claim['reason']}",
        f"    claim: {claim['sentence_text']}",
        f"    by {_paper(claim)}" if claim["article_id"] else "    by this draft",
        f"    looked for: {claim['combination'] or 'nothing, the vocabulary names none of it'}",
        f"    among {claim['coverage_articles']:,} articles that had entered before {known_until}"
        f" ({claim['coverage_with_abstract']:,} with an abstract; published"
        f" {claim['coverage_from'] or '-'} to {claim['coverage_to'] or '-'})",
        *(line for place in _PLACE_LABELS for line in _match_lines(claim, place)),
        *([] if claim["earlier"] else thin_claim_line(claim["thin_years"])),
    ]


def _match_lines(claim: Row, place: str) -> list[str]:
    matches = [row for row in claim["matches"] if row["place"] == place]
    lines = []
    for row in matches[:_ARTICLES_SHOWN]:
        lines.append(f"    {_PLACE_LABELS[place]}: {_paper(row)}")
        if row["sentence_text"]:
            lines.append(f"        {row['sentence_text']}")
    further = claim[place] - len(matches[:_ARTICLES_SHOWN])
    if further > 0:
        lines.append(f"    {_PLACE_LABELS[place]}: {further:,} more")
    return lines


def identity(row: Row) -> str:
    """How a reader finds an article: its PMID, else the id it has in the lake, with its DOI where that is known."""
    if row.get("pmid"):
        return f"PMID {row['pmid']}"
    number = row["matched_id"] if "matched_id" in row else row["article_id"]
    return f"article {number} (doi {row['doi']})" if row.get("doi") else f"article {number}"


def _paper(row: Row) -> str:
    return f"{identity(row)}, {row['year'] or 'year unknown'}: {row['title']}"

"""What the verbs about claims print: a claim, what it leaves room for, and the articles that speak against it."""

from collections.abc import Sequence
from typing import Any

import duckdb

from flows import terminal as show
from warehouse.derived.claim_audit import claim_matches
from warehouse.queries.combinations import Row, rows

LOWER_BOUND = "Titles and abstracts are read, not full texts: what is found is a lower bound and confirms no claim."
_SHOWN = 3
KEY = ("article_id", "start", "number")
"""The columns that name a claim."""
_PLACES = ("earlier", "scattered", "too_late", "undated")
_PLACE_WORDS = {
    "earlier": "earlier",
    "scattered": "earlier, not in one sentence or no case",
    "too_late": "too late to be known",
    "undated": "without a day of entry",
}


def show_claims(connection: duckdb.DuckDBPyConnection, values: dict[str, Any], *, as_json: bool) -> None:
    """Claims with their verdicts, and the articles these rest on."""
    found = rows(connection, "claims", values)
    matches = claim_matches(connection, [row["article_id"] for row in found]) if found else []
    by_claim: dict[tuple[Any, ...], list[Row]] = {}
    for row in matches:
        by_claim.setdefault(_key(row), []).append({name: value for name, value in row.items() if name not in KEY})
    print_claims([{**claim, "matches": by_claim.get(_key(claim), [])} for claim in found], as_json=as_json)


def print_claims(found: Sequence[Row], *, as_json: bool) -> None:
    """Claims as rows of `claim_audit` with their sentence and `matches`, as JSON or for people."""
    if as_json:
        show.as_json(list(found))
        return
    for claim in found:
        show.lines(*_lines(claim), "")
    show.lines(LOWER_BOUND if found else "no claim")


def _key(row: Row) -> tuple[Any, ...]:
    """What names a claim."""
    return tuple(row[name] for name in KEY)


def _lines(claim: Row) -> list[str]:
    return [
        f"{claim['verdict'].upper()}: {claim['reason']}",
        f"    claim: {claim['sentence_text']}",
        f"    by {_paper(claim)}" if claim["article_id"] else "    by this draft",
        f"    looked for: {claim['combination'] or 'nothing, the vocabulary names none of it'}",
        f"    among {claim['coverage_articles']:,} articles that had entered before {show.text(claim['known_until'])}"
        f" ({claim['coverage_with_abstract']:,} with an abstract; published"
        f" {claim['coverage_from'] or '-'} to {claim['coverage_to'] or '-'})",
        *(line for place in _PLACES for line in _places(claim, place)),
    ]


def _places(claim: Row, place: str) -> list[str]:
    told = [row for row in claim["matches"] if row["place"] == place]
    lines = []
    for row in told[:_SHOWN]:
        lines.append(f"    {_PLACE_WORDS[place]}: {_paper(row)}")
        if row["sentence_text"]:
            lines.append(f"        {row['sentence_text']}")
    further = claim[place] - len(told[:_SHOWN])
    if further > 0:
        lines.append(f"    {_PLACE_WORDS[place]}: {further:,} more")
    return lines


def _paper(row: Row) -> str:
    identity = f"PMID {row['pmid']}" if row["pmid"] else f"article {row.get('matched_id', row['article_id'])}"
    return f"{identity}, {row['year'] or 'year unknown'}: {row['title']}"

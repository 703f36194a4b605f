"""Whether a claim of rarity holds against the earlier articles a warehouse has.

Abstracts tell of fewer cases than there are: what is found is a lower bound. So a claim can be contradicted by what is
found, never confirmed by what is not.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import pyarrow as pa

CONTRADICTED, NOT_CONTRADICTED, NOT_DECIDABLE = "contradicted", "not contradicted", "not decidable"

_FEWEST_GROUPS = 2
_ABOUT = 1.5
"""'About n' is not contradicted by up to so many times n."""
_UNRESTRICTED = frozenset({"world", "unspecified"})


@dataclass(frozen=True)
class Claimed:
    """A claim as it is judged: columns of `claims`, and the number of groups of its combination."""

    kind: str
    ordinal: int | None = None
    prior_count: int | None = None
    bound: str | None = None
    scope: str = "unspecified"
    groups: int = _FEWEST_GROUPS

    @property
    def conceded(self) -> float | None:
        """How many earlier reports the claim leaves room for; None where it states no limit."""
        if self.kind == "prior_count" and self.prior_count is not None:
            return {"at_least": None, "about": self.prior_count * _ABOUT}.get(str(self.bound), self.prior_count)
        if self.kind == "nth_report" and self.ordinal is not None:
            return self.ordinal - 1
        return 0 if self.kind in ("first_report", "only_report") else None


@dataclass(frozen=True)
class Paper:
    """The claim's article: its dates, and the articles that are itself in another form (versions, its preprint)."""

    article_id: int
    received_on: dt.date | None
    entered_on: dt.date | None
    same: Collection[int] = frozenset()

    @property
    def known_until(self) -> dt.date | None:
        """The last day on which its authors could have learned of an earlier article."""
        return self.received_on or self.entered_on


@dataclass(frozen=True)
class Verdict:
    """What was found: `verdict` and why; article ids, earliest first.

    earlier: entered before the paper was received (else before it entered) and not retracted by then; too_late: entered
    between its receipt and its own entry, too late to be known; undated: without a day of entry, counted nowhere.
    """

    verdict: str
    reason: str
    earlier: tuple[int, ...] = ()
    too_late: tuple[int, ...] = ()
    undated: tuple[int, ...] = field(default=())


def judge(claim: Claimed, paper: Paper, matches: pa.Table) -> Verdict:
    """The verdict on a claim.

    matches: the articles that match its combination, whenever they entered; columns article_id, entered_on,
    retracted_on.
    """
    if paper.known_until is None:
        return Verdict(NOT_DECIDABLE, "neither when the paper was received nor when it entered is known")
    earlier, too_late, undated = sorted_by_time(paper, matches)
    verdict, reason = _decided(claim, len(earlier))
    return Verdict(verdict, reason, earlier, too_late, undated)


def sorted_by_time(paper: Paper, matches: pa.Table) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Article ids of `matches` that could be known to the paper's authors, those too late for that, those undated.

    The paper itself in any form, what entered on its own day or later, and what was retracted before are in none.
    """
    known_until = paper.known_until
    earlier: list[tuple[dt.date, int]] = []
    too_late: list[tuple[dt.date, int]] = []
    undated: list[int] = []
    for row in matches.select(["article_id", "entered_on", "retracted_on"]).to_pylist():
        article, entered, retracted = row["article_id"], row["entered_on"], row["retracted_on"]
        if article == paper.article_id or article in paper.same or known_until is None:
            continue
        if retracted is not None and retracted <= known_until:
            continue
        if entered is None:
            undated.append(article)
        elif entered < known_until:
            earlier.append((entered, article))
        elif paper.entered_on is not None and entered < paper.entered_on:
            too_late.append((entered, article))
    return (
        tuple(article for _, article in sorted(earlier)),
        tuple(article for _, article in sorted(too_late)),
        tuple(sorted(undated)),
    )


def _decided(claim: Claimed, found: int) -> tuple[str, str]:
    """The verdict where `found` earlier articles match."""
    conceded = claim.conceded
    if claim.groups < _FEWEST_GROUPS:
        return NOT_DECIDABLE, "the words that name what is claimed hold fewer than two concepts of the vocabulary"
    if conceded is None:
        return NOT_DECIDABLE, "the claim states no number that could be exceeded"
    if found <= conceded:
        return NOT_CONTRADICTED, f"{_articles(found)} found; the claim leaves room for {conceded:g}"
    if claim.scope not in _UNRESTRICTED:
        return (
            NOT_DECIDABLE,
            f"the claim is restricted ({claim.scope}), the {_articles(found)} found may lie outside it",
        )
    return CONTRADICTED, f"{_articles(found)} found; the claim leaves room for {conceded:g}"


def _articles(number: int) -> str:
    return f"{number} earlier {'article' if number == 1 else 'articles'}"

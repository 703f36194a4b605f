"""Whether a claim of rarity holds against the earlier articles a warehouse has.

Abstracts tell of fewer cases than there are: what is found is a lower bound. So a claim can be contradicted by what is
found, never confirmed by what is not. And a claim is contradicted only by articles that report cases and say in one
sentence, or in their title, what it says was never or seldom said: concepts scattered over an abstract may have nothing
in common, an experiment is no case, and 'Y after X' is not 'X after Y'.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

CONTRADICTED, NOT_CONTRADICTED, NOT_DECIDABLE = "contradicted", "not contradicted", "not decidable"

_FEWEST_GROUPS = 2
_NOVELTY = frozenset({"first_report", "only_report"})
LEAST_NAMED = 0.5
"""With less of what is claimed named, a combination is wider than the claim and its matches contradict nothing."""
_ABOUT = 1.5
"""'About n' is not contradicted by up to so many times n."""
_COLUMNS = ["article_id", "entered_on", "retracted_on", "in_one_sentence", "reports_cases"]
REPORTS_CASES = (
    r"(?i)\bcases?\b(?:[^-]|$)|\b(?:year|month|week|day)s?[ -]olds?\b"
    r"|\b(?:an?|one|two|three|this|our) (?:\w+ ){0,2}(?:patients?|m[ae]n|wom[ae]n|boys?|girls?|infants?|neonates?)\b"
)
"""How a title or abstract tells that it reports cases, where its publication types do not."""
_UNRESTRICTED = frozenset({"world", "unspecified"})


@dataclass(frozen=True)
class Claimed:
    """A claim as it is judged: columns of `claims`, the number of groups of its combination, how many of these hold a
    disease, how much of what is claimed the combination names, and whether it puts one event after another.
    """

    kind: str
    ordinal: int | None = None
    prior_count: int | None = None
    bound: str | None = None
    scope: str = "unspecified"
    groups: int = _FEWEST_GROUPS
    diseases: int = 1
    named_share: float = 1.0
    ordered: bool = False

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
    """The claim's article: its dates, the articles that are itself in another form (versions, its preprint), and
    whether it is a case report; None where that is not known, as of a draft.
    """

    article_id: int
    received_on: dt.date | None
    entered_on: dt.date | None
    same: Collection[int] = frozenset()
    is_case_report: bool | None = None

    @property
    def known_until(self) -> dt.date | None:
        """The last day on which its authors could have learned of an earlier article."""
        return self.received_on or self.entered_on


@dataclass(frozen=True)
class Found:
    """The articles that match a claim's combination; ids, earliest first.

    earlier: entered before the paper was received (else before it entered), not retracted by then, with the whole
    combination in one sentence or title, and reporting cases; scattered: such articles that have it in no one sentence
    or report no case; too_late: entered
    between the paper's receipt and its own entry, too late to be known; undated: without a day of entry.
    """

    earlier: tuple[int, ...] = ()
    scattered: tuple[int, ...] = ()
    too_late: tuple[int, ...] = ()
    undated: tuple[int, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """`verdict` is one of the three, `reason` says why in words, `found` what it rests on."""

    verdict: str
    reason: str
    found: Found = Found()


def judge(claim: Claimed, paper: Paper, matches: pa.Table) -> Verdict:
    """The verdict on a claim.

    matches: the articles that match its combination, whenever they entered; columns article_id, entered_on,
    retracted_on, in_one_sentence (whether one sentence, or the title, affirms the whole combination), reports_cases.
    """
    if paper.known_until is None:
        return Verdict(NOT_DECIDABLE, "neither when the paper was received nor when it entered is known")
    found = sort_out(paper, matches)
    undecidable = _undecidable(claim, paper)
    if undecidable:
        return Verdict(NOT_DECIDABLE, undecidable, found)
    return Verdict(*_decided(claim, found), found)


def sort_out(paper: Paper, matches: pa.Table) -> Found:
    """The matching articles by what their dates allow.

    The paper itself in any form, what entered on its own day or later, and what was retracted before are left out.
    """
    known_until = paper.known_until
    places: dict[str, list[tuple[dt.date, int]]] = {"earlier": [], "scattered": [], "too_late": [], "undated": []}
    for row in matches.select(_COLUMNS).to_pylist():
        article, entered, retracted = row["article_id"], row["entered_on"], row["retracted_on"]
        if article == paper.article_id or article in paper.same or known_until is None:
            continue
        if retracted is not None and retracted <= known_until:
            continue
        if entered is None:
            places["undated"].append((known_until, article))
        elif entered < known_until:
            counts = row["in_one_sentence"] and row["reports_cases"]
            places["earlier" if counts else "scattered"].append((entered, article))
        elif paper.entered_on is not None and entered < paper.entered_on:
            places["too_late"].append((entered, article))
    return Found(**{place: tuple(article for _, article in sorted(dated)) for place, dated in places.items()})


def _undecidable(claim: Claimed, paper: Paper) -> str | None:
    """Why counting articles cannot decide a claim; None where it can."""
    if claim.groups < _FEWEST_GROUPS:
        return "the words that name what is claimed hold fewer than two concepts of the vocabulary"
    if not claim.diseases:
        return "none of the concepts that name what is claimed is a disease"
    if claim.conceded is None:
        return "the claim states no number that could be exceeded"
    if claim.kind in _NOVELTY and paper.is_case_report is False:
        return "the paper is no case report: whether a study or a method is new is not decided by counting"
    return None


def _decided(claim: Claimed, found: Found) -> tuple[str, str]:
    """The verdict and why, of a claim that can be decided."""
    conceded, number, scattered = claim.conceded or 0, len(found.earlier), len(found.scattered)
    room = f"the claim leaves room for {conceded:g}"
    if number + scattered <= conceded:
        return NOT_CONTRADICTED, f"{_articles(number + scattered)} found; {room}"
    if number <= conceded:
        return (
            NOT_DECIDABLE,
            f"{_articles(number + scattered)} found, {scattered} not in one sentence or no case; {room}",
        )
    if claim.named_share < LEAST_NAMED:
        return NOT_DECIDABLE, f"{_articles(number)} found, but most of what is claimed has no name in the vocabulary"
    if claim.ordered:
        return NOT_DECIDABLE, f"{_articles(number)} found; what is claimed is an order of events, theirs may be another"
    if claim.scope not in _UNRESTRICTED:
        return (
            NOT_DECIDABLE,
            f"the claim is restricted ({claim.scope}), the {_articles(number)} found may lie outside it",
        )
    return CONTRADICTED, f"{_articles(number)} found; {room}"


def _articles(number: int) -> str:
    return f"{number} earlier {'article' if number == 1 else 'articles'}"

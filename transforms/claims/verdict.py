"""Judge a claim of rarity against the earlier articles that a warehouse has.

Abstracts report fewer cases than there are, so the articles found are a lower bound: they can contradict a claim, but
their absence never confirms one. Only articles that report cases and affirm the whole combination in one sentence or
title contradict a claim: concepts scattered over an abstract may be unrelated, an experiment is not a case, and 'Y
after X' is not 'X after Y'.

    claim, received 2016-05-01                            articles found                           verdict
    "the second reported case of A and B" (concedes 1)    2 earlier, same sentence, case reports   contradicted
    "the second reported case of A and B"                 1 earlier                                not contradicted
    "the second reported case of A and B"                 1 earlier, 1 scattered over an abstract  not decidable
    "the first case of A and B in Chile"                  1 earlier, anywhere                      not decidable
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

CONTRADICTED, NOT_CONTRADICTED, NOT_DECIDABLE = "contradicted", "not contradicted", "not decidable"

_MIN_GROUPS = 2
_NOVELTY = frozenset({"first_report", "only_report"})
MIN_NAMED_SHARE = 0.5
"""Below this, the combination covers too little of what is claimed for its matches to contradict the claim."""
_ABOUT_FACTOR = 1.5
"""'About n' is contradicted by more than this many times n."""
_COLUMNS = ["article_id", "entered_on", "retracted_on", "in_one_sentence", "reports_cases"]
REPORTS_CASES = (
    r"(?i)\bcases?\b(?:[^-]|$)|\b(?:year|month|week|day)s?[ -]olds?\b"
    r"|\b(?:an?|one|two|three|this|our) (?:\w+ ){0,2}(?:patients?|m[ae]n|wom[ae]n|boys?|girls?|infants?|neonates?)\b"
)
"""Wordings of titles and abstracts that report cases, for articles without the publication type (RE2 syntax)."""
_UNRESTRICTED = frozenset({"world", "unspecified"})


@dataclass(frozen=True)
class ClaimFacts:
    """What the verdict on a claim depends on.

    Columns of `claims`, and of its combination: the number of groups, the number of groups with a disease, and
    named_share, the share of what is claimed that its concepts cover.
    """

    kind: str
    ordinal: int | None = None
    prior_count: int | None = None
    bound: str | None = None
    scope: str = "unspecified"
    groups: int = _MIN_GROUPS
    diseases: int = 1
    named_share: float = 1.0
    ordered: bool = False

    @property
    def conceded(self) -> float | None:
        """The number of earlier reports that the claim allows for; None where it states no limit."""
        if self.kind == "prior_count" and self.prior_count is not None:
            return {"at_least": None, "about": self.prior_count * _ABOUT_FACTOR}.get(str(self.bound), self.prior_count)
        if self.kind == "nth_report" and self.ordinal is not None:
            return self.ordinal - 1
        return 0 if self.kind in ("first_report", "only_report") else None


@dataclass(frozen=True)
class Paper:
    """The article that makes the claim.

    same_paper_ids are the articles that are this paper in another form (versions, its preprint). is_case_report is None
    where unknown, as for a draft.
    """

    article_id: int
    received_on: dt.date | None
    entered_on: dt.date | None
    same_paper_ids: Collection[int] = frozenset()
    is_case_report: bool | None = None

    @property
    def known_until(self) -> dt.date | None:
        """The day up to which its authors could know earlier articles: of receipt, else of entry."""
        return self.received_on or self.entered_on


@dataclass(frozen=True)
class MatchingArticles:
    """Ids of the articles that match a claim's combination, by class, each earliest first.

    earlier    entered before the paper was received (before its own entry, where the day of receipt is unknown), not
               retracted by then, with the whole combination in one sentence or title, and reporting cases
    scattered  as early, but without such a sentence or without cases
    too_late   entered between the paper's receipt and its own entry
    undated    without a day of entry
    """

    earlier: tuple[int, ...] = ()
    scattered: tuple[int, ...] = ()
    too_late: tuple[int, ...] = ()
    undated: tuple[int, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """`verdict` is CONTRADICTED, NOT_CONTRADICTED or NOT_DECIDABLE; `reason` is a sentence for the reader."""

    verdict: str
    reason: str
    matching: MatchingArticles = MatchingArticles()


def judge(claim: ClaimFacts, paper: Paper, matches: pa.Table) -> Verdict:
    """Return the verdict on one claim.

    `matches` are the articles that match its combination, of any date, with the columns article_id, entered_on,
    retracted_on, in_one_sentence (one sentence, or the title, affirms the whole combination) and reports_cases.
    """
    if paper.known_until is None:
        return Verdict(NOT_DECIDABLE, "neither when the paper was received nor when it entered is known")
    matching = classify_matches(paper, matches)
    undecidable = _reason_undecidable(claim, paper)
    if undecidable:
        return Verdict(NOT_DECIDABLE, undecidable, matching)
    return Verdict(*_decide(claim, matching), matching)


def classify_matches(paper: Paper, matches: pa.Table) -> MatchingArticles:
    """Sort the matching articles into the classes of MatchingArticles.

    Dropped are the paper itself in any form, articles that entered on its own day of entry or later, and articles
    retracted before its authors could know them.
    """
    known_until = paper.known_until
    classes: dict[str, list[tuple[dt.date, int]]] = {"earlier": [], "scattered": [], "too_late": [], "undated": []}
    for row in matches.select(_COLUMNS).to_pylist():
        article, entered, retracted = row["article_id"], row["entered_on"], row["retracted_on"]
        if article == paper.article_id or article in paper.same_paper_ids or known_until is None:
            continue
        # An article that was retracted by then could no longer be cited as an earlier case.
        if retracted is not None and retracted <= known_until:
            continue
        if entered is None:
            classes["undated"].append((known_until, article))
        elif entered < known_until:
            counts = row["in_one_sentence"] and row["reports_cases"]
            classes["earlier" if counts else "scattered"].append((entered, article))
        elif paper.entered_on is not None and entered < paper.entered_on:
            classes["too_late"].append((entered, article))
    return MatchingArticles(
        **{class_name: tuple(article for _, article in sorted(dated)) for class_name, dated in classes.items()}
    )


def _reason_undecidable(claim: ClaimFacts, paper: Paper) -> str | None:
    """Return why counting articles cannot decide a claim; None where it can."""
    if claim.groups < _MIN_GROUPS:
        return "the words that name what is claimed hold fewer than two concepts of the vocabulary"
    if not claim.diseases:
        return "none of the concepts that name what is claimed is a disease"
    if claim.conceded is None:
        return "the claim states no number that could be exceeded"
    if claim.kind in _NOVELTY and paper.is_case_report is False:
        return "the paper is no case report: whether a study or a method is new is not decided by counting"
    return None


def _decide(claim: ClaimFacts, matching: MatchingArticles) -> tuple[str, str]:
    """Return (verdict, reason) of a claim that counting can decide."""
    conceded, earlier, scattered = claim.conceded or 0, len(matching.earlier), len(matching.scattered)
    room = f"the claim leaves room for {conceded:g}"
    if earlier + scattered <= conceded:
        return NOT_CONTRADICTED, f"{_count_articles(earlier + scattered)} found; {room}"
    # Only together with the scattered articles would the claim be exceeded, and these prove nothing.
    if earlier <= conceded:
        return (
            NOT_DECIDABLE,
            f"{_count_articles(earlier + scattered)} found, {scattered} not in one sentence or no case; {room}",
        )
    if claim.named_share < MIN_NAMED_SHARE:
        return (
            NOT_DECIDABLE,
            f"{_count_articles(earlier)} found, but most of what is claimed has no name in the vocabulary",
        )
    if claim.ordered:
        return (
            NOT_DECIDABLE,
            f"{_count_articles(earlier)} found; what is claimed is an order of events, theirs may be another",
        )
    if claim.scope not in _UNRESTRICTED:
        return (
            NOT_DECIDABLE,
            f"the claim is restricted ({claim.scope}), the {_count_articles(earlier)} found may lie outside it",
        )
    return CONTRADICTED, f"{_count_articles(earlier)} found; {room}"


def _count_articles(number: int) -> str:
    return f"{number} earlier {'article' if number == 1 else 'articles'}"

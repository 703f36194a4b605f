"""Verdicts on claims, from the articles that match and their dates."""

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.claims.verdict import (
    CONTRADICTED,
    NOT_CONTRADICTED,
    NOT_DECIDABLE,
    REPORTS_CASES,
    ClaimFacts,
    Paper,
    classify_matches,
    judge,
)

DAY = dt.date(2020, 6, 15)
DATES = [(name, pa.date32()) for name in ("entered_on", "retracted_on")]
MATCHES = pa.schema(
    [("article_id", pa.int64()), *DATES, ("in_one_sentence", pa.bool_()), ("reports_cases", pa.bool_())]
)
PAPER = Paper(article_id=1, received_on=DAY, entered_on=DAY + dt.timedelta(days=100))


def matches(*rows, together=True, cases=True):
    """Rows (article, days after the paper was received or None, the same_paper_ids for its retraction)."""

    def day(after):
        return None if after is None else DAY + dt.timedelta(days=after)

    rows = [(*row, None) if len(row) == 2 else row for row in rows]
    return pa.Table.from_pylist(
        [
            {"article_id": a, "entered_on": day(entered), "retracted_on": day(gone), "in_one_sentence": together}
            | {"reports_cases": cases}
            for a, entered, gone in rows
        ],
        MATCHES,
    )


def earlier(number, together=True):
    return matches(*((article, -article) for article in range(2, 2 + number)), together=together)


@pytest.mark.parametrize(
    ("claim", "found", "verdict"),
    [
        (ClaimFacts("first_report", ordinal=1), 0, NOT_CONTRADICTED),
        (ClaimFacts("first_report", ordinal=1), 1, CONTRADICTED),
        (ClaimFacts("only_report"), 1, CONTRADICTED),
        (ClaimFacts("nth_report", ordinal=3), 2, NOT_CONTRADICTED),
        (ClaimFacts("nth_report", ordinal=3), 3, CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="exact"), 4, NOT_CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="exact"), 5, CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="at_most"), 5, CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="about"), 6, NOT_CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="about"), 7, CONTRADICTED),
        (ClaimFacts("prior_count", prior_count=4, bound="at_least"), 99, NOT_DECIDABLE),
        (ClaimFacts("rare_qualitative"), 3, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, groups=1), 9, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, diseases=0), 9, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, named_share=0.49), 9, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, named_share=0.49), 0, NOT_CONTRADICTED),
        (ClaimFacts("first_report", ordinal=1, scope="country/region"), 1, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, scope="country/region"), 0, NOT_CONTRADICTED),
        (ClaimFacts("first_report", ordinal=1, scope="world"), 1, CONTRADICTED),
        (ClaimFacts("first_report", ordinal=1, ordered=True), 1, NOT_DECIDABLE),
        (ClaimFacts("first_report", ordinal=1, ordered=True), 0, NOT_CONTRADICTED),
    ],
)
def test_verdicts(claim, found, verdict):
    judged = judge(claim, PAPER, earlier(found))
    assert judged.verdict == verdict
    assert judged.matching.earlier == tuple(range(1 + found, 1, -1))
    assert judged.reason


def test_scattered_concepts_do_not_contradict():
    claim = ClaimFacts("nth_report", ordinal=2)
    judged = judge(claim, PAPER, earlier(2, together=False))
    assert (judged.verdict, judged.matching.earlier, judged.matching.scattered) == (NOT_DECIDABLE, (), (3, 2))
    assert judge(claim, PAPER, earlier(1, together=False)).verdict == NOT_CONTRADICTED


def test_articles_without_cases_do_not_contradict():
    judged = judge(ClaimFacts("first_report", ordinal=1), PAPER, matches((2, -9), cases=False))
    assert (judged.verdict, judged.matching.scattered) == (NOT_DECIDABLE, (2,))


@pytest.mark.parametrize(
    ("words", "reports"),
    [
        ("Gout in a camel: a case report.", True),
        ("A 52-year-old man came.", True),
        ("We treated one elderly woman.", True),
        ("Three cases of gout.", True),
        ("Fistulas of umbilical veins in dogs.", False),
        ("Outcomes in patients with gout.", False),
        ("Alpha-chain disease: a case-control study.", False),
    ],
)
def test_wordings_that_report_cases(words, reports):
    assert bool(pc.match_substring_regex(pa.array([words]), REPORTS_CASES)[0].as_py()) is reports


def test_novelty_of_a_study_is_not_decidable():
    study = Paper(1, DAY, None, is_case_report=False)
    assert judge(ClaimFacts("first_report", ordinal=1), study, earlier(1)).verdict == NOT_DECIDABLE
    assert judge(ClaimFacts("nth_report", ordinal=1), study, earlier(1)).verdict == CONTRADICTED
    case = Paper(1, DAY, None, is_case_report=True)
    assert judge(ClaimFacts("first_report", ordinal=1), case, earlier(1)).verdict == CONTRADICTED


def test_articles_between_receipt_and_entry_are_too_late():
    judged = judge(ClaimFacts("first_report", ordinal=1), PAPER, matches((2, 0), (3, 50), (4, 99), (5, 100), (6, 500)))
    assert judged.verdict == NOT_CONTRADICTED
    assert judged.matching.too_late == (2, 3, 4)


def test_the_day_of_entry_replaces_a_missing_day_of_receipt():
    paper = Paper(1, None, DAY)
    assert judge(ClaimFacts("only_report"), paper, matches((2, -1), (3, 0))).matching.earlier == (2,)
    unknown = judge(ClaimFacts("only_report"), Paper(1, None, None), matches((2, -1)))
    assert (unknown.verdict, unknown.matching.earlier) == (NOT_DECIDABLE, ())


def test_other_forms_of_the_paper_never_count():
    paper = Paper(1, DAY, None, same_paper_ids={7, 8})
    assert judge(ClaimFacts("only_report"), paper, matches((1, -5), (7, -9), (8, -9))).verdict == NOT_CONTRADICTED


def test_articles_retracted_after_receipt_count():
    judged = judge(ClaimFacts("only_report"), PAPER, matches((2, -9, -1), (3, -9, 0), (4, -9, 1)))
    assert judged.matching.earlier == (4,)


def test_undated_articles_are_listed_and_not_counted():
    judged = judge(ClaimFacts("only_report"), PAPER, matches((2, None)))
    assert (judged.verdict, judged.matching.undated) == (NOT_CONTRADICTED, (2,))


days = st.one_of(st.none(), st.integers(-400, 400))
rows = st.lists(st.tuples(st.integers(1, 40), days, days), max_size=12, unique_by=lambda row: row[0])


@given(rows, st.booleans())
def test_every_article_is_in_at_most_one_class(given_rows, together):
    found = classify_matches(PAPER, matches(*given_rows, together=together))
    known = (*found.earlier, *found.scattered)
    everywhere = (*known, *found.too_late, *found.undated)
    assert len(set(everywhere)) == len(everywhere)
    assert PAPER.article_id not in everywhere
    assert not (found.scattered if together else found.earlier)
    entered = {article: day for article, day, _ in given_rows}
    assert all(entered[article] < 0 for article in known)
    assert all(0 <= entered[article] < 100 for article in found.too_late)
    assert all(entered[article] is None for article in found.undated)


@given(st.integers(1, 20), st.integers(0, 20))
def test_more_articles_never_clear_a_claim(ordinal, found):
    claim = ClaimFacts("nth_report", ordinal=ordinal)
    if judge(claim, PAPER, earlier(found)).verdict == CONTRADICTED:
        assert judge(claim, PAPER, earlier(found + 1)).verdict == CONTRADICTED

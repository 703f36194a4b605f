"""The claim audit of a lake: which articles are found, which never count, and when it is made anew."""

import pytest

from tests.warehouse.reported_cases import CASE, FIRST, GROUPS, SECOND, case, day, load
from tests.warehouse.small_lake import new_lake
from tests.warehouse.test_commit import ask
from warehouse.catalog import read_version
from warehouse.claim_auditing import is_current, refresh
from warehouse.fold import fold

AUDIT = "SELECT article_id, verdict, earlier, scattered, too_late, undated FROM claim_audit ORDER BY ALL"
MATCHES = "SELECT article_id, matched_id, place FROM claim_matches ORDER BY ALL"


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def test_earlier_articles_contradict(lake):
    load(lake, "a", case(1, 10), case(2, 20), case(3, 30, SECOND), case(4, 40))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "contradicted", 2, 0, 0, 0)]
    assert ask(lake, MATCHES) == [(3, 1, "earlier"), (3, 2, "earlier")]
    [(groups, combination, conceded, until)] = ask(
        lake, "SELECT groups, combination, conceded, known_until FROM claim_audit"
    )
    assert sorted(groups) == GROUPS
    assert set(combination.split(" AND ")) == {"Leukemia", "Extramedullary Hematopoiesis", "Lymph Nodes"}
    assert (conceded, until) == (1, day(30))


def test_a_second_case_is_not_contradicted_by_the_first_which_is_named(lake):
    load(lake, "a", case(3, 30, SECOND))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 0, 0, 0, 0)]
    load(lake, "b", case(1, 10))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 1, 0, 0, 0)]
    sentence = "substring(title || ' ' || abstract, sentence_start + 1, sentence_end - sentence_start)"
    joined = "claim_matches INNER JOIN documents ON documents.document_id = matched_document_id"
    assert ask(lake, f"SELECT matched_id, place, {sentence} FROM {joined}") == [(1, "earlier", CASE)]


def test_what_entered_after_receipt_was_too_late_to_be_known(lake):
    load(lake, "a", case(1, 10), case(2, 20), case(3, 30, FIRST, received_on=day(15)), case(4, 30))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "contradicted", 1, 0, 1, 0)]
    assert ask(lake, MATCHES) == [(3, 1, "earlier"), (3, 2, "too_late")]


def test_concepts_in_different_sentences_or_headings_only_are_scattered(lake):
    apart = "We saw leukemia. We saw extramedullary hematopoiesis in lymph nodes."
    headings = ["MESH:D4", "MESH:D2", "MESH:D3"]
    negated = "There was no leukemia. We saw extramedullary hematopoiesis in lymph nodes."
    load(
        lake, "a",
        case(1, 10, apart), case(2, 11, "Nothing.", headings=headings), case(5, 12, negated), case(3, 30, FIRST),
    )  # fmt: skip
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not decidable", 0, 2, 0, 0)]


@pytest.mark.parametrize("kind", ["update_of", "preprint_in", "erratum_for"])
@pytest.mark.parametrize("stated_by", [1, 3])
def test_the_paper_in_another_form_never_counts(lake, kind, stated_by):
    relation = [{"kind": kind, "document_id": f"pubmed:{4 - stated_by}", "citation": None}]
    told = {stated_by: relation}
    load(lake, "a", case(1, 10, relations=told.get(1)), case(3, 30, FIRST, relations=told.get(3)))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 0, 0, 0, 0)]


def test_another_paper_that_is_only_cited_counts(lake):
    relation = [{"kind": "comment_on", "document_id": "pubmed:1", "citation": None}]
    load(lake, "a", case(1, 10), case(3, 30, FIRST, relations=relation))
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "contradicted", 1, 0, 0, 0)]


def test_retracted_articles_and_undated_ones(lake):
    load(lake, "a", case(1, 10, retracted_on=day(20)), case(2, 10, retracted_on=day(40)), case(3, 30, FIRST))
    load(lake, "b", {**case(4, 0), "entered_on": None})
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "contradicted", 1, 0, 0, 1)]
    assert (3, 2, "earlier") in ask(lake, MATCHES)


def test_the_coverage_is_what_had_entered(lake):
    load(lake, "a", case(1, 10, year=1990), case(2, 20, None, year=2001), case(3, 30, FIRST), case(4, 31, year=2019))
    refresh(lake)
    query = "SELECT coverage_from, coverage_to, coverage_articles, coverage_with_abstract FROM claim_audit"
    assert ask(lake, query) == [(1990, 2001, 2, 1)]


def test_a_claim_without_a_combination_is_not_decidable(lake):
    load(lake, "a", case(1, 10), case(3, 30, "This is the first reported case of a thing."))
    refresh(lake)
    assert ask(lake, "SELECT verdict, groups, combination FROM claim_audit") == [("not decidable", [], "")]


def test_it_is_made_anew_when_something_changed_and_only_then(lake):
    load(lake, "a", case(1, 10), case(3, 30, FIRST))
    assert not is_current(read_version(lake))
    assert refresh(lake) == 3
    assert refresh(lake) is None
    fold(lake, fanout=2)
    assert refresh(lake) is None
    load(lake, "b", case(3, 30, SECOND, version=2))
    assert ask(lake, AUDIT) == [], "what is told of a text that no longer counts is hidden"
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 1, 0, 0, 0)]
    load(lake, "c", deletions=[(1, 9)])
    refresh(lake)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 0, 0, 0, 0)]
    assert {len(read_version(lake).segments(name)) for name in ("claim_audit", "claim_matches")} == {0, 1}

"""The claim audit of a lake: which articles are found, which never count, and when it is refreshed."""

import pytest

from tests.support.reported_cases import CASE, FIRST, GROUPS, SECOND, case, day, load
from tests.support.small_lake import ask, new_lake
from warehouse.catalog.publish import read_version
from warehouse.commit.compaction import compact
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.refresh import is_current, refresh

AUDIT = "SELECT article_id, verdict, earlier, scattered, too_late, undated FROM claim_audit ORDER BY ALL"
MATCHES = "SELECT article_id, matched_id, place FROM claim_matches ORDER BY ALL"


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def test_earlier_articles_contradict(lake):
    load(lake, "a", case(1, 10), case(2, 20), case(3, 30, SECOND), case(4, 40))
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "contradicted", 2, 0, 0, 0)]
    assert ask(lake, MATCHES) == [(3, 1, "earlier"), (3, 2, "earlier")]
    [(groups, combination, conceded, until)] = ask(
        lake, "SELECT groups, combination, conceded, known_until FROM claim_audit"
    )
    assert sorted(groups) == GROUPS
    assert set(combination.split(" AND ")) == {"Leukemia", "Extramedullary Hematopoiesis", "Lymph Nodes"}
    assert (conceded, until) == (1, day(30))


def test_a_second_case_is_not_contradicted_by_the_first_which_is_listed(lake):
    load(lake, "a", case(3, 30, SECOND), case(1, 10))
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 1, 0, 0, 0)]
    sentence = "substring(title || ' ' || abstract, sentence_start + 1, sentence_end - sentence_start)"
    joined = "claim_matches INNER JOIN documents ON documents.document_id = matched_document_id"
    assert ask(lake, f"SELECT matched_id, place, {sentence} FROM {joined}") == [(1, "earlier", CASE)]


def test_articles_entered_after_receipt_are_too_late(lake):
    load(lake, "a", case(1, 10), case(2, 20), case(3, 30, FIRST, received_on=day(15)), case(4, 30))
    refresh(lake, CLAIM_TABLES)
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
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "not decidable", 0, 2, 0, 0)]


def test_other_forms_of_the_paper_never_count_and_commented_articles_do(lake):
    def states(kind, pmid):
        return {"kind": kind, "document_id": f"pubmed:{pmid}", "citation": None}

    load(
        lake, "a",
        case(1, 10, relations=[states("preprint_in", 3)]), case(2, 11, relations=[states("erratum_for", 3)]),
        case(3, 30, FIRST, relations=[states("update_of", 4), states("comment_on", 5)]), case(4, 12), case(5, 13),
        case(6, 9, relations=[states("update_in", 4)]),
    )  # fmt: skip
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, MATCHES) == [(3, 5, "earlier")]


def test_retracted_undated_and_unnamed_and_the_coverage(lake):
    retracted = (case(1, 10, year=1990, retracted_on=day(20)), case(2, 10, year=2001, retracted_on=day(40)))
    unnamed = case(6, 20, "This is the first reported case of a thing.", title="Things.", year=2018)
    load(lake, "a", *retracted, case(3, 30, FIRST), {**case(4, 0), "entered_on": None}, case(5, 31, None), unnamed)
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "contradicted", 1, 0, 0, 1), (6, "not decidable", 0, 0, 0, 0)]
    assert (3, 2, "earlier") in ask(lake, MATCHES)
    query = "SELECT coverage_from, coverage_to, coverage_articles, coverage_with_abstract FROM claim_audit ORDER BY ALL"
    assert ask(lake, query) == [(1990, 2001, 2, 2), (1990, 2018, 3, 3)]
    assert ask(lake, "SELECT groups, combination FROM claim_audit WHERE article_id = 6") == [([], "")]


def test_the_audit_is_refreshed_only_after_a_change(lake):
    load(lake, "a", case(1, 10), case(3, 30, FIRST))
    assert not is_current(read_version(lake), CLAIM_TABLES)
    assert refresh(lake, CLAIM_TABLES) == 3
    assert refresh(lake, CLAIM_TABLES) is None
    compact(lake, fanout=2)
    assert refresh(lake, CLAIM_TABLES) is None
    load(lake, "b", case(3, 30, SECOND, version=2))
    assert ask(lake, AUDIT) == [], "rows about a superseded text are hidden"
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 1, 0, 0, 0)]
    load(lake, "c", deletions=[(1, 9)])
    refresh(lake, CLAIM_TABLES)
    assert ask(lake, AUDIT) == [(3, "not contradicted", 0, 0, 0, 0)]
    assert {len(read_version(lake).segments(name)) for name in ("claim_audit", "claim_matches")} == {0, 1}

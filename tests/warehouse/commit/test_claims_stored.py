"""Claims live as their documents do: with the current text, in the article the document belongs to."""

import pytest

from tests.support.small_lake import NAMES, ask, europepmc_record, load_units, new_lake, record, stage_unit
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from warehouse.catalog.publish import connect
from warehouse.commit.article_rewrite import ArticleRewrite
from warehouse.commit.compaction import compact
from warehouse.revision import stored_vocabulary
from warehouse.revision.undo import undo
from warehouse.upkeep.audit import audit

FIRST = "Nothing was known. This is the first reported case of asthma in a lymph node."
SECOND = "We report the second reported case of asthma in a lymph node."
TWO_IN_ONE = "Only two cases were reported before; to our knowledge, this is the third case of asthma in a lymph node."


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def claims(lake):
    return ask(lake, "SELECT article_id, document_id, kind, ordinal FROM claims ORDER BY ALL")


def audited(lake):
    with connect(lake) as connection:
        return audit(connection, articles_at_once=2)


def test_only_claims_of_the_current_text_are_stored(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=FIRST), record(6, 1)]))
    assert claims(lake) == [(5, "pubmed:5", "first_report", 1)]
    load_units(lake, stage_unit(lake, "b", [record(5, 2, abstract=SECOND)]))
    assert claims(lake) == [(5, "pubmed:5", "nth_report", 2)]
    load_units(lake, stage_unit(lake, "c", [record(5, 3)]))
    assert claims(lake) == []
    load_units(lake, stage_unit(lake, "d", [], [(5, 9)]))
    load_units(lake, stage_unit(lake, "e", [record(5, 10, abstract=FIRST)]))
    assert claims(lake) == [(5, "pubmed:5", "first_report", 1)]
    assert audited(lake) == []


def test_offsets_and_numbers(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=TWO_IN_ONE)]))
    query = (
        "SELECT number, kind, substring(title || ' ' || abstract, start + 1, claims.end - start)"
        " FROM claims INNER JOIN documents USING (document_id) ORDER BY number"
    )
    assert ask(lake, query) == [(1, "prior_count", TWO_IN_ONE), (2, "nth_report", TWO_IN_ONE)]


def test_several_versions_in_one_payload(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=FIRST), record(5, 2, abstract=SECOND)]))
    assert claims(lake) == [(5, "pubmed:5", "nth_report", 2)]
    assert audited(lake) == []


def test_undo_restores_the_claims_of_the_earlier_text(lake):
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=FIRST)]))
    corrected = load_units(lake, stage_unit(lake, "b", [record(5, 2, abstract=SECOND)])).version
    deleted = load_units(lake, stage_unit(lake, "c", [], [(5, 3)])).version
    assert claims(lake) == []
    compact(lake, fanout=2)
    undo(lake, deleted)
    assert claims(lake) == [(5, "pubmed:5", "nth_report", 2)]
    undo(lake, corrected)
    assert claims(lake) == [(5, "pubmed:5", "first_report", 1)]
    assert audited(lake) == []


def test_a_claim_goes_with_its_document_to_another_article(lake):
    load_units(lake, stage_unit(lake, "a", [europepmc_record("X", 1, abstract=FIRST)]))
    [(alone, *_)] = claims(lake)
    load_units(lake, stage_unit(lake, "b", [record(5), europepmc_record("X", 2, pmid=5, abstract=FIRST)]))
    assert claims(lake) == [(5, "europepmc:X", "first_report", 1)]
    load_units(lake, stage_unit(lake, "c", [record(5, 3, headings=["MESH:D1"])]))
    assert claims(lake) == [(5, "europepmc:X", "first_report", 1)]
    load_units(lake, stage_unit(lake, "d", [europepmc_record("X", 4, abstract=FIRST)]))
    assert claims(lake) == [(alone, "europepmc:X", "first_report", 1)]
    assert audited(lake) == []


def test_the_order_of_arrival_does_not_matter(tmp_path):
    payloads = {
        "a": [record(5, 1, abstract=FIRST)],
        "b": [record(5, 2, abstract=SECOND), europepmc_record("X", 1, abstract=FIRST)],
        "c": [record(5, 3, abstract=FIRST), europepmc_record("X", 2, pmid=5, abstract=TWO_IN_ONE)],
    }
    for order in ("abc", "cab", "bca"):
        lake = new_lake(tmp_path / order)
        for name in order:
            load_units(lake, stage_unit(lake, name, payloads[name]))
        assert claims(lake) == [
            (5, "europepmc:X", "nth_report", 3), (5, "europepmc:X", "prior_count", None),
            (5, "pubmed:5", "first_report", 1),
        ]  # fmt: skip


def test_another_vocabulary_leaves_claims_as_they_are(lake, monkeypatch):
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=FIRST), record(6, 1, abstract=SECOND)]))
    before = claims(lake)
    monkeypatch.setattr("warehouse.revision.reprocess.numbered_claims", _no_text_is_read)
    concepts = [{"concept_id": id_, "name": name, "categories": ["C"], "counted": True} for id_, name in NAMES.items()]
    names = [{"concept_id": id_, "name": f"{name} too", "kind": "preferred"} for id_, name in NAMES.items()]
    parts = {
        "concepts": CONCEPTS.from_rows({**row, "tree_numbers": [], "vocabulary": "Test"} for row in concepts),
        "concept_names": CONCEPT_NAMES.from_rows(names),
        "concept_ancestors": CONCEPT_ANCESTORS.empty(),
    }
    stored_vocabulary.store_vocabulary(lake, parts, {"version": "another", "files": [], "categories": ["C"]})
    assert claims(lake) == before
    assert audited(lake) == []


def _no_text_is_read(documents, *carried):
    from transforms.claims.detect import numbered_claims

    assert len(documents) == 0
    return numbered_claims(documents, *carried)


def test_the_audit_reports_a_missing_claim(lake, monkeypatch):
    monkeypatch.setattr(ArticleRewrite, "available_claims", lambda rewrite, portion: CLAIMLESS)
    load_units(lake, stage_unit(lake, "a", [record(5, 1, abstract=FIRST)]))
    [difference] = audited(lake)
    assert (difference.table, difference.rows) == ("claims", 1)


CLAIMLESS = []

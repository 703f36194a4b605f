import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.small_lake import load_units
from tests.support.text_lake import NAMES, stage_texts, store_names, stored_counts, stored_mentions, text_lake
from warehouse.catalog.publish import connect, read_version
from warehouse.errors import CurationError, VocabularyChangedError
from warehouse.lake import Lake
from warehouse.revision import reprocess, stored_vocabulary
from warehouse.revision.curations import curate, numbered_verdicts, withdraw

TODAY = dt.date(2026, 11, 25)
TEXTS = [
    "Anemia with fever.",
    "Asthma and fever. No anemia.",
    "Wheezing disease with anemia.",
    "Fever of a wheezing disease.",
    "Nothing else.",
]
SYNONYM = NAMES | {"T:2": ["Asthma", "Wheezing Disease"]}


def state(lake):
    with connect(lake) as connection:
        return stored_counts(connection), stored_mentions(connection)


@pytest.fixture
def annotated(monkeypatch):
    """The documents that commits annotated, in order."""
    seen = []

    annotate = reprocess.annotate

    def noted(documents, known):
        seen.extend(documents["document_id"].to_pylist())
        return annotate(documents, known)

    monkeypatch.setattr(reprocess, "annotate", noted)
    return seen


def record(lake, **verdict):
    return curate(lake, {"author": "A. Reader", "decided_on": TODAY, **verdict})


def on_mention(verdict, document="pubmed:1", text="anemia", concept="T:1", start=None):
    return {"verdict": verdict, "document_id": document, "text": text, "concept_id": concept, "start": start}


def test_an_added_synonym_reannotates_only_articles_with_it_and_equals_a_full_rebuild(tmp_path, annotated):
    lake = text_lake(tmp_path / "a", TEXTS)
    store_names(lake, SYNONYM)
    assert annotated == ["pubmed:3", "pubmed:4"]
    fresh = text_lake(tmp_path / "b", TEXTS, SYNONYM)
    assert state(lake) == state(fresh)
    assert ("pubmed:4", "T:2") in {row[:2] for row in state(lake)[1]}


def test_a_vocabulary_that_changes_no_name_annotates_nothing(tmp_path, annotated):
    lake = text_lake(tmp_path, TEXTS)
    before = state(lake)
    assert store_names(lake, NAMES | {"T:9": ["Something Not Here"]}) == 3
    assert annotated == []
    assert state(lake) == before


def test_other_rules_annotate_everything(tmp_path, annotated):
    lake = text_lake(tmp_path, TEXTS)
    facts = {"version": "by older rules", "rules": "older", "files": [], "categories": []}
    with connect(lake) as connection:
        before = stored_counts(connection)
    stored_vocabulary.store_vocabulary(lake, stored_vocabulary.read_vocabulary_tables(lake), facts)
    assert sorted(annotated) == [f"pubmed:{pmid}" for pmid in range(1, 6)]
    annotated.clear()
    assert stored_vocabulary.reannotate_if_rules_changed(lake) == 4
    assert len(annotated) == 5
    assert stored_vocabulary.reannotate_if_rules_changed(lake) is None
    assert state(lake)[0] == before


names = st.sampled_from(["Anemia", "Asthma", "Fever", "Wheezing", "Wheezing Disease", "Disease", "Nothing"])
vocabularies = st.dictionaries(
    st.sampled_from(["T:1", "T:2", "T:3"]), st.lists(names, min_size=1, max_size=3, unique=True), min_size=1
)


@pytest.mark.soak
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(vocabularies, min_size=2, max_size=3))
def test_any_vocabulary_change_equals_a_fresh_lake(tmp_path_factory, several):
    folder = tmp_path_factory.mktemp("lakes")
    lake = text_lake(folder / "changed", TEXTS, several[0])
    for one in several[1:]:
        store_names(lake, one)
    assert state(lake) == state(text_lake(folder / "fresh", TEXTS, several[-1]))


def test_a_mention_judged_wrong_is_removed_and_restored_by_withdrawal(tmp_path, annotated):
    lake = text_lake(tmp_path, TEXTS)
    before = state(lake)
    record(lake, **on_mention("wrong"))
    assert annotated == ["pubmed:1"]
    assert ("pubmed:1", "T:1") not in {row[:2] for row in state(lake)[1]}
    with connect(lake) as connection:
        pair = "SELECT coalesce(sum(articles), 0) FROM cooccurrences WHERE concept_a = 'T:1' AND concept_b = 'T:3'"
        assert connection.sql(pair).fetchall() == [(0,)]
    withdraw(lake, 1, "B. Reader", TODAY)
    assert state(lake) == before
    verdicts = numbered_verdicts(read_version(lake))
    assert [(row["number"], row["verdict"], row["author"]) for row in verdicts] == [
        (1, "wrong", "A. Reader"),
        (2, "as annotated", "B. Reader"),
    ]


def test_a_manual_assertion_changes_the_counts(tmp_path):
    lake = text_lake(tmp_path, TEXTS)
    record(lake, **on_mention("present", document="pubmed:2"))
    with connect(lake) as connection:
        pair = "SELECT coalesce(sum(articles), 0) FROM cooccurrences WHERE concept_a = 'T:1' AND concept_b = 'T:2'"
        assert connection.sql(f"{pair} AND basis = 'text'").fetchall() == [(1,)]


def test_a_forbidden_name_is_not_matched(tmp_path, annotated):
    lake = text_lake(tmp_path / "a", TEXTS)
    before = state(lake)
    record(lake, verdict="never", name="fevers", concept_id="T:3")
    assert sorted(annotated) == ["pubmed:1", "pubmed:2", "pubmed:4"]
    assert "T:3" not in {row[1] for row in state(lake)[1]}
    withdraw(lake, 1, "A. Reader", TODAY)
    assert state(lake) == before


def test_verdicts_survive_new_texts_and_vocabularies(tmp_path):
    lake = text_lake(tmp_path, TEXTS)
    record(lake, verdict="never", name="fever")
    record(lake, **on_mention("wrong"))
    store_names(lake, NAMES | {"T:1": ["Anemia", "Thin Blood"]})
    load_units(lake, stage_texts(lake, "revised", {1: "Anemia with fever and asthma.", 9: "Fever, anemia."}, version=2))
    assert {row[:2] for row in state(lake)[1] if row[0] in ("pubmed:1", "pubmed:9")} == {
        ("pubmed:1", "T:2"),
        ("pubmed:9", "T:1"),
    }


def test_a_rebuilt_lake_with_the_same_verdicts_equals_the_old_one(tmp_path):
    lake = text_lake(tmp_path / "old", TEXTS)
    record(lake, verdict="never", name="fever")
    record(lake, **on_mention("wrong"))
    curations = read_version(lake).table("curations")
    fresh = Lake.at(tmp_path / "new")
    store_names(fresh, NAMES, curations)
    load_units(fresh, stage_texts(fresh, "texts", dict(enumerate(TEXTS, 1))))
    assert state(fresh) == state(lake)
    after, before = (numbered_verdicts(read_version(either)) for either in (fresh, lake))
    assert [{**row, "batch": None} for row in after] == [{**row, "batch": None} for row in before]
    assert {row["batch"] for row in after} == {1}


def test_units_prepared_before_a_name_was_forbidden_are_refused(tmp_path):
    lake = text_lake(tmp_path, TEXTS)
    unit = stage_texts(lake, "later", {9: "Fever, anemia."})
    record(lake, verdict="never", name="fever")
    with pytest.raises(VocabularyChangedError):
        load_units(lake, unit)


def test_verdicts_without_a_target_are_refused(tmp_path):
    lake = text_lake(tmp_path, TEXTS[:1])
    for verdict, words in (
        (on_mention("wrong", document="pubmed:99"), "does not mention"),
        (on_mention("wrong", start=1), "does not mention"),
        (on_mention("maybe"), "is invalid"),
        ({"verdict": "never", "name": ""}, "is invalid"),
    ):
        with pytest.raises(CurationError, match=words):
            record(lake, **verdict)
    assert len(read_version(lake).table("curations")) == 0
    with pytest.raises(CurationError, match="no verdict 1"):
        withdraw(lake, 1, "A. Reader", TODAY)


def test_current_editions_are_those_of_the_last_vocabulary(tmp_path):
    lake = text_lake(tmp_path, TEXTS[:1])
    editions = [{"name": "MeSH 2024", "licence": "", "file": "desc2024.xml.gz", "sha256": "0"}]
    facts = {"version": "next", "rules": None, "files": [], "categories": [], "editions": editions}
    stored_vocabulary.store_vocabulary(lake, stored_vocabulary.read_vocabulary_tables(lake), facts)
    [edition] = stored_vocabulary.current_editions(read_version(lake))
    assert (edition["name"], edition["file"]) == ("MeSH 2024", "desc2024.xml.gz")

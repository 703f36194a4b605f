"""Blocking keys are stable, and the candidate pairs depend on the set of documents alone."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.dedup_records import documents
from transforms.duplicates import blocking
from transforms.duplicates.blocking import (
    BLOCK_KINDS,
    BLOCK_LIMIT,
    KEYS,
    KEYS_VERSION,
    PAIRS,
    REFINING_KINDS,
    affected_documents,
    blocking_keys,
    candidate_pairs,
)

TEXT = (
    "We followed adults with thyroid nodules in three hospitals and compared the growth of nodules by ultrasound with"
    " the intake of iodine over six years and found that growth was slower where salt was iodised in all of them"
)
PAPER = {
    "title": "Iodised salt and thyroid nodules in valley towns",
    "authors": ["Brandt, Uwe"],
    "volume": "26",
    "year": 2016,
    "pages": "201-209",
    "doi": "10.1000/a",
    "pmid": 7,
    "abstract": TEXT,
}


def pairs(table):
    return set(zip(table["document_a"].to_pylist(), table["document_b"].to_pylist(), strict=True))


def test_the_values_of_keys_never_change():
    # Stored keys must match those of later releases: raise KEYS_VERSION (or NORMALISATION_VERSION) to change them.
    found = blocking_keys(documents([PAPER]))
    values = {(row["kind"], row["value"]) for row in found.to_pylist()}
    assert found.schema == KEYS
    assert KEYS_VERSION == "1.2.2"
    assert set(found["kind"].to_pylist()) == {*BLOCK_KINDS, *REFINING_KINDS} - {"pmcid"}
    assert values >= GOLDEN


GOLDEN = {
    ("abstract", 3_687_829_690_198_657_727),
    ("place", 5_722_713_086_451_190_055),
    ("pmid", 5_600_704_083_675_103_778),
    ("title", 4_360_126_028_668_119_655),
}


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ({"title": "IODISED SALT, and thyroid nodules in valley towns."}, {"title", "title_start", "title_end"}),
        ({"doi": "https://doi.org/10.1000/A"}, {"doi"}),
        ({"authors": ["Uwe Brandt"], "pages": "201-9"}, {"author_page", "place", "author"}),
        ({"abstract": TEXT + " Download PDF."}, {"abstract"}),
    ],
)
def test_keys_are_shared_by_records_that_differ_in_form(change, shared):
    found = blocking_keys(documents([PAPER, {**PAPER, **change}])).to_pylist()
    first, second = (
        {(row["kind"], row["value"]) for row in found if row["document_id"] == name} for name in ("d0", "d1")
    )
    assert shared <= {kind for kind, _ in first & second}


def test_a_short_abstract_has_no_bands():
    assert "abstract" not in blocking_keys(documents([{**PAPER, "abstract": "Too short to say."}]))["kind"].to_pylist()


def test_pairs_are_ordered_distinct_and_limited_to_the_given_documents():
    stored = blocking_keys(
        documents([PAPER, PAPER, {**PAPER, "title": "Honey and the heart", "doi": None, "pmid": None}])
    )
    found = candidate_pairs(stored)
    assert found.schema == PAIRS
    assert len(pairs(found)) == found.num_rows
    assert all(a < b for a, b in pairs(found))
    assert pairs(candidate_pairs(stored, pa.array(["d1"]))) == {pair for pair in pairs(found) if "d1" in pair}
    assert candidate_pairs(stored.slice(0, 0)).num_rows == 0


def test_a_block_above_the_limit_is_divided_by_two_refining_keys():
    replies = [
        {"title": "Reply", "authors": ["Novak"], "pages": str(n % 5), "volume": str(n % 7)}
        for n in range(BLOCK_LIMIT + 10)
    ]
    numbers = range(len(replies))
    expected = {
        (f"d{a}", f"d{b}") for a in numbers for b in numbers if f"d{a}" < f"d{b}" and (a % 5 == b % 5 or a % 7 == b % 7)
    }
    assert pairs(candidate_pairs(blocking_keys(documents(replies)))) == expected


def test_a_block_at_the_limit_is_not_divided():
    many = [{"title": "Care of the burned hand after fire", "authors": ["Silva, Ana"]} for _ in range(BLOCK_LIMIT)]
    assert len(pairs(candidate_pairs(blocking_keys(documents(many))))) == BLOCK_LIMIT * (BLOCK_LIMIT - 1) // 2


RECORD = st.fixed_dictionaries(
    {"title": st.sampled_from(["Reply", "Salt and nodules", "Honey and hearts"])},
    optional={
        "authors": st.lists(st.sampled_from(["Brandt, Uwe", "Rao, Anil", "Sato, Ken"]), min_size=1, max_size=1),
        "pages": st.sampled_from(["1-9", "10-14", "15"]),
        "volume": st.sampled_from(["1", "2"]),
        "doi": st.sampled_from(["10.1000/a", "10.1000/b"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=8), st.lists(RECORD, min_size=1, max_size=4), st.integers(1, 4))
def test_incremental_pairs_equal_those_of_one_run(rows, changed_rows, limit):
    changed = [{**row, "document_id": f"d{len(rows) - 2 + n}"} for n, row in enumerate(changed_rows)]
    before, fresh = blocking_keys(documents(rows)), blocking_keys(documents(changed))
    ids = pa.array([row["document_id"] for row in changed])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BLOCK_LIMIT", limit)
        stored = pairs(candidate_pairs(before))
        former = before.filter(pc.is_in(before["document_id"], ids))
        after = pa.concat_tables([before.filter(pc.invert(pc.is_in(before["document_id"], ids))), fresh])
        affected = affected_documents(after, ids, former)
        kept = {pair for pair in stored if not set(pair) & set(affected.to_pylist())}
        assert kept | pairs(candidate_pairs(after, affected)) == pairs(candidate_pairs(after))


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_text_has_keys(text):
    row = {
        "title": text,
        "abstract": text * 8,
        "authors": [text],
        "journal": text,
        "volume": text,
        "pages": text,
        "doi": text,
    }
    assert blocking_keys(documents([row])).schema == KEYS


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, min_size=2, max_size=9), st.integers(1, 4))
def test_the_blocks_and_refining_keys_of_the_given_documents_are_sufficient(rows, limit):
    stored, given_ids = blocking_keys(documents(rows)), pa.array(["d0"])
    own = stored.filter(pc.is_in(stored["document_id"], given_ids))
    shared = stored.filter(pc.is_in(stored["value"], own["value"]))
    members = pc.and_(
        pc.is_in(stored["document_id"], shared["document_id"]), pc.is_in(stored["kind"], pa.array(REFINING_KINDS))
    )
    part = stored.filter(pc.or_(pc.is_in(stored["value"], own["value"]), members))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocking, "BLOCK_LIMIT", limit)
        assert pairs(candidate_pairs(part, given_ids)) == pairs(candidate_pairs(stored, given_ids))
        nothing = stored.slice(0, 0)
        assert set(affected_documents(part, given_ids, nothing).to_pylist()) == set(
            affected_documents(stored, given_ids, nothing).to_pylist()
        )

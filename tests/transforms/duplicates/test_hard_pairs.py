"""Pairs of records that are easily merged, or kept apart, by mistake: hard_pairs.toml and a labelled set."""

import pytest

from tests.support.dedup_records import documents, hard_pairs, labelled
from transforms.duplicates.blocking import blocking_keys, candidate_pairs
from transforms.duplicates.decisions import decide_pairs
from transforms.duplicates.deduplicate import deduplicate
from transforms.duplicates.features import Features
from transforms.duplicates.links import infer_links

PAIRS = list(hard_pairs())


def is_one_article(table):
    return len(set(deduplicate(table)["article_id"].to_pylist())) == 1


def test_hard_pairs_has_enough_cases_of_both_kinds():
    assert len(PAIRS) >= 60
    assert sum(same for _, same, *_ in PAIRS) >= 20
    assert len({case for case, *_ in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("case", "same", "link", "a", "b"), PAIRS, ids=[case for case, *_ in PAIRS])
def test_hard_pair(case, same, link, a, b):
    assert is_one_article(documents([a, b])) == same
    assert is_one_article(documents([b, a])) == same


LINKED = [(case, link, a, b) for case, _, link, a, b in PAIRS if link]


@pytest.mark.parametrize(("case", "kind", "a", "b"), LINKED, ids=[case for case, *_ in LINKED])
def test_link_of_hard_pair(case, kind, a, b):
    table = documents([a, b])
    links = infer_links(decide_pairs(candidate_pairs(blocking_keys(table)), table), Features(table))
    assert links.to_pylist() == [{"link": kind, "link_from": "d1"}]


@pytest.mark.data
def test_labelled_hard_pairs(data_dir):
    table, gold = labelled(data_dir / "dedup" / "hard_pairs_synthetic.parquet")
    ids = table["document_id"].to_pylist()
    wrong = []
    for a, b in zip(ids[::2], ids[1::2], strict=True):
        rows = table.slice(ids.index(a), 2)
        if is_one_article(rows) != (gold[a] == gold[b]):
            wrong.append(a)
    assert len(ids) == 28
    assert not wrong

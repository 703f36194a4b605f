"""The figures of deduplication are computed right, and do not fall behind on the labelled sets."""

import pyarrow.parquet as pq
import pytest

from benchmarks.quality.deduplication import count_lost, find_notice_pairs, find_pairs, score_clusters, to_documents
from transforms.duplicates.deduplicate import deduplicate

GOLD = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3}

FLOORS = {
    "cytology_screening": 0.998,
    "diabetes": 0.998,
    "digital_work": 0.996,
    "haematology": 0.88,
    "neuroimaging": 0.998,
    "respiratory": 0.98,
    "stroke": 0.995,
    "sweep_copper": 0.98,
    "sweep_tafenoquine": 0.998,
}


def test_pairs_and_figures():
    assert find_pairs(GOLD) == {("a", "b"), ("a", "c"), ("b", "c")}
    found = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "z"}
    figures = score_clusters(GOLD, found)
    assert (figures["sensitivity"], figures["precision"], figures["f1"]) == (0.3333, 0.5, 0.4)
    apart = score_clusters(GOLD, found, frozenset({("a", "c"), ("b", "c")}))
    assert (apart["pairs"], apart["sensitivity"], apart["precision"]) == (1, 1.0, 0.5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"a": 1, "b": 1, "c": 1, "d": 2, "e": 3}, 0),
        ({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, 0),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 3}, 1),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, 2),
        ({"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}, 0),
    ],
)
def test_lost_articles(found, expected):
    assert count_lost(GOLD, found) == expected


def test_pairs_with_a_notice_are_known_by_their_titles():
    rows = [
        {"record_id": "b", "cluster_id": "1", "title": "Salt and nodules"},
        {"record_id": "a", "cluster_id": "1", "title": "Erratum: Salt and nodules"},
        {"record_id": "c", "cluster_id": "1", "title": "Salt and nodules. [Erratum appears in Thyroid]"},
    ]
    assert find_notice_pairs(rows) == {("a", "b"), ("a", "c")}


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_floors(data_dir, name):
    rows = pq.read_table(data_dir / "dedup" / f"{name}.parquet").to_pylist()
    found = deduplicate(to_documents(rows))
    clusters = dict(zip(found["document_id"].to_pylist(), found["article_id"].to_pylist(), strict=True))
    figures = score_clusters({row["record_id"]: row["cluster_id"] for row in rows}, clusters)
    assert figures["f1"] >= FLOORS[name]
    assert figures["lost"] <= 1

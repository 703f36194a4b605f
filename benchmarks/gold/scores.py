"""Precision, recall and F1, micro-averaged over documents."""

from collections.abc import Hashable, Iterable, Set
from typing import Any

Scores = dict[str, Any]


def score_sets(pairs: Iterable[tuple[Set[Hashable], Set[Hashable]]]) -> Scores:
    """Score the sets (gold, predicted) of each document; n is the number of gold items."""
    marked = predicted_count = right = 0
    for gold, predicted in pairs:
        marked += len(gold)
        predicted_count += len(predicted)
        right += len(gold & predicted)
    precision = right / predicted_count if predicted_count else 0.0
    recall = right / marked if marked else 0.0
    f1 = 2 * right / (marked + predicted_count) if marked + predicted_count else 0.0
    return {"n": marked, "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}

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
    return scores(marked, ratio(right, predicted_count), ratio(right, marked))


def scores(n: int, precision: float, recall: float) -> Scores:
    """The leaf of a part that n items were marked in."""
    f1 = ratio(2 * precision * recall, precision + recall)
    return {"n": n, "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def ratio(part: float, whole: float) -> float:
    """The share of a part; 0 of nothing."""
    return part / whole if whole else 0.0

"""Precision, recall and F1, micro-averaged over documents."""

from collections.abc import Hashable, Iterable, Set
from typing import Any

Scores = dict[str, Any]


def scores(pairs: Iterable[tuple[Set[Hashable], Set[Hashable]]]) -> Scores:
    """(gold, found) of each document -> {"n", "precision", "recall", "f1"}; n is what is marked in the gold."""
    marked = found = right = 0
    for gold, predicted in pairs:
        marked += len(gold)
        found += len(predicted)
        right += len(gold & predicted)
    precision = right / found if found else 0.0
    recall = right / marked if marked else 0.0
    f1 = 2 * right / (marked + found) if marked + found else 0.0
    return {"n": marked, "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}

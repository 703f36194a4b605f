"""The baseline of concept recognition: exact names of a vocabulary, ignoring case, at word boundaries, longest first.

Without word forms, inverted names, abbreviations, case of acronyms and assertion.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pyarrow as pa

_WORD = re.compile(r"\w+")
_SHORTEST = 3


class PlainDictionary:
    """Exact lookup of the names of counted concepts."""

    def __init__(self, concepts: pa.Table, names: pa.Table) -> None:
        counted = set(concepts.filter(concepts["counted"])["concept_id"].to_pylist())
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        for concept_id, name in zip(names["concept_id"].to_pylist(), names["name"].to_pylist(), strict=True):
            if concept_id in counted and len(name) >= _SHORTEST:
                self._ids[name.lower()].add(concept_id)
                self._lengths[name.lower()[:_SHORTEST]].add(len(name))

    def find(self, text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Yield (start, end, concept ids) of names from left to right, the longest first, without overlaps."""
        lower = text.lower()
        last_end = 0
        for word in _WORD.finditer(lower):
            start = word.start()
            if start < last_end:
                continue
            for length in sorted(self._lengths.get(lower[start : start + _SHORTEST], ()), reverse=True):
                end = start + length
                ids = self._ids.get(lower[start:end])
                if ids and not (lower[end : end + 1].isalnum() and lower[end - 1].isalnum()):
                    yield start, end, frozenset(ids)
                    last_end = end
                    break

"""The rules of subject_rules.toml, with every {name} replaced by its definition.

Arrow applies them to whole columns with RE2; Python's `re` reads the same syntax where positions are needed.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules import load_rules

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")
_NUMBER = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?")
_FRACTION = re.compile(r"\(?([13])/([24])\)?")


@cache
def patterns(section: str, name: str) -> tuple[str, ...]:
    """The patterns of one entry of subject_rules.toml, case-insensitive and in RE2's syntax."""
    entry = load_rules("subject_rules")[section][name]
    return tuple(f"(?i){_expanded(pattern)}" for pattern in ([entry] if isinstance(entry, str) else entry))


@cache
def compiled(section: str, name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of one entry of subject_rules.toml for `re`."""
    return tuple(re.compile(pattern) for pattern in patterns(section, name))


def matches_any(texts: pa.Array, section: str, name: str) -> npt.NDArray[np.bool_]:
    """Whether each text matches at least one pattern of an entry."""
    found = np.zeros(len(texts), bool)
    for pattern in patterns(section, name):
        found |= np.asarray(pc.match_substring_regex(texts, pattern), bool)
    return found


def count_matches(texts: pa.Array, section: str, name: str) -> npt.NDArray[np.int64]:
    """How often each text matches the one pattern of an entry."""
    [pattern] = patterns(section, name)
    return np.asarray(pc.count_substring_regex(texts, pattern), np.int64)


def number_of(words: str) -> float | None:
    """Return 'twenty-one', '4(1/2)', '1,021' or 'a couple of' as a number; None where there is none.

    A comma before three digits groups thousands, any other is a decimal comma: '1,021' -> 1021, '2,5' -> 2.5.
    """
    values: Mapping[str, Any] = load_rules("subject_rules")["numbers"]
    half = _FRACTION.search(words)
    total, is_number = (int(half[1]) / int(half[2]), True) if half else (0.0, False)
    for part in _NUMBER.findall(_FRACTION.sub(" ", words.lower())):
        if part[0].isdigit():
            grouped = re.fullmatch(r"\d+,\d{3}", part)
            total += float(part.replace(",", "" if grouped else "."))
            is_number = True
        elif part in values:
            total += values[part]
            is_number = True
    return total if is_number else None


def _expanded(pattern: str) -> str:
    words = {**load_rules("subject_rules")["words"], **_lists_of_nouns()}
    while match := _IN_BRACES.search(pattern):
        pattern = pattern[: match.start()] + words[match[1]] + pattern[match.end() :]
    return pattern


def _lists_of_nouns() -> dict[str, str]:
    """The lists of [subjects] that other patterns of that section use as words."""
    subjects = load_rules("subject_rules")["subjects"]
    return {name: subjects[name] for name in ("animal", "people")}

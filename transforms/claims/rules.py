"""The wording of rarity claims, from claim_rules.toml, ready for Arrow's regular expressions.

These are RE2's: a sentence is read in time proportional to its length, whatever it is, hostile ones included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from transforms.rules import load_rules

NAMING = ("opening", "closing", "anaphor", "of", "connector", "verb", "pointer")
"""What tells the words that name what is claimed from those around them."""

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")
_NUMBER = re.compile(r"[a-z]+|[0-9]+")


@dataclass(frozen=True)
class Rule:
    """One wording: where `pattern` matches and `unless` does not; of_title: what it is about must stand in the title.

    `needs` match wherever `pattern` does, and are found faster; `parts` are the named parts of the pattern; 'all' is
    the whole of what it matched.
    """

    pattern: str
    needs: tuple[str, ...]
    unless: str
    of_title: bool
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Rules of one kind of claim, tried on sentences that match each of `needs` and not `unless`."""

    kind: str
    needs: tuple[str, ...]
    unless: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Rules:
    """All that claim_rules.toml says; `any_need` matches where some group's first need does, `naming` has the
    expressions of `NAMING`.
    """

    groups: tuple[Group, ...]
    any_need: str
    numbers: Mapping[str, int]
    bounds: tuple[tuple[str, str], ...]
    hedge: str
    order: re.Pattern[str]
    scopes: tuple[tuple[str, str], ...]
    naming: Mapping[str, re.Pattern[str]]
    common: frozenset[str]
    abbreviations: frozenset[str]
    contrasts: tuple[str, ...]
    concessions: tuple[str, ...]

    def number(self, words: str) -> int:
        """'Twenty-one', '21st', '1,021', 'a single' as a number; 1 where the words hold none ('the only other')."""
        value = 0
        for part in _NUMBER.findall(words.lower().replace(",", "")):
            if part == "hundred":
                value = max(value, 1) * 100
            else:
                value += int(part) if part.isdigit() else self.numbers.get(part, 0)
        return value or 1


@cache
def rules() -> Rules:
    """The rules of claim_rules.toml."""
    read = load_rules("claim_rules")
    words = read["words"]
    groups = tuple(_group(entry, words) for entry in read["group"])
    return Rules(
        groups=groups,
        any_need=_any([group.needs[0] for group in groups]),
        numbers={**read["cardinals"], **read["ordinals"]},
        bounds=tuple((name, _expression(pattern, words)) for name, pattern in read["bounds"].items()),
        hedge=_expression(read["hedge"]["pattern"], words),
        order=re.compile(_expression(read["order"]["pattern"], words)),
        scopes=tuple((entry["name"], _expression(entry["pattern"], words)) for entry in read["scope"]),
        naming={name: re.compile(_expression(read["claimed"][name], words)) for name in NAMING},
        common=frozenset(read["claimed"]["common"]),
        abbreviations=frozenset(read["sentence"]["abbreviations"]),
        contrasts=tuple(read["sentence"]["contrasts"]),
        concessions=tuple(read["sentence"]["concessions"]),
    )


def _group(entry: Mapping[str, Any], words: Mapping[str, str]) -> Group:
    return Group(
        kind=entry["kind"],
        needs=tuple(_expression(need, words) for need in entry["needs"]),
        unless=_any([_expression(pattern, words) for pattern in entry.get("unless", ())]),
        rules=tuple(_rule(rule, words) for rule in entry["rule"]),
    )


def _rule(entry: Mapping[str, Any], words: Mapping[str, str]) -> Rule:
    pattern = _expression(f"(?P<all>{entry['pattern']})", words)
    return Rule(
        pattern=pattern,
        needs=tuple(_expression(need, words) for need in entry.get("needs", ())),
        unless=_any([_expression(each, words) for each in entry.get("unless", ())]),
        of_title=entry.get("of_title", False),
        parts=tuple(re.findall(r"\(\?P<([a-z]+)>", pattern)),
    )


def _expression(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with its {names} written out, to be read without regard to case."""
    while _IN_BRACES.search(pattern):
        pattern = _IN_BRACES.sub(lambda name: words[name[1]], pattern)
    return f"(?i){pattern}"


def _any(patterns: list[str]) -> str:
    """One expression for any of several; '' for none, which never asks to be matched."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)

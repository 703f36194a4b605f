"""The wordings of claims, read from claim_rules.toml and compiled to regular expressions for Arrow.

Arrow uses RE2, which reads a sentence in time proportional to its length, hostile input included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from transforms.rules import load_rules

NAMING = ("opening", "closing", "anaphor", "of", "connector", "verb", "pointer")
"""Patterns that separate the words naming what is claimed from the words around them."""

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")
_NUMBER = re.compile(r"[a-z]+|[0-9]+")


@dataclass(frozen=True)
class ClaimRule:
    """One wording of a claim: `pattern` matches and `unless` does not.

    `needs` are cheaper patterns that match wherever `pattern` does. With `of_title`, what is claimed must also be named
    in the title. The named groups of `pattern` are 'all' (the whole match), 'number', 'limit' and 'what'.
    """

    pattern: str
    needs: tuple[str, ...]
    unless: str
    of_title: bool


@dataclass(frozen=True)
class RuleGroup:
    """ClaimRules for one kind of claim, tried on sentences that match all of `needs` and not `unless`."""

    kind: str
    needs: tuple[str, ...]
    unless: str
    rules: tuple[ClaimRule, ...]


@dataclass(frozen=True)
class ClaimRules:
    """The contents of claim_rules.toml, compiled.

    `any_need` matches wherever the first need of some group does; `naming` holds the patterns named in NAMING.
    """

    groups: tuple[RuleGroup, ...]
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
        """Return 'twenty-one', '21st', '1,021' or 'a single' as a number; 1 where there is none ('the only other')."""
        value = 0
        for part in _NUMBER.findall(words.lower().replace(",", "")):
            if part == "hundred":
                value = max(value, 1) * 100
            else:
                value += int(part) if part.isdigit() else self.numbers.get(part, 0)
        return value or 1


@cache
def claim_rules() -> ClaimRules:
    """Load and compile claim_rules.toml, once a process."""
    data = load_rules("claim_rules")
    words = data["words"]
    groups = tuple(_group(entry, words) for entry in data["group"])
    return ClaimRules(
        groups=groups,
        any_need=_any([group.needs[0] for group in groups]),
        numbers={**data["cardinals"], **data["ordinals"]},
        bounds=tuple((name, _expression(pattern, words)) for name, pattern in data["bounds"].items()),
        hedge=_expression(data["hedge"]["pattern"], words),
        order=re.compile(_expression(data["order"]["pattern"], words)),
        scopes=tuple((entry["name"], _expression(entry["pattern"], words)) for entry in data["scope"]),
        naming={name: re.compile(_expression(data["claimed"][name], words)) for name in NAMING},
        common=frozenset(data["claimed"]["common"]),
        abbreviations=frozenset(data["sentence"]["abbreviations"]),
        contrasts=tuple(data["sentence"]["contrasts"]),
        concessions=tuple(data["sentence"]["concessions"]),
    )


def _group(entry: Mapping[str, Any], words: Mapping[str, str]) -> RuleGroup:
    return RuleGroup(
        kind=entry["kind"],
        needs=tuple(_expression(need, words) for need in entry["needs"]),
        unless=_any([_expression(pattern, words) for pattern in entry.get("unless", ())]),
        rules=tuple(_rule(rule, words) for rule in entry["rule"]),
    )


def _rule(entry: Mapping[str, Any], words: Mapping[str, str]) -> ClaimRule:
    pattern = _expression(f"(?P<all>{entry['pattern']})", words)
    return ClaimRule(
        pattern=pattern,
        needs=tuple(_expression(need, words) for need in entry.get("needs", ())),
        unless=_any([_expression(unless, words) for unless in entry.get("unless", ())]),
        of_title=entry.get("of_title", False),
    )


def _expression(pattern: str, words: Mapping[str, str]) -> str:
    """Return a case-insensitive pattern with each {name} replaced by its definition in `words`."""
    while _IN_BRACES.search(pattern):
        pattern = _IN_BRACES.sub(lambda match: words[match[1]], pattern)
    return f"(?i){pattern}"


def _any(patterns: list[str]) -> str:
    """Return one pattern that matches where any of several does; '' for an empty list."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)

"""Watches: combinations whose count is followed, as a TOML file names them.

    [[watch]]
    name = "leukemic infiltration with extramedullary hematopoiesis in a lymph node"
    terms = ["Leukemia|Leukemic Infiltration", "Hematopoiesis, Extramedullary", "Lymph Nodes"]

Further keys, as the options of `hoofbeats count`: basis, level, exact, include_retracted, only_case_reports, from_year,
to_year.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

_LONGEST_NAME = 200
_LONGEST_ID = 80
_CHOICES = {"basis": ("index", "text", "any"), "level": ("article", "sentence")}
_TYPES = {"exact": bool, "include_retracted": bool, "only_case_reports": bool, "from_year": int, "to_year": int}


class WatchError(ValueError):
    """A watch, or a file of them, that cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Watch:
    """A named combination; `terms` are groups, '|' separates the alternatives of one."""

    name: str
    terms: tuple[str, ...]
    basis: str = "any"
    level: str = "article"
    exact: bool = False
    include_retracted: bool = False
    only_case_reports: bool = False
    from_year: int | None = None
    to_year: int | None = None

    @property
    def watch_id(self) -> str:
        """What names it in tables, files and addresses: its name in small letters, digits and hyphens."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:_LONGEST_ID].strip("-")
        return plain or "watch-" + hashlib.blake2b(self.name.encode(), digest_size=6).hexdigest()

    @property
    def definition(self) -> str:
        """Digest of what is counted; counts of another definition are not compared."""
        told = {name: value for name, value in asdict(self).items() if name != "name"}
        return hashlib.blake2b(repr(sorted(told.items())).encode(), digest_size=8).hexdigest()

    def given(self) -> dict[str, Any]:
        """What differs from the defaults, as the file has it."""
        told = {
            each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) != each.default
        }
        return {**told, "terms": list(self.terms)}


def read_watches(text: str) -> tuple[Watch, ...]:
    """The watches of a TOML file, in its order. Raises `WatchError` for any that cannot be read, or two of one name."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchError(f"not TOML: {error}") from error
    listed = read.pop("watch", [])
    if read or not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise WatchError("expected nothing but [[watch]] tables")
    watches = tuple(watch(each) for each in listed)
    check_distinct(watches)
    return watches


def check_distinct(watches: Sequence[Watch]) -> None:
    """Raises `WatchError` where two watches would go by one id."""
    known: dict[str, Watch] = {}
    for each in watches:
        if each.watch_id in known:
            raise WatchError(f'"{each.name}" and "{known[each.watch_id].name}" are too alike: name one otherwise')
        known[each.watch_id] = each


def watch(told: Mapping[str, Any]) -> Watch:
    """One watch from its keys; raises `WatchError` for a key that is missing, unknown or of another type."""
    name, terms = told.get("name"), told.get("terms")
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise WatchError(f"a watch needs a name, one line of at most {_LONGEST_NAME} characters, not {name!r:.80}")
    if not isinstance(terms, list | tuple) or not terms or not all(isinstance(term, str) and term for term in terms):
        raise WatchError(f'watch "{name}" needs terms, a list of strings')
    unknown = set(told) - {each.name for each in fields(Watch)}
    if unknown:
        raise WatchError(f'watch "{name}" has keys that mean nothing: {", ".join(sorted(unknown))}')
    for key, choices in _CHOICES.items():
        if told.get(key, choices[0]) not in choices:
            raise WatchError(f'watch "{name}": {key} is one of {", ".join(choices)}')
    for key, type_ in _TYPES.items():
        if key in told and type(told[key]) is not type_:
            raise WatchError(f'watch "{name}": {key} is not {type_.__name__}')
    return Watch(**{**told, "name": name.strip(), "terms": tuple(terms)})

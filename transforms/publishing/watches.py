"""Watches: named combinations whose count is followed, read from a TOML file.

    [[watch]]
    name = "leukemic infiltration with extramedullary hematopoiesis in a lymph node"
    terms = ["Leukemia|Leukemic Infiltration", "Hematopoiesis, Extramedullary", "Lymph Nodes"]

Further keys are the filters of a count (`transforms.counting.filters`) but for as_of.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.counting.filters import FIELDS, FilterError, Filters, read_filters

_LONGEST_NAME = 200
_LONGEST_ID = 80
_UNWATCHABLE = {field.name for field in FIELDS if not field.watchable}
_FIRST_FILTERS = {"basis", "level", "exact", "include_retracted", "only_case_reports", "from_year", "to_year"}
"""Filters that enter every digest; one added later does so only where it is set, so that stored digests stay valid."""


class WatchError(ValueError):
    """A watch, or a file of watches, that cannot be read; the message says which one and why."""


@dataclass(frozen=True)
class Watch:
    """A named combination; `terms` are its groups, '|' separates the alternatives of one group."""

    name: str
    terms: tuple[str, ...]
    filters: Filters = Filters()

    @property
    def watch_id(self) -> str:
        """The name in lower-case letters, digits and hyphens: its key in tables, file names and addresses."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:_LONGEST_ID].strip("-")
        return slug or "watch-" + hashlib.blake2b(self.name.encode(), digest_size=6).hexdigest()

    @property
    def definition(self) -> str:
        """BLAKE2b-64 of terms and filters: counts with another definition are not compared."""
        filters = self.filters.values()
        settings = {name: filters[name] for name in _FIRST_FILTERS} | self.filters.changed() | {"terms": self.terms}
        return hashlib.blake2b(repr(sorted(settings.items())).encode(), digest_size=8).hexdigest()

    def to_toml(self) -> dict[str, Any]:
        """The keys of its [[watch]] table: name, terms and the filters that differ from their default."""
        return {"name": self.name, "terms": list(self.terms), **self.filters.changed()}


def read_watches(text: str) -> tuple[Watch, ...]:
    """The watches of a TOML file, in order; raises `WatchError` for one that cannot be read and for two of one id."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchError(f"not TOML: {error}") from error
    entries = content.pop("watch", [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise WatchError("expected nothing but [[watch]] tables")
    watches = tuple(read_watch(entry) for entry in entries)
    check_distinct(watches)
    return watches


def check_distinct(watches: Sequence[Watch]) -> None:
    """Raise `WatchError` where two watches have the same id."""
    by_id: dict[str, Watch] = {}
    for watch in watches:
        if watch.watch_id in by_id:
            raise WatchError(f'"{watch.name}" and "{by_id[watch.watch_id].name}" are too alike: rename one of them')
        by_id[watch.watch_id] = watch


def read_watch(entry: Mapping[str, Any]) -> Watch:
    """One watch from the keys of its table; raises `WatchError` for a key that is missing, unknown or mistyped."""
    name, terms = entry.get("name"), entry.get("terms")
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise WatchError(f"a watch needs a name, one line of at most {_LONGEST_NAME} characters, not {name!r:.80}")
    if not isinstance(terms, list | tuple) or not terms or not all(isinstance(term, str) and term for term in terms):
        raise WatchError(f'watch "{name}" needs terms, a list of strings')
    filters = {key: value for key, value in entry.items() if key not in ("name", "terms")}
    if _UNWATCHABLE & set(filters):
        raise WatchError(f'watch "{name}": a watch cannot have {", ".join(sorted(_UNWATCHABLE & set(filters)))}')
    try:
        return Watch(name.strip(), tuple(terms), read_filters(filters))
    except FilterError as error:
        raise WatchError(f'watch "{name}": {error}') from error

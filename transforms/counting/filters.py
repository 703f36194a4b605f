"""The filters of a count: which articles are counted, and what makes concepts stand together in one of them.

Each filter is declared once, as a field of `Filters` with its values, default and meaning. Built from these fields are
the options of the command, the keys of a watch, the columns of table `watches`, the parameters of the catalog's macros
and queries, and the limits of the PubMed query. A new filter is a field here and a condition in warehouse/sql/macros.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


class FilterError(ValueError):
    """A filter that does not exist, or a value it cannot take; the message says which and what it takes."""


def _filter(
    kind: type,
    meaning: str,
    *,
    default: object,
    choices: tuple[str, ...] = (),
    option: str = "",
    watchable: bool = True,
) -> Any:  # noqa: ANN401 - `dataclasses.field` is typed the same way
    metadata = {"kind": kind, "meaning": meaning, "choices": choices, "option": option, "watchable": watchable}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Filters:
    """What narrows a count. The default of every field leaves the count as wide as it can be, without retractions."""

    basis: str = _filter(
        str,
        "Headings (index), title and abstract (text), or either (any).",
        default="any",
        choices=("index", "text", "any"),
    )
    level: str = _filter(
        str,
        "Together in one article, or in one sentence.",
        default="article",
        choices=("article", "sentence"),
    )
    exact: bool = _filter(bool, "Leave out the concepts below those named.", default=False)
    include_retracted: bool = _filter(bool, "Count retracted articles and notices too.", default=False)
    only_case_reports: bool = _filter(
        bool, "Only case reports, by publication type or text.", default=False, option="--case-reports"
    )
    only_humans: bool = _filter(
        bool, "Only articles whose own data are about humans, by headings or text.", default=False, option="--humans"
    )
    from_year: int | None = _filter(int, "Published in this year or later.", default=None)
    to_year: int | None = _filter(int, "Published in this year or earlier.", default=None)
    as_of: dt.date | None = _filter(dt.date, "Only what had entered by this date.", default=None, watchable=False)

    def __post_init__(self) -> None:
        """Raise `FilterError` for years the wrong way round: no article can match, and 0 would be read as an answer."""
        if self.from_year is not None and self.to_year is not None and self.from_year > self.to_year:
            raise FilterError(f"from_year {self.from_year} is after to_year {self.to_year}: no article can match")

    def values(self) -> dict[str, Any]:
        """Every filter with its value, in order."""
        return {each.name: getattr(self, each.name) for each in FIELDS}

    def changed(self) -> dict[str, Any]:
        """The filters that differ from their default."""
        return {each.name: getattr(self, each.name) for each in FIELDS if getattr(self, each.name) != each.default}


@dataclass(frozen=True)
class FilterField:
    """What the surfaces of the product need to know of one filter.

    kind: the type of its values, None apart; choices: the values of a `str`; option: its option of the command;
    watchable: whether a watch can have it (a count as of a past day never changes).
    """

    name: str
    kind: type
    default: Any
    meaning: str
    choices: tuple[str, ...]
    option: str
    watchable: bool


FIELDS: tuple[FilterField, ...] = tuple(
    FilterField(
        each.name,
        each.metadata["kind"],
        each.default,
        each.metadata["meaning"],
        each.metadata["choices"],
        each.metadata["option"] or "--" + each.name.replace("_", "-"),
        each.metadata["watchable"],
    )
    for each in fields(Filters)
)
"""Every filter, in the order in which they are shown."""


def read_filters(values: Mapping[str, object]) -> Filters:
    """Filters from values by name, those left out at their default.

    Raises `FilterError` for a name that is no filter, a value of another type, or one that is not among the choices.
    """
    by_name = {each.name: each for each in FIELDS}
    unknown = sorted(set(values) - set(by_name))
    if unknown:
        raise FilterError(f"unknown: {', '.join(unknown)}; filters are {', '.join(by_name)}")
    for name, value in values.items():
        declared = by_name[name]
        if declared.choices and value not in declared.choices:
            raise FilterError(f"{name} is one of {', '.join(declared.choices)}, not {value!r}")
        # bool is a subclass of int: `from_year = true` must not pass for the year 1
        if type(value) is not declared.kind and value != declared.default:
            raise FilterError(f"{name} takes {_KINDS[declared.kind]}, not {value!r}")
    return Filters(**values)  # type: ignore[arg-type]  # checked above


_KINDS = {bool: "true or false", int: "a whole number", str: "a word", dt.date: "a date"}

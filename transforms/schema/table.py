"""Declares a table: its grain, its columns with type and meaning, and the order in which its rows are stored.

`Table.conform` checks Arrow data; its error, `SchemaMismatch`, lists every missing, unexpected and mistyped column.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import pyarrow as pa

STRINGS = pa.list_(pa.string())
SPANS = pa.list_(pa.struct([("label", pa.string()), ("start", pa.int32()), ("end", pa.int32())]))
RELATIONS = pa.list_(pa.struct([("kind", pa.string()), ("document_id", pa.string()), ("citation", pa.string())]))
TIMESTAMP = pa.timestamp("us", tz="UTC")
BATCH = ("batch", pa.int32(), "The catalog version that wrote this row.")


class SchemaMismatch(ValueError):
    """A table does not have the columns its schema declares; the message lists every difference."""


@dataclass(frozen=True)
class Column:
    """One column: name, Arrow type, and meaning including the unit."""

    name: str
    type: pa.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: name, grain (what one row is), columns, and the columns by which its rows are sorted."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    sort_by: tuple[str, ...] = ()

    @cached_property
    def arrow(self) -> pa.Schema:
        """The columns as an Arrow schema, in declared order."""
        return pa.schema([pa.field(column.name, column.type) for column in self.columns])

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in declared order."""
        return tuple(column.name for column in self.columns)

    def meaning(self, name: str) -> str:
        """Return the meaning of one column."""
        return next(column.meaning for column in self.columns if column.name == name)

    def empty(self) -> pa.Table:
        """Return a table of this schema without rows."""
        return self.arrow.empty_table()

    def without(self, *names: str) -> "Table":
        """Return this table without some columns, for the steps that run before their values are known."""
        return Table(self.name, self.grain, tuple(c for c in self.columns if c.name not in names), ())

    def conform(self, table: pa.Table) -> pa.Table:
        """Return `table` with its columns in declared order; raises `SchemaMismatch`, which lists every difference."""
        problems = [f"missing {c.name}: {c.type}" for c in self.columns if c.name not in table.column_names]
        problems += [f"unexpected {name}" for name in table.column_names if name not in self.column_names]
        problems += [
            f"{c.name} is {table.schema.field(c.name).type}, not {c.type}"
            for c in self.columns
            if c.name in table.column_names and table.schema.field(c.name).type != c.type
        ]
        if problems:
            raise SchemaMismatch(f"table {self.name}: " + "; ".join(problems))
        return table.select(list(self.column_names)).cast(self.arrow)

    def from_rows(self, rows: Iterable[dict[str, object]]) -> pa.Table:
        """Return a table of this schema from rows as dictionaries; a missing key is NULL."""
        values = _transpose(list(rows), self.column_names)
        return self.from_columns(dict(zip(self.column_names, values, strict=True)))

    def from_columns(self, values: Mapping[str, Sequence[object]]) -> pa.Table:
        """Return a table of this schema from the values of each column."""
        arrays = [pa.array(values[column.name], column.type) for column in self.columns]
        return pa.Table.from_arrays(arrays, schema=self.arrow)


def _transpose(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> list[Sequence[object]]:
    """Return the values of each column. If every row has all keys, `itemgetter` does it in a third of the time."""
    if rows and len(names) > 1:
        with contextlib.suppress(KeyError):
            return [*zip(*map(itemgetter(*names), rows), strict=True)]
    return [[row.get(name) for row in rows] for name in names]


def columns(*rows: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    """Return columns from rows of (name, type, meaning)."""
    return tuple(Column(*row) for row in rows)

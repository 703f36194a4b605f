"""How a table is declared: its columns with type and meaning, its grain, the order its rows are stored in.

`Table.conform` raises `SchemaMismatch`, which names every missing, unexpected and wrongly typed column at once.
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
    """One column: what it is called, its Arrow type, what it means (units included)."""

    name: str
    type: pa.DataType
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: its grain (what one row is), its columns and the order its rows are stored in."""

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
        """What one column means."""
        return next(column.meaning for column in self.columns if column.name == name)

    def empty(self) -> pa.Table:
        """No rows of this table."""
        return self.arrow.empty_table()

    def without(self, *names: str) -> "Table":
        """The same table lacking some columns, for the steps that run before those are known."""
        return Table(self.name, self.grain, tuple(c for c in self.columns if c.name not in names), ())

    def conform(self, table: pa.Table) -> pa.Table:
        """`table` with its columns in declared order; raises `SchemaMismatch` listing every difference."""
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
        """Rows as dictionaries -> a table of this schema; absent keys are NULL."""
        values = _transposed(list(rows), self.column_names)
        return self.from_columns(dict(zip(self.column_names, values, strict=True)))

    def from_columns(self, values: Mapping[str, Sequence[object]]) -> pa.Table:
        """The values of each column -> a table of this schema."""
        arrays = [pa.array(values[column.name], column.type) for column in self.columns]
        return pa.Table.from_arrays(arrays, schema=self.arrow)


def _transposed(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> list[Sequence[object]]:
    """The values of each name; at once where every row has them all, which takes a third of the time."""
    if rows and len(names) > 1:
        with contextlib.suppress(KeyError):
            return [*zip(*map(itemgetter(*names), rows), strict=True)]
    return [[row.get(name) for row in rows] for name in names]


def columns(*rows: tuple[str, pa.DataType, str]) -> tuple[Column, ...]:
    """Rows of (name, type, meaning) as columns."""
    return tuple(Column(*row) for row in rows)

"""Output on the terminal: tables for people, JSON for programs."""

import base64
import datetime as dt
import json
import math
import re
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from transforms.text.normalize import without_controls

_HIGH_CONTROL = re.compile(r"[\x7f-\x9f]")

Row = dict[str, Any]


def as_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    content = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2)
    # JSON escapes the control characters below 0x20; those from 0x7f to 0x9f steer terminals as well.
    sys.stdout.write(_HIGH_CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", content) + "\n")


def as_table(rows: Iterable[Row], columns: Sequence[str], headings: dict[str, str] | None = None) -> None:
    """Print the named columns of rows as a table on stdout; numbers to the right."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    listed = list(rows)
    for name in columns:
        numeric = all(isinstance(row[name], int | float | None) for row in listed)
        table.add_column((headings or {}).get(name, name), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(str(row[name]) if _is_id(name, row[name]) else text(row[name])) for name in columns))
    _console().print(table)


def _is_id(column: str, value: object) -> bool:
    """Whether a number is an identifier, not an amount: a year or a PMID has no thousands separator."""
    return isinstance(value, int) and column.endswith(("year", "_id", "pmid", "version", "batch"))


def lines(*texts: str) -> None:
    """Print lines on stdout as they are: square brackets are not markup."""
    for line in texts:
        _console().print(Text(without_controls(line)), soft_wrap=True)


def note(message: str) -> None:
    """Print a line on stderr: logs and remarks, never data."""
    Console(stderr=True).print(Text(without_controls(message)), soft_wrap=True)


def text(value: object) -> str:
    """A value as people read it: with thousands separators, small numbers with three significant digits."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        case list():
            return ", ".join(text(part) for part in value)
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        case _:
            return without_controls(str(value))


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold; a return a type
    """A value of DuckDB as JSON can hold it, without loss: what has no form there becomes text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return float(value) if value.is_finite() and Decimal(repr(float(value))) == value else str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b16encode(bytes(value)).decode().lower()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dict():
            return {key if isinstance(key, str) else _key(key): plain(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(part) for part in value]
        case _:
            return str(value)


def _key(key: object) -> str:
    """The key of a map as the text that JSON needs."""
    value = plain(key)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _console() -> Console:
    """Stdout; in a pipe as wide as the content needs, so that nothing is wrapped."""
    return Console() if sys.stdout.isatty() else Console(width=10_000)

"""Output on the terminal: tables for people, JSON for programs."""

import base64
import datetime as dt
import json
import math
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from transforms.text.normalize import without_controls

_HIGH_CONTROL = re.compile(r"[\x7f-\x9f]")

_TEXT_BEGINS = re.compile(r"\w[\w ]*?\s{2,}|\s*")
_GAP = 2

Row = dict[str, Any]


def as_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    content = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2)
    # JSON escapes the control characters below 0x20; those from 0x7f to 0x9f steer terminals as well.
    sys.stdout.write(_HIGH_CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", content) + "\n")


def as_table(rows: Iterable[Row], columns: Sequence[str], headings: dict[str, str] | None = None) -> None:
    """Print the named columns of rows as a table on stdout; numbers to the right.

    Numbers and ids keep their width, names share the rest and wrap at blanks. A table whose words do not fit beside
    each other is printed row by row, a line a column.
    """
    named = headings or {}
    titles = [without_controls(named.get(name, name)) for name in columns]
    given = list(rows)
    listed = [[_cell(name, row[name]) for name in columns] for row in given]
    numeric = [all(isinstance(row[name], int | float | None) for row in given) for name in columns]
    console = _console()
    narrowest = [
        max(_longest_word(title), *(len(row[at]) if numeric[at] else _longest_word(row[at]) for row in listed), 1)
        for at, title in enumerate(titles)
    ]
    if sum(narrowest) + _GAP * (len(columns) - 1) > console.width:
        _print_row_by_row(titles, listed)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title, is_numeric, width in zip(titles, numeric, narrowest, strict=True):
        table.add_column(title, justify="right" if is_numeric else "left", min_width=width)
    for row in listed:
        table.add_row(*map(Text, row))
    console.print(table)


def _print_row_by_row(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a line a column, "title  value", and a blank line between rows."""
    width = max(map(len, titles), default=0) + _GAP
    for number, row in enumerate(rows):
        lines(*([""] if number else []), *(f"{title:{width}}{value}" for title, value in zip(titles, row, strict=True)))


def _cell(column: str, value: object) -> str:
    return str(value) if _is_id(column, value) else text(value)


def _longest_word(value: str) -> int:
    return max(map(len, value.split()), default=0)


def _is_id(column: str, value: object) -> bool:
    """Whether a number is an identifier, not an amount: a year or a PMID has no thousands separator."""
    return isinstance(value, int) and column.endswith(("year", "_id", "pmid", "version", "batch"))


def lines(*texts: str) -> None:
    """Print lines on stdout as they are: square brackets are not markup. On a terminal they wrap at blanks."""
    console = _console()
    for line in texts:
        console.print(Text(_wrapped(without_controls(line), console)), soft_wrap=True)


def note(message: str) -> None:
    """Print a line on stderr: logs and remarks, never data."""
    console = Console(stderr=True)
    wrapped = (_wrapped(without_controls(line), console) for line in message.split("\n"))
    console.print(Text("\n".join(wrapped)), soft_wrap=True)


def _wrapped(line: str, console: Console) -> str:
    """A line wrapped at blanks on a terminal, what follows indented to where its text begins.

    "rate          3 per million (95 %: ...)" begins at its label's end; "    claim: ..." at its own indent.
    """
    if not console.is_terminal or len(line) <= console.width:
        return line
    begin = _TEXT_BEGINS.match(line)
    indent = min(begin.end() if begin else 0, console.width // 2)
    return "\n".join(
        textwrap.wrap(
            line,
            console.width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
            drop_whitespace=True,
        )
    )


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

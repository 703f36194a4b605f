"""Rows of any query on stdout: a table for people, JSON, JSON lines, CSV, TSV or Markdown for programs.

Rows are written by position, so that two columns may share a name. Every type of DuckDB has a form in each format.
"""

import csv
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from flows import terminal
from flows.terminal import plain
from transforms.text.normalize import without_controls


class ResultFormat(StrEnum):
    """The formats of a result."""

    TABLE = "table"
    JSON = "json"
    JSON_LINES = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"


def write_result(columns: Sequence[str], rows: Sequence[Sequence[Any]], written_as: ResultFormat) -> None:
    """Write rows on stdout; of two columns with one name, the second is called name_2."""
    names = unique_names(columns)
    match written_as:
        case ResultFormat.TABLE:
            terminal.as_table([dict(zip(names, row, strict=True)) for row in rows], names)
        case ResultFormat.JSON:
            terminal.as_json([dict(zip(names, row, strict=True)) for row in rows])
        case ResultFormat.JSON_LINES:
            for row in rows:
                sys.stdout.write(_json(dict(zip(names, row, strict=True))) + "\n")
        case ResultFormat.CSV | ResultFormat.TSV:
            delimiter = "," if written_as is ResultFormat.CSV else "\t"
            writer = csv.writer(sys.stdout, delimiter=delimiter, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_field(value) for value in row] for row in rows)
        case ResultFormat.MARKDOWN:
            sys.stdout.write(f"| {' | '.join(map(_cell, names))} |\n|{'---|' * len(names)}\n")
            for row in rows:
                sys.stdout.write(f"| {' | '.join(_cell(_field(value)) for value in row)} |\n")


def unique_names(columns: Sequence[str]) -> list[str]:
    """The names of columns with a number behind repeated ones: name, name -> name, name_2."""
    names: list[str] = []
    for column in columns:
        number, name = 1, column
        while name in names or (number > 1 and name in columns):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _json(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def _field(value: object) -> str:
    """A value as a field of CSV, without control characters; NULL is empty, lists and structures are JSON."""
    if value is None:
        return ""
    given = plain(value)
    return without_controls(given if isinstance(given, str) else _json(given))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

"""The SQL of the warehouse, one statement a file: functions, views, macros, queries, and the steps of a commit."""

from functools import cache
from importlib.resources import files

_SQL = files("warehouse") / "sql"


@cache
def statements(folder: str) -> dict[str, str]:
    """The statements of one folder by name, in the order of the files; their leading number is not the name."""
    found = sorted(
        (file for file in (_SQL / folder).iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".sql").lstrip("0123456789_"): file.read_text(encoding="utf-8") for file in found}


def statement(folder: str, name: str) -> str:
    """One statement by its name."""
    return statements(folder)[name]


def quoted(name: str) -> str:
    """A name as SQL text."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string as SQL text, for the statements that cannot be given bound values: views, comments, COPY."""
    return "'" + text.replace("'", "''") + "'"

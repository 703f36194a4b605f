"""The SQL of the warehouse, one statement a file: functions, views, macros, queries, and the steps of a commit."""

from functools import cache
from importlib.resources import files

from transforms.counting.filters import FIELDS

_SQL = files("warehouse") / "sql"


@cache
def statements(folder: str) -> dict[str, str]:
    """The statements of one folder of warehouse/sql by name, in file order; the leading number is not part of it."""
    paths = [path for path in (_SQL / folder).iterdir() if path.name.endswith(".sql")]
    return {
        path.name.removesuffix(".sql").lstrip("0123456789_"): _with_filters(path.read_text(encoding="utf-8"))
        for path in sorted(paths, key=lambda path: path.name)
    }


def statement(folder: str, name: str) -> str:
    """One statement by its name."""
    return statements(folder)[name]


def filter_parameters() -> str:
    """The filters of a count as the parameters of a macro: basis := 'any', level := 'article', exact := false, ..."""
    return ", ".join(f"{field.name} := {_default(field.default)}" for field in FIELDS)


def _with_filters(sql: str) -> str:
    """Fill in the filters, so that a new one is declared in `transforms.counting.filters` and nowhere else.

    {filter_parameters} declares them in a macro, {filter_arguments} hands them on from one macro to another, and
    {filter_values} binds them in a query: basis := 'any' | basis := basis | basis := $basis.
    """
    return (
        sql.replace("{filter_parameters}", filter_parameters())
        .replace("{filter_arguments}", ", ".join(f"{field.name} := {field.name}" for field in FIELDS))
        .replace("{filter_values}", ", ".join(f"{field.name} := ${field.name}" for field in FIELDS))
    )


def _default(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else literal(str(value))


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string as an SQL literal, for the statements that take no bound values: views, comments, COPY."""
    return "'" + text.replace("'", "''") + "'"

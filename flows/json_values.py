"""Values of DuckDB and Python in the form that JSON can hold."""

import base64
import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - whatever JSON can hold; a return a type
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

"""Rules that are data: word lists, patterns and selectors in TOML files, read through one loader.

In: the name of a rule file of this package, e.g. "web_walls". Out: its content as plain dictionaries and lists.
Start with `load_rules`; the head of each TOML file says what its entries mean.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load_rules(name: str) -> dict[str, Any]:
    """Return the parsed content of the rule file `name`.toml.

    The result is cached and shared by all callers: treat it as read-only. Raises FileNotFoundError for an unknown name.
    """
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))

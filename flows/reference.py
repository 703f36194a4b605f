"""docs/reference.md: every verb and every setting, written from the code that declares them.

python -m flows.reference > docs/reference.md
"""

import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from flows.cli.app import app
from flows.settings import CONFIGURATION_FILE, Settings

_UNPREFIXED = {"ncbi_api_key": "NCBI_API_KEY"}
"""Settings whose variable NCBI's other tools read too."""


def verbs() -> dict[str, TyperCommand]:
    """Every verb of the command by its full name, e.g. 'watch add'; sorted."""
    return dict(sorted(_leaves(get_command(app), "")))


def variables() -> dict[str, FieldInfo]:
    """Every setting by the name of its environment variable."""
    return {_UNPREFIXED.get(name, f"HOOFBEATS_{name.upper()}"): field for name, field in Settings.model_fields.items()}


def markdown() -> str:
    """The reference as Markdown."""
    return "\n".join((*_verb_lines(), *_setting_lines())) + "\n"


def _leaves(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for part, below in command.commands.items():
            yield from _leaves(below, f"{name} {part}".strip())
    elif isinstance(command, TyperCommand):
        yield name, command


def _verb_lines() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Written by `python -m flows.reference` from the code that declares the verbs and settings."
    yield ""
    yield "## Verbs"
    yield ""
    yield "Data go to stdout, everything else to stderr. Exit code 0: done; 1: failed; 2: wrong usage."
    for name, command in verbs().items():
        yield f"\n### hoofbeats {name}\n"
        yield command.help or ""
        arguments = [part for part in command.params if isinstance(part, TyperArgument)]
        options = [part for part in command.params if isinstance(part, TyperOption) and "--help" not in part.opts]
        yield (
            f"\n    hoofbeats {name} {' '.join(part.metavar or part.name or '' for part in arguments)}".rstrip() + "\n"
        )
        if options:
            yield "| option | meaning | default |"
            yield "|---|---|---|"
        for option in options:
            yield f"| {_option_name(option)} | {_cell(option.help or '')} | {_default(option.default)} |"
        if command.epilog:
            yield f"\n{command.epilog}"


def _option_name(option: TyperOption) -> str:
    values = _values(option.type_descriptor.annotation)
    return f"`{'/'.join((*option.opts, *option.secondary_opts))}`{f' {values}' if values else ''}"


def _values(annotation: Any) -> str:  # noqa: ANN401 - a type
    """The values of an option that takes a fixed set of them, separated for a Markdown table."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " \\| ".join(str(member.value) for member in annotation)
    return " \\| ".join(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ""


def _setting_lines() -> Iterator[str]:
    yield "\n## Settings"
    yield ""
    yield f"Each is an environment variable, or its name in lower case without HOOFBEATS_ in `{CONFIGURATION_FILE}`."
    yield ""
    yield "| variable | meaning | default |"
    yield "|---|---|---|"
    for name, field in variables().items():
        yield f"| `{name}` | {_cell(field.description or '')} | {_default(field.default)} |"


def _default(value: object) -> str:
    return "" if value is None or value == "" or value is False else f"`{_cell(str(value))}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown())

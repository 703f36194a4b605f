"""What reaches the terminal: no control characters of titles, names and file names."""

import json

import pytest

from flows import terminal

HOSTILE = "Red\x1b[31m\x07\x9b2J gout\x08\x7f\x1b]0;title\x07"


def printable(text: str) -> bool:
    return all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize(
    "show",
    [
        lambda: terminal.lines(HOSTILE),
        lambda: terminal.note(HOSTILE),
        lambda: terminal.as_table([{"name": HOSTILE, "names": [HOSTILE]}], ["name", "names"]),
    ],
)
def test_control_characters_do_not_reach_the_terminal(capsys, show):
    show()
    output = "".join(capsys.readouterr())
    assert "Red gout" in output
    assert printable(output)


def test_json_keeps_them_escaped(capsys):
    terminal.as_json({"name": HOSTILE, "accents": "S\u00e9zary"})
    output = capsys.readouterr().out
    assert printable(output)
    assert "S\u00e9zary" in output
    assert json.loads(output)["name"] == HOSTILE

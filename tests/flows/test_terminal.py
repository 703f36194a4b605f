"""Tables and lines on a real terminal of several widths: no word is broken."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

ROWS = [
    {
        "articles": 1234,
        "name": "Hematopoiesis, Extramedullary",
        "with": "Lymphoproliferative Disorders",
        "expected": 0.0147,
    },
    {"articles": 4, "name": "Carcinoma in Situ", "with": "Neoplasm Invasiveness", "expected": 12.5},
]
LINE = "rate          133 per million (95 %: 36.3 to 341), and further words that wrap at blanks and nowhere else"
SCRIPT = f"""
from flows import terminal
terminal.as_table({ROWS!r}, ["articles", "name", "with", "expected"])
terminal.as_table([{{**row, **{{f"further_{{n}}": 10**6 * n for n in range(9)}}}} for row in {ROWS!r}],
    ["articles", "name", "with", *(f"further_{{n}}" for n in range(9))])
terminal.lines({LINE!r})
"""


def output_on_a_terminal(script, columns):
    """What a script prints on a pseudo-terminal of this width, without colours."""
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}, "TERM": "xterm"}
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=writing, stdout=writing, stderr=writing, env=environment
    )
    os.close(writing)
    received = b""
    try:
        while part := os.read(reading, 65536):
            received += part
    except OSError:
        pass  # Linux: the other end is closed
    os.close(reading)
    assert child.wait() == 0, received
    return re.sub(r"\x1b\[[0-9;]*m", "", received.decode()).replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_word_is_broken(columns):
    shown = output_on_a_terminal(SCRIPT, columns)
    assert max(len(line.rstrip()) for line in shown.splitlines()) <= columns
    words = {word for row in ROWS for value in row.values() if isinstance(value, str) for word in value.split()}
    assert words | set(LINE.split()) | {"1,234", "8,000,000", "0.0147"} <= set(shown.split())

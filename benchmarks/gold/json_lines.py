"""Labelled rows as JSON lines."""

import json
from pathlib import Path
from typing import Any


def read_json_lines(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]

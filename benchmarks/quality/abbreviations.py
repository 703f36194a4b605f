"""Quality of abbreviation detection on labelled pairs of short and long form, in the format of Ab3P's MED1250.

Baseline: a short form in brackets whose letters are the initials of the words before it, one word for each letter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.gold.pubtator import development_files
from benchmarks.gold.scores import score_sets
from transforms.annotation.abbreviations import find_definitions

_ID = re.compile(r"\d+\s*")
_BRACKETED = re.compile(r"\(([A-Za-z]{2,10})\)")


@dataclass
class LabelledAbstract:
    """An abstract with its labelled pairs (short form, long form)."""

    lines: list[str] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of every file by its name; None if there are none."""
    files = [path for path in development_files(data / "gold" / "ab3p") if path.suffix == ".txt"]
    figures = {}
    for path in files:
        documents = list(read_labelled(path))
        texts = [" ".join(document.lines) for document in documents]
        gold = [document.pairs for document in documents]
        own = [
            {(definition.short, text[definition.start : definition.end]) for definition in find_definitions(text)}
            for text in texts
        ]
        plain = [set(_find_initials(text)) for text in texts]
        figures[path.stem] = {
            **score_sets(zip(gold, own, strict=True)),
            "baseline": score_sets(zip(gold, plain, strict=True)),
        }
    return figures or None


def read_labelled(path: Path) -> Iterator[LabelledAbstract]:
    """Yield the abstracts of a file: a line with the id, text, lines of '  short|long', comments after '//'."""
    document = None
    for line in path.read_text("utf-8").splitlines():
        if _ID.fullmatch(line):
            if document:
                yield document
            document = LabelledAbstract()
        elif document and line.startswith("  ") and "|" in line:
            short, _, long = line.partition("|")
            document.pairs.add((short.strip(), long.strip()))
        elif document and line.strip() and not line.startswith("//"):
            document.lines.append(line.strip())
    if document:
        yield document


def _find_initials(text: str) -> Iterator[tuple[str, str]]:
    for match in _BRACKETED.finditer(text):
        short = match[1]
        words = list(re.finditer(r"\w+", text[: match.start()]))[-len(short) :]
        if [word[0][0].lower() for word in words] == list(short.lower()):
            yield short, text[words[0].start() : words[-1].end()]

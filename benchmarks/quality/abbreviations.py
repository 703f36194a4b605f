"""Abbreviations against hand-marked pairs of short and long form (the format of Ab3P's MED1250).

Baseline: a short form in brackets after as many words as it has letters, whose initials it spells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.quality._pubtator import development_files
from benchmarks.quality._scores import scores
from transforms.annotation.abbreviations import find_definitions

_ID = re.compile(r"\d+\s*")
_BRACKETED = re.compile(r"\(([A-Za-z]{2,10})\)")


@dataclass
class Labelled:
    """An abstract and its marked pairs (short form, long form)."""

    lines: list[str] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)


def measure(data: Path) -> dict[str, Any] | None:
    """The figures of every file that is there, by its name."""
    files = [path for path in development_files(data / "gold" / "ab3p") if path.suffix == ".txt"]
    figures = {}
    for path in files:
        documents = list(read(path))
        texts = [" ".join(document.lines) for document in documents]
        gold = [document.pairs for document in documents]
        own = [{(one.short, text[one.start : one.end]) for one in find_definitions(text)} for text in texts]
        plain = [set(_plainly(text)) for text in texts]
        figures[path.stem] = {
            **scores(zip(gold, own, strict=True)),
            "baseline": scores(zip(gold, plain, strict=True)),
        }
    return figures or None


def read(path: Path) -> Iterator[Labelled]:
    """The abstracts of a file: a line with the id, text, lines of '  short|long', remarks after '//'."""
    document = None
    for line in path.read_text("utf-8").splitlines():
        if _ID.fullmatch(line):
            if document:
                yield document
            document = Labelled()
        elif document and line.startswith("  ") and "|" in line:
            short, _, long = line.partition("|")
            document.pairs.add((short.strip(), long.strip()))
        elif document and line.strip() and not line.startswith("//"):
            document.lines.append(line.strip())
    if document:
        yield document


def _plainly(text: str) -> Iterator[tuple[str, str]]:
    for found in _BRACKETED.finditer(text):
        short = found[1]
        words = list(re.finditer(r"\w+", text[: found.start()]))[-len(short) :]
        if [word[0][0].lower() for word in words] == list(short.lower()):
            yield short, text[words[0].start() : words[-1].end()]

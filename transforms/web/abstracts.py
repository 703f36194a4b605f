"""Finds the abstracts among the lines of a part of a page: one for each language or version, with its labels.

lines (rank)                        abstracts
Abstract (2)                        heading "Abstract"
Background: We saw camels.          text "Background: We saw camels. Results: Two."
Results: Two.                       labels "Background:" and "Results:" as spans of the text
View on mobile                      boilerplate, left out
Introduction (2)                    a heading of the same rank ends the abstract
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from transforms.text.section_marks import Mark, find_marks, is_label
from transforms.web.boilerplate import (
    ABSTRACT_HEADINGS,
    BEGIN_HEADINGS,
    END_HEADINGS,
    INDEX_HEADINGS,
    OTHER_HEADINGS,
    is_boilerplate,
    is_prose,
    strip_abstract_label,
)
from transforms.web.tree import Block, normalize_heading

LONGEST_ABSTRACT = 8_000
"""Code points. The longest structured abstracts have about 6,000; a longer text is a full text."""

_SHORTEST = 40
_LOWEST_RANK = 6
_LONGEST_NOTICE_WITHIN = 200
_LONGEST_HEADING = 90
_LONGEST_TERM = 100
_SENTENCE = re.compile(r"[.!?。！？]\W*$")
_SEPARATOR = re.compile(r"[;,|/·•>]")
_ALSO_LABELS = frozenset(("key message", "key messages", "key points", "significance statement", "in brief"))


@dataclass
class Abstract:
    """An abstract, built line by line. heading: the one above it, '' for none; rank: of that heading, 1 to 6."""

    heading: str = ""
    rank: int = 0
    language: str | None = None
    parts: list[str] = field(default_factory=list)
    labels: list[Mark] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, label: str = "") -> None:
        """Add a line; `label` is the beginning of it that names the part."""
        start = self.length + bool(self.parts)
        if label:
            self.labels.append(Mark("label", start, start + len(label)))
        self.parts.append(text)
        self.length = start + len(text)

    def label_of(self, number: int) -> str:
        """Return the label at the beginning of a line, '' if it has none."""
        start = sum(len(part) + 1 for part in self.parts[:number])
        return next((self.parts[number][: mark.end - start] for mark in self.labels if mark.start == start), "")

    def remove_from(self, number: int) -> None:
        """Remove a line and all that follow, with their labels."""
        del self.parts[number:]
        self.length = len(self.text)
        self.labels = [label for label in self.labels if label.end <= self.length]

    @property
    def text(self) -> str:
        """The abstract on one line."""
        return " ".join(self.parts)

    @property
    def awaits_text(self) -> bool:
        """Whether the last line is a label: the next line is its text, even if it is only 'IV' or a DOI."""
        return bool(self.labels) and self.labels[-1].end == self.length

    @property
    def is_abstract(self) -> bool:
        """Whether the length is that of an abstract and part of the text reads as sentences."""
        return _SHORTEST <= self.length <= LONGEST_ABSTRACT and (
            any(is_prose(part) for part in self.parts)
            or is_prose(self.text)
            or bool(self.heading and self.length > 4 * _SHORTEST)
        )

    def marks(self) -> tuple[Mark, ...]:
        """Return the labels of the markup and the marks that `find_marks` finds outside them."""
        text = self.text
        taken = list(self.labels)
        taken += [
            mark
            for mark in find_marks(text)
            if not any(mark.start < label.end and label.start < mark.end for label in taken)
        ]
        return tuple(sorted(taken, key=lambda mark: mark.start))


def find_abstracts(blocks: Iterable[Block], language: str | None = None) -> list[Abstract]:
    """Return the abstracts among lines: those below a heading for one, else the lines below no other heading.

    Lines of boilerplate are left out. A heading that begins another part of the page ends an abstract.
    """
    abstracts = [Abstract(language=language)]
    inside = True
    for block in blocks:
        form = normalize_heading(block.text) if len(block.text) <= _LONGEST_HEADING else ""
        current = abstracts[-1]
        if form in ABSTRACT_HEADINGS and (not current.parts or not current.heading or block.rank <= current.rank):
            abstracts.append(Abstract(block.text, block.rank or _LOWEST_RANK, language))
            inside = True
        elif form in _ALSO_LABELS and current.heading and block.rank > current.rank:
            current.add(block.text, block.text)
        elif form in END_HEADINGS and not current.parts and not block.rank:
            continue  # the name of a control above the text, such as "Cite"; the text still follows
        elif form in OTHER_HEADINGS or form in END_HEADINGS or _ends(current, block, form):
            inside = False
        elif inside:
            _add(current, block)
    headed = [abstract for abstract in abstracts if abstract.heading]
    return _without_trailing_labels(headed or abstracts)


def _ends(current: Abstract, block: Block, form: str) -> bool:
    """Whether a heading begins the full text or another part of the page with the rank of the abstract."""
    if not current.parts:
        return False
    return form in BEGIN_HEADINGS or (0 < block.rank <= current.rank and not is_label(block.text))


def _add(current: Abstract, block: Block) -> None:
    """Add a line to an abstract, as label or text, unless it is boilerplate or a heading before the text."""
    text = block.text
    if is_label(text):
        current.add(text, text)
        return
    if (block.rank or block.label == text) and not is_prose(text):
        if (current.parts or block.rank > current.rank > 0) and len(text) <= _LONGEST_HEADING:
            current.add(text, text)
        return
    if not current.parts:
        text = strip_abstract_label(text)
    if not current.awaits_text and is_boilerplate(block._replace(text=text), _LONGEST_NOTICE_WITHIN):
        return
    label = block.label if text.startswith(block.label) and len(block.label) < len(text) else ""
    current.add(text, label if is_label(label) or label.endswith(":") else "")


def _without_trailing_labels(abstracts: list[Abstract]) -> list[Abstract]:
    """Remove index terms and labels at the end, which no text follows, and return what is an abstract."""
    for abstract in abstracts:
        _remove_index(abstract)
        while abstract.labels and abstract.labels[-1].end == abstract.length and len(abstract.parts) > 1:
            last = abstract.parts[-1]
            if abstract.labels[-1].end - abstract.labels[-1].start != len(last):
                break
            abstract.parts.pop()
            abstract.labels.pop()
            abstract.length -= len(last) + 1
    return [abstract for abstract in abstracts if abstract.is_abstract]


def _remove_index(abstract: Abstract) -> None:
    """Remove headings at the end whose text is a list of terms: 'Subject areas', 'Oncology', 'Lymphoma'.

    A list below a label of a structured abstract or after a colon is text: 'Level of evidence', 'IV'.
    """
    while True:
        count = len(abstract.parts)
        first = count
        while first > 1 and _is_term(abstract.parts[first - 1]):
            first -= 1
        starts = [
            number for number in range(first, count) if _begins_index(abstract, number, is_last=number == count - 1)
        ]
        if not starts:
            return
        abstract.remove_from(min(starts))


def _is_term(part: str) -> bool:
    """Whether a line is no sentence: a term or a heading. A long line of terms has their separators."""
    if is_prose(part) or _SENTENCE.search(part[-_LONGEST_TERM:]):
        return False
    return len(part) <= _LONGEST_TERM or len(_SEPARATOR.findall(part)) * _LONGEST_TERM > len(part)


def _begins_index(abstract: Abstract, number: int, *, is_last: bool) -> bool:
    """Whether a line is the heading of an index, alone (terms follow) or before its terms ('Subject areas: gout')."""
    part = abstract.parts[number]
    label = abstract.label_of(number) or part.partition(":")[0]
    is_alone = len(label) >= len(part.rstrip(" :"))
    if abstract.parts[number - 1].endswith(":") or (is_alone and is_last):
        return False
    if normalize_heading(label) in INDEX_HEADINGS:
        return True
    return bool(abstract.label_of(number)) and not is_label(label)


def read_stated_abstract(blocks: Sequence[Block]) -> Abstract | None:
    """Return the abstract stated in the head, perhaps only its beginning; None for a few words or boilerplate."""
    abstracts = find_abstracts(blocks)
    if abstracts:
        return abstracts[0]
    abstract = Abstract()
    for block in blocks[:1]:
        abstract.add(strip_abstract_label(block.text))
    return abstract if _SHORTEST <= abstract.length <= LONGEST_ABSTRACT and not is_boilerplate(blocks[0]) else None

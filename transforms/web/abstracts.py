"""The lines of a part of a page -> the abstracts in it, one for each language or version, each with its labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from transforms.text.section_marks import Mark, find_marks, is_label
from transforms.web.boilerplate import (
    ABSTRACT_HEADINGS,
    BEGIN_HEADINGS,
    END_HEADINGS,
    OTHER_HEADINGS,
    is_boilerplate,
    is_prose,
    without_run_in,
)
from transforms.web.tree import Block, heading_form

LONGEST_ABSTRACT = 8_000
"""Code points: the longest structured abstracts have some 6,000; what is longer is a full text."""

_SHORTEST = 40
_LOWEST_RANK = 6
_LONGEST_NOTICE_WITHIN = 200
_LONGEST_HEADING = 90
_ALSO_LABELS = frozenset(("key message", "key messages", "key points", "significance statement", "in brief"))


@dataclass
class Version:
    """An abstract being put together. heading: what stands above it, '' where nothing does; rank: of that heading."""

    heading: str = ""
    rank: int = 0
    language: str | None = None
    parts: list[str] = field(default_factory=list)
    labels: list[Mark] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, label: str = "") -> None:
        """Adds a line; `label` is what of its beginning names the part."""
        start = self.length + bool(self.parts)
        if label:
            self.labels.append(Mark("label", start, start + len(label)))
        self.parts.append(text)
        self.length = start + len(text)

    @property
    def text(self) -> str:
        """The abstract on one line."""
        return " ".join(self.parts)

    @property
    def awaits_text(self) -> bool:
        """Whether the last line is a label: what follows it is its text, be it 'IV' or a DOI."""
        return bool(self.labels) and self.labels[-1].end == self.length

    @property
    def is_abstract(self) -> bool:
        """Whether there is enough text, and not too much, and some of it reads as sentences."""
        return _SHORTEST <= self.length <= LONGEST_ABSTRACT and (
            any(is_prose(part) for part in self.parts)
            or is_prose(self.text)
            or bool(self.heading and self.length > 4 * _SHORTEST)
        )

    def marks(self) -> tuple[Mark, ...]:
        """The labels of the markup, and what `find_marks` finds beside them."""
        text = self.text
        taken = list(self.labels)
        taken += [
            mark for mark in find_marks(text) if not any(mark.start < own.end and own.start < mark.end for own in taken)
        ]
        return tuple(sorted(taken, key=lambda mark: mark.start))


def versions(blocks: Iterable[Block], language: str | None = None) -> list[Version]:
    """The abstracts among lines: below headings that say so if there are any, else what is below no other heading.

    Lines of boilerplate are left out, and a heading that begins the rest of the page ends an abstract.
    """
    found = [Version(language=language)]
    inside = True
    for block in blocks:
        form = heading_form(block.text) if len(block.text) <= _LONGEST_HEADING else ""
        current = found[-1]
        if form in ABSTRACT_HEADINGS and (not current.parts or not current.heading or block.rank <= current.rank):
            found.append(Version(block.text, block.rank or _LOWEST_RANK, language))
            inside = True
        elif form in _ALSO_LABELS and current.heading and block.rank > current.rank:
            current.add(block.text, block.text)
        elif form in END_HEADINGS and not current.parts and not block.rank:
            continue  # a control's name above the text, not what follows it
        elif form in OTHER_HEADINGS or form in END_HEADINGS or _ends(current, block, form):
            inside = False
        elif inside:
            _add(current, block)
    headed = [version for version in found if version.heading]
    return _tidied(headed or found)


def _ends(current: Version, block: Block, form: str) -> bool:
    """Whether a heading begins something else: the full text, or a part of the page of the abstract's own rank."""
    if not current.parts:
        return False
    return form in BEGIN_HEADINGS or (0 < block.rank <= current.rank and not is_label(block.text))


def _add(current: Version, block: Block) -> None:
    text = block.text
    if is_label(text):
        current.add(text, text)
        return
    if (block.rank or block.label == text) and not is_prose(text):
        if (current.parts or block.rank > current.rank > 0) and len(text) <= _LONGEST_HEADING:
            current.add(text, text)
        return
    if not current.parts:
        text = without_run_in(text)
    if not current.awaits_text and is_boilerplate(block._replace(text=text), _LONGEST_NOTICE_WITHIN):
        return
    label = block.label if text.startswith(block.label) and len(block.label) < len(text) else ""
    current.add(text, label if is_label(label) or label.endswith(":") else "")


def _tidied(found: list[Version]) -> list[Version]:
    """Versions without labels nothing follows."""
    for version in found:
        while version.labels and version.labels[-1].end == version.length and len(version.parts) > 1:
            last = version.parts[-1]
            if version.labels[-1].end - version.labels[-1].start != len(last):
                break
            version.parts.pop()
            version.labels.pop()
            version.length -= len(last) + 1
    return [version for version in found if version.is_abstract]


def stated_text(blocks: Sequence[Block]) -> Version | None:
    """The abstract that the head gives as text or markup, be it only the beginning of one; None for a few words."""
    found = versions(blocks)
    if found:
        return found[0]
    version = Version()
    for block in blocks[:1]:
        version.add(without_run_in(block.text))
    return version if _SHORTEST <= version.length <= LONGEST_ABSTRACT and not is_boilerplate(blocks[0]) else None

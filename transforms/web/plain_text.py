"""Splits plain text, such as a page saved by a text browser, into paragraphs."""

import re

from transforms.text.normalize import clean_text
from transforms.text.section_marks import is_label
from transforms.web.boilerplate import ABSTRACT_HEADINGS, END_HEADINGS, OTHER_HEADINGS
from transforms.web.tree import Block, normalize_heading

_TAG = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|div|p|span|table|article|section|h[1-6]|br|a|script|img|ul|li)\b",
    re.IGNORECASE,
)
_SAMPLE = 100_000
_BREAK = re.compile(r"\n\s*\n")
_LINK_NUMBER = re.compile(r"\[\d{1,3}\](?=\S)")
_LINK_LISTS = ("\nReferences\n", "\nVisible links", "\n   Visible links")
_FIRST_LINK = re.compile(r"[\s:]{0,200}1\. (?:https?|file|mailto):")
_UNWRAPPED = 120  # a text browser wraps at 80 columns; a line beyond this is a whole paragraph


def is_plain_text(text: str) -> bool:
    """Whether a text has no HTML tag near its beginning."""
    return not _TAG.search(text[:_SAMPLE])


def split_paragraphs(text: str) -> list[Block]:
    """Return the paragraphs of plain text: split at empty lines, wrapped lines joined, without the numbers of links."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _without_links(text)
    blocks = []
    for part in _BREAK.split(text):
        blocks += [Block(line) for lines in _group_lines(part.split("\n")) if (line := clean_text(" ".join(lines)))]
    return blocks


def _without_links(text: str) -> str:
    """Remove the list of links that lynx writes below a page, and the numbers of the links in the text.

    "See [1]camels." above "References" and "1. https://example.org" -> "See camels."
    """
    for heading in _LINK_LISTS:
        at = text.rfind(heading)
        if at >= 0 and _FIRST_LINK.match(text, at + len(heading)):
            return _LINK_NUMBER.sub("", text[:at]).removesuffix("References").rstrip()
    return text


def _group_lines(lines: list[str]) -> list[list[str]]:
    """Group the lines of a paragraph: headings alone, wrapped lines together; unwrapped lines are paragraphs each."""
    if max(map(len, lines)) > _UNWRAPPED:
        return [[line] for line in lines]
    parts: list[list[str]] = [[]]
    for line in lines:
        form = normalize_heading(line)
        first_label = not any(parts) and is_label(line.strip().rstrip(":"))
        if form in ABSTRACT_HEADINGS or form in END_HEADINGS or form in OTHER_HEADINGS or first_label:
            parts += [[line], []]
        else:
            parts[-1].append(line)
    return [part for part in parts if part]

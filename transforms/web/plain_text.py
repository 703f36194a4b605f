"""A page as saved by a text browser (no markup): its paragraphs, and the abstract among them."""

import re

from transforms.text.normalize import clean_text
from transforms.text.section_marks import is_label
from transforms.web.boilerplate import ABSTRACT_HEADINGS, END_HEADINGS, OTHER_HEADINGS
from transforms.web.tree import Block, heading_form

_TAG = re.compile(
    r"<(?:!doctype|html|head|body|meta|title|div|p|span|table|article|section|h[1-6]|br|a|script|img|ul|li)\b",
    re.IGNORECASE,
)
_LOOKED_AT = 100_000
_BREAK = re.compile(r"\n\s*\n")
_LINK_NUMBER = re.compile(r"\[\d{1,3}\](?=\S)")
_LINK_LISTS = ("\nReferences\n", "\nVisible links", "\n   Visible links")
_FIRST_LINK = re.compile(r"[\s:]{0,200}1\. (?:https?|file|mailto):")
_UNWRAPPED = 120  # a text browser wraps at 80 columns; a line beyond this is a whole paragraph


def is_plain(text: str) -> bool:
    """Whether a payload holds no HTML tag."""
    return not _TAG.search(text[:_LOOKED_AT])


def paragraphs(text: str) -> list[Block]:
    """The paragraphs of plain text: parted by empty lines, wrapped lines joined; numbers and lists of links out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _without_links(text)
    found = []
    for part in _BREAK.split(text):
        found += [Block(line) for lines in _parted(part.split("\n")) if (line := clean_text(" ".join(lines)))]
    return found


def _without_links(text: str) -> str:
    """The text before the list of links that lynx writes below a page, without the links' numbers in it."""
    for heading in _LINK_LISTS:
        at = text.rfind(heading)
        if at >= 0 and _FIRST_LINK.match(text, at + len(heading)):
            return _LINK_NUMBER.sub("", text[:at]).removesuffix("References").rstrip()
    return text


def _parted(lines: list[str]) -> list[list[str]]:
    """Lines that belong together: all of them if they are wrapped, headings apart; each alone if they are not."""
    if max(map(len, lines)) > _UNWRAPPED:
        return [[line] for line in lines]
    parts: list[list[str]] = [[]]
    for line in lines:
        form = heading_form(line)
        first_label = not any(parts) and is_label(line.strip().rstrip(":"))
        if form in ABSTRACT_HEADINGS or form in END_HEADINGS or form in OTHER_HEADINGS or first_label:
            parts += [[line], []]
        else:
            parts[-1].append(line)
    return [part for part in parts if part]

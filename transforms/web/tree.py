"""A page as a tree: parsed within limits, surveyed once for what the steps look at, and its parts as blocks of text.

The survey is one pass over the elements of a few names: what every step after it costs does not grow with the page.
"""

import html
import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from lxml import etree

from transforms.text.normalize import clean_text
from transforms.web.result import Rejection

Element: TypeAlias = etree._Element

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_LINES = frozenset((
    "address", "article", "blockquote", "body", "br", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "main", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
))  # fmt: skip
_UNSHOWN = frozenset((
    "annotation", "annotation-xml", "applet", "area", "audio", "base", "button", "canvas", "embed", "figure",
    "footer", "frame", "frameset", "iframe", "input", "label", "link", "map", "math-script", "meta", "nav", "noframes",
    "noscript", "object", "option", "param", "script", "select", "source", "style", "svg", "template", "textarea",
    "title", "track", "video",
))  # fmt: skip
_UNSEEN_CLASSES = re.compile(
    r"(?:^|\s)(?:(?:sr|screen-?reader)-(?:only|text)|(?:u-|c-|is-)?visually-?hidden\S*|MathJax_Preview|MJX_Assistive_MathML"
    r"|[du]-none|hidden|offscreen|element-invisible)(?:\s|$)"
)
_STRONG = frozenset(("strong", "b", "em", "i", "span", "u"))
_BOLD = frozenset(("strong", "b"))
_LONGEST_LABEL = 80
_CONTAINERS = ("div", "section", "article", "p", "blockquote", "td", "dd")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "dt", "th", "font", "legend", "summary")
_LANGUAGE_TAG = re.compile(r"\s*[\[(]\s*[^\W\d_]{2,12}\s*[\])]$")
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST_HEADING = 60
FORMATTED = re.compile(
    r"<(/?(?:p|br|b|i|u|em|strong|sub|sup|span|div|section|h[1-6]|ul|ol|li|a|sec|title|italic|bold|list|jats:[a-z-]+|mml:[a-z]+"
    r"|math|inf|abstract|script|style|img|iframe|svg|object))\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_LONGEST_MARKUP = 20_000
_SIZE = etree.XPath("string-length(.) + 3 * count(.//*)")
_ESCAPED_TAG = re.compile(r"&(?:amp;)*lt;(?=/?[a-zA-Z])")


class Block(NamedTuple):
    """A line of a page.

    rank: of the heading it is, 1 to 6, 0 for none; label: the bold words it begins with; linked: how many characters of
    it are links.
    """

    text: str
    rank: int = 0
    label: str = ""
    linked: int = 0


@dataclass
class Survey:
    """What the steps look at. `headings` are the elements that hold one short piece of text known as a heading."""

    root: Element
    language: str | None = None
    title: str | None = None
    metas: list[tuple[str, str, str | None]] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    main_headings: list[Element] = field(default_factory=list)
    headings: list[Element] = field(default_factory=list)
    containers: list[Element] = field(default_factory=list)


class Parsed(NamedTuple):
    """A page as a tree; not `complete` where it is nested deeper than 2,048 elements: the rest could not be read."""

    root: Element
    complete: bool


def parse(utf8: bytes) -> Parsed | Rejection:
    """The page as a tree, without comments; rejected as 'empty' where there is none."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as fault:
        return Rejection("empty", f"no element could be read: {fault}")
    if root is None:
        return Rejection("empty", "the payload holds no element")
    fatal = parser.error_log.filter_from_fatals()
    return Parsed(root, all(entry.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in fatal))


def is_longer(element: Element, length: int) -> bool:
    """Whether an element holds more than so many characters, each element in it counted as three."""
    return bool(_SIZE(element) > length)


def survey(root: Element, known_metas: Container[str], known_headings: Container[str], container_hint: str) -> Survey:
    """What a page has of the elements the steps look at; `container_hint` in a class or id makes a container."""
    found = Survey(root, root.get("lang") or root.get(_XML_LANGUAGE), metas=_metas(root, known_metas))
    for element in root.iter("script", "title", "h1"):
        if element.tag == "h1":
            found.main_headings.append(element)
        elif element.tag == "title":
            found.title = found.title or clean_text(element.text or "") or None
        elif "ld+json" in (element.get("type") or ""):
            found.json_ld.append(element.text or "")
    for element in root.iter(*_CONTAINERS):
        named = element.get("class")
        if (named and container_hint in named) or ((named := element.get("id")) and container_hint in named):
            found.containers.append(element)
        if _is_known(element.text, known_headings):
            found.headings.append(element)
    for element in root.iter(*_HEADINGS):
        if _is_known(_heading_text(element), known_headings):
            found.headings.append(element)
    return found


def _metas(root: Element, known_metas: Container[str]) -> list[tuple[str, str, str | None]]:
    """Name in lower case, content and, of long ones, the language of each known meta tag."""
    found = []
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        if name and (name := name.strip().lower()) in known_metas:
            content = element.get("content") or element.get("value")
            if content:
                found.append((name, content, _language(element) if len(content) > _LONGEST_HEADING else None))
    return found


def _is_known(text: str | None, known_headings: Container[str]) -> bool:
    if not text or len(text) > _LONGEST_HEADING or text.isspace():
        return False
    return heading_form(text) in known_headings


def _heading_text(element: Element) -> str | None:
    """The text of a heading, of elements within it where it has none of its own."""
    text = element.text
    if (text is None or text.isspace()) and element.tag in HEADINGS:
        return text_of(element)
    return None if text is None else str(text)


def _language(element: Element) -> str | None:
    language = element.get("lang") or element.get("xml:lang") or element.get(_XML_LANGUAGE)
    return None if language is None else str(language)


def heading_form(text: str) -> str:
    """A heading as it is looked up: case folded, without colon, stop and the language in brackets behind it."""
    if text.endswith(("]", ")")) and (tagged := _LANGUAGE_TAG.search(text)):
        text = text[: tagged.start()]
    return text.strip(" \t\r\n\f\xa0:：.*#|-–—[]【】▪•■").casefold()


def is_unseen(element: Element) -> bool:
    """Whether a browser does not show the element, or shows it as a control."""
    if element.tag in _UNSHOWN:
        return True
    attributes = element.attrib
    if not attributes:
        return False
    named = attributes.get("class")
    return bool(
        (named and _UNSEEN_CLASSES.search(named))
        or attributes.get("aria-hidden") == "true"
        or "hidden" in attributes
        or ("style" in attributes and "display:none" in attributes["style"].replace(" ", "").lower())
    )


class _Lines:
    """Collects the text of elements, a block for each line."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._rank = 0
        self._links = 0
        self._parts: list[str] = []
        self._label = ""
        self._linked = 0

    def start(self, element: Element) -> None:
        """An element begins."""
        tag = element.tag
        if tag in _LINES:
            self.end_of_line()
            self._rank = HEADINGS.get(tag, self._rank)
        elif tag in _BOLD:
            self.start_of_strong()
        self._links += tag == "a"
        self.add(element.text)

    def end(self, element: Element) -> None:
        """An element ends."""
        tag = element.tag
        self._links -= tag == "a"
        if tag in _STRONG:
            self.end_of_strong()
        elif tag in _LINES:
            self.end_of_line()
            if tag in HEADINGS:
                self._rank = 0

    def add(self, text: str | None) -> None:
        """Some text goes on."""
        if text:
            self._parts.append(text)
            if self._links > 0:
                self._linked += len(text.strip())

    def start_of_strong(self) -> None:
        """White space before bold words that follow a sentence: 'in a trial.Methods:' -> 'in a trial. Methods:'."""
        if self._parts and self._parts[-1].endswith((".", "!", "?")):
            self._parts.append(" ")

    def end_of_strong(self) -> None:
        """The bold words that end here are the label of the block, if they are all it has so far."""
        if not self._label:
            words = clean_text("".join(self._parts))
            if words and len(words) <= _LONGEST_LABEL:
                self._label = words
                self._parts.append("\ue000")  # where a label ends: white space, if the source forgot it

    def end_of_line(self) -> None:
        if self._parts:
            text = "".join(self._parts)
            if "\ue000" in text:
                text = _spaced(text)
            text = clean_text(text)
            if "<" in text and len(text) < _LONGEST_MARKUP and FORMATTED.search(text):
                text = clean_text(FORMATTED.sub("", _SCRIPT.sub(" ", text)))  # escaped once too often
            if text:
                self.blocks.append(Block(text, self._rank, self._label, self._linked))
            self._parts, self._label, self._linked = [], "", 0


def _spaced(text: str) -> str:
    """White space between a bold word and a capital that follows it: 'AimsTo assess' -> 'Aims To assess'."""
    before, _, after = text.replace("\ue000", "\ue001", 1).replace("\ue000", "").partition("\ue001")
    glued = before[-1:].isalpha() and after[:1].isupper() and not before[-1:].isupper()
    return f"{before} {after}" if glued or (before[-1:] == ":" and not after[:1].isspace()) else before + after


def blocks(element: Element) -> list[Block]:
    """The text of an element as a browser breaks it into lines, controls and what is not shown left out."""
    lines = _Lines()
    unseen: set[Element] = set()
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, part in walker:
        if event == "start":
            if part is not element and is_unseen(part):
                walker.skip_subtree()
                unseen.add(part)
            else:
                lines.start(part)
            continue
        if part not in unseen:
            lines.end(part)
        if part is not element:
            lines.add(part.tail)
    lines.end_of_line()
    return lines.blocks


def text_of(element: Element) -> str:
    """All the text of a small element on one line, what is not shown included."""
    return clean_text("".join(cast("list[str]", list(element.itertext()))))


def fragment_blocks(markup: str) -> list[Block]:
    """The lines of text that may hold markup, as in the abstracts of JSON-LD and meta tags."""
    if "&" in markup and _ESCAPED_TAG.search(markup):
        markup = html.unescape(markup.replace("&amp;", "&"))
    if "<" not in markup or not FORMATTED.search(markup):
        text = clean_text(markup)
        return [Block(text)] if text else []
    parsed = parse(f"<div>{markup}</div>".encode("utf-8", "replace").replace(b"\0", b""))
    return [] if isinstance(parsed, Rejection) else blocks(parsed.root)

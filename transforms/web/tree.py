"""Parses a page into a tree, surveys the elements that the steps of extraction need, and reads elements as lines.

The survey is one pass over elements of a few names, so that the cost of the steps does not grow with the page. Lines
are those of a browser, with the rank of a heading and the bold label at the beginning:

    <h2>Abstract</h2>                              Block("Abstract", rank=2)
    <p><b>Aims:</b>To see <i>camels</i>.</p>       Block("Aims: To see camels.", label="Aims:")
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
_LINE_TAGS = frozenset((
    "address", "article", "blockquote", "body", "br", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "main", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
))  # fmt: skip
_HIDDEN_TAGS = frozenset((
    "annotation", "annotation-xml", "applet", "area", "audio", "base", "button", "canvas", "embed", "figure",
    "footer", "frame", "frameset", "iframe", "input", "label", "link", "map", "math-script", "meta", "nav", "noframes",
    "noscript", "object", "option", "param", "script", "select", "source", "style", "svg", "template", "textarea",
    "title", "track", "video",
))  # fmt: skip
_HIDDEN_CLASSES = re.compile(
    r"(?:^|\s)(?:(?:sr|screen-?reader)-(?:only|text)|(?:u-|c-|is-)?visually-?hidden\S*|MathJax_Preview|MJX_Assistive_MathML"
    r"|[du]-none|hidden|offscreen|element-invisible)(?:\s|$)"
)
_LABEL_TAGS = frozenset(("strong", "b", "em", "i", "span", "u"))
_BOLD = frozenset(("strong", "b"))
_LONGEST_LABEL = 80
_LABEL_END = "\ue000"  # a private character, which marks where a label ends until the line is complete
_CONTAINERS = ("div", "section", "article", "p", "blockquote", "td", "dd")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "dt", "th", "font", "legend", "summary")
_LANGUAGE_TAG = re.compile(r"\s*[\[(]\s*[^\W\d_]{2,12}\s*[\])]$")
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST_HEADING = 60
MARKUP_TAG = re.compile(
    r"<(/?(?:p|br|b|i|u|em|strong|sub|sup|span|div|section|h[1-6]|ul|ol|li|a|sec|title|italic|bold|list|jats:[a-z-]+|mml:[a-z]+"
    r"|math|inf|abstract|script|style|img|iframe|svg|object))\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_LONGEST_MARKUP = 20_000
_TEXT_AND_ELEMENTS = etree.XPath("string-length(.) + 3 * count(.//*)")
_ESCAPED_TAG = re.compile(r"&(?:amp;)*lt;(?=/?[a-zA-Z])")


class Block(NamedTuple):
    """A line of a page.

    rank: 1 to 6 for a heading, else 0; label: the bold words at its beginning; linked: number of its characters that
    are links.
    """

    text: str
    rank: int = 0
    label: str = ""
    linked: int = 0


@dataclass
class PageSurvey:
    """The elements and values that the steps of extraction need.

    metas: (name, content, language) of meta tags; main_headings: h1; headings: elements whose text is a known heading;
    containers: elements whose class or id has the hint.
    """

    root: Element
    language: str | None = None
    title: str | None = None
    metas: list[tuple[str, str, str | None]] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    main_headings: list[Element] = field(default_factory=list)
    headings: list[Element] = field(default_factory=list)
    containers: list[Element] = field(default_factory=list)


class ParsedPage(NamedTuple):
    """A page as a tree; not `complete` if elements are nested deeper than 2,048 levels, beyond which it is not read."""

    root: Element
    complete: bool


def parse_page(utf8: bytes) -> ParsedPage | Rejection:
    """Parse a page, without comments; a page without any element is rejected as 'empty'."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(utf8, parser)
    except etree.XMLSyntaxError as fault:
        return Rejection("empty", f"no element could be read: {fault}")
    if root is None:
        return Rejection("empty", "the payload holds no element")
    fatal = parser.error_log.filter_from_fatals()
    return ParsedPage(root, all(entry.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in fatal))


def is_longer_than(element: Element, length: int) -> bool:
    """Whether an element holds more than `length` characters, counting each element inside it as three."""
    return bool(_TEXT_AND_ELEMENTS(element) > length)


def survey_page(
    root: Element, known_metas: Container[str], known_headings: Container[str], container_hint: str
) -> PageSurvey:
    """Collect the elements and values that the steps need; an element with `container_hint` in class or id counts."""
    page = PageSurvey(root, root.get("lang") or root.get(_XML_LANGUAGE), metas=_metas(root, known_metas))
    for element in root.iter("script", "title", "h1"):
        if element.tag == "h1":
            page.main_headings.append(element)
        elif element.tag == "title":
            page.title = page.title or clean_text(element.text or "") or None
        elif "ld+json" in (element.get("type") or ""):
            page.json_ld.append(element.text or "")
    for element in root.iter(*_CONTAINERS):
        named = element.get("class")
        if (named and container_hint in named) or ((named := element.get("id")) and container_hint in named):
            page.containers.append(element)
        if _is_known(element.text, known_headings):
            page.headings.append(element)
    for element in root.iter(*_HEADINGS):
        if _is_known(_heading_text(element), known_headings):
            page.headings.append(element)
    return page


def _metas(root: Element, known_metas: Container[str]) -> list[tuple[str, str, str | None]]:
    """Return name (lower case), content and, if the content is long, language of each known meta tag."""
    metas = []
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        if name and (name := name.strip().lower()) in known_metas:
            content = element.get("content") or element.get("value")
            if content:
                metas.append((name, content, _language(element) if len(content) > _LONGEST_HEADING else None))
    return metas


def _is_known(text: str | None, known_headings: Container[str]) -> bool:
    if not text or len(text) > _LONGEST_HEADING or text.isspace():
        return False
    return normalize_heading(text) in known_headings


def _heading_text(element: Element) -> str | None:
    """Return the text of a heading element, including that of elements inside it if it has none of its own."""
    text = element.text
    if (text is None or text.isspace()) and element.tag in HEADINGS:
        return element_text(element)
    return None if text is None else str(text)


def _language(element: Element) -> str | None:
    language = element.get("lang") or element.get("xml:lang") or element.get(_XML_LANGUAGE)
    return None if language is None else str(language)


def normalize_heading(text: str) -> str:
    """Return a heading in the form of the rule files: case folded, without number sign, colon and language tag.

    'Abstract (English):' -> 'abstract'
    """
    if text.endswith(("]", ")")) and (tagged := _LANGUAGE_TAG.search(text)):
        text = text[: tagged.start()]
    return text.strip(" \t\r\n\f\xa0:：.*#|-–—[]【】▪•■").casefold()


def is_hidden(element: Element) -> bool:
    """Whether a browser does not show the element, or shows it as a control."""
    if element.tag in _HIDDEN_TAGS:
        return True
    attributes = element.attrib
    if not attributes:
        return False
    classes = attributes.get("class")
    return bool(
        (classes and _HIDDEN_CLASSES.search(classes))
        or attributes.get("aria-hidden") == "true"
        or "hidden" in attributes
        or ("style" in attributes and "display:none" in attributes["style"].replace(" ", "").lower())
    )


class _LineBuilder:
    """Collects the text of elements as one block for each line."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._rank = 0
        self._links = 0
        self._parts: list[str] = []
        self._label = ""
        self._linked = 0

    def start(self, element: Element) -> None:
        """Handle the start of an element."""
        tag = element.tag
        if tag in _LINE_TAGS:
            self.end_line()
            self._rank = HEADINGS.get(tag, self._rank)
        elif tag in _BOLD:
            self._start_bold()
        self._links += tag == "a"
        self.add(element.text)

    def end(self, element: Element) -> None:
        """Handle the end of an element."""
        tag = element.tag
        self._links -= tag == "a"
        if tag in _LABEL_TAGS:
            self._end_label()
        elif tag in _LINE_TAGS:
            self.end_line()
            if tag in HEADINGS:
                self._rank = 0

    def add(self, text: str | None) -> None:
        """Add text to the current line."""
        if text:
            self._parts.append(text)
            if self._links > 0:
                self._linked += len(text.strip())

    def _start_bold(self) -> None:
        """Insert white space between a sentence and bold words: 'a trial.Methods:' -> 'a trial. Methods:'."""
        if self._parts and self._parts[-1].endswith((".", "!", "?")):
            self._parts.append(" ")

    def _end_label(self) -> None:
        """Take the words that end here as the label of the line, if it has no other words so far."""
        if not self._label:
            words = clean_text("".join(self._parts))
            if words and len(words) <= _LONGEST_LABEL:
                self._label = words
                self._parts.append(_LABEL_END)

    def end_line(self) -> None:
        if self._parts:
            text = "".join(self._parts)
            if _LABEL_END in text:
                text = _space_after_label(text)
            text = clean_text(text)
            if "<" in text and len(text) < _LONGEST_MARKUP and MARKUP_TAG.search(text):
                text = clean_text(MARKUP_TAG.sub("", _SCRIPT.sub(" ", text)))  # markup that was escaped once too often
            if text:
                self.blocks.append(Block(text, self._rank, self._label, self._linked))
            self._parts, self._label, self._linked = [], "", 0


def _space_after_label(text: str) -> str:
    """Insert the white space that the source forgot after a label: 'AimsTo assess' -> 'Aims To assess'."""
    before, _, after = text.partition(_LABEL_END)
    after = after.replace(_LABEL_END, "")
    glued = before[-1:].isalpha() and after[:1].isupper() and not before[-1:].isupper()
    return f"{before} {after}" if glued or (before[-1:] == ":" and not after[:1].isspace()) else before + after


def read_blocks(element: Element) -> list[Block]:
    """Return the lines of an element as a browser shows them, without controls and hidden elements."""
    lines = _LineBuilder()
    hidden: set[Element] = set()
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, part in walker:
        if event == "start":
            if part is not element and is_hidden(part):
                walker.skip_subtree()
                hidden.add(part)
            else:
                lines.start(part)
            continue
        if part not in hidden:
            lines.end(part)
        if part is not element:
            lines.add(part.tail)
    lines.end_line()
    return lines.blocks


def element_text(element: Element) -> str:
    """Return all text of a small element on one line, including hidden text."""
    return clean_text("".join(cast("list[str]", list(element.itertext()))))


def read_markup_blocks(markup: str) -> list[Block]:
    """Return the lines of a text that may hold markup, as in abstracts of JSON-LD and meta tags."""
    if "&" in markup and _ESCAPED_TAG.search(markup):
        markup = html.unescape(markup.replace("&amp;", "&"))
    if "<" not in markup or not MARKUP_TAG.search(markup):
        text = clean_text(markup)
        return [Block(text)] if text else []
    parsed = parse_page(f"<div>{markup}</div>".encode("utf-8", "replace").replace(b"\0", b""))
    return [] if isinstance(parsed, Rejection) else read_blocks(parsed.root)

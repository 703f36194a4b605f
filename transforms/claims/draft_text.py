r"""Turns the text of a draft into plain paragraphs: joins words parted at line ends, removes markup of emphasis.

copied from a PDF      "cryoglobulin-\nemia"     ->  "cryoglobulinemia"
Markdown               "the *first* report"      ->  "the first report"
LaTeX                  "the \emph{first} report"  ->  "the first report"
"""

import re
import unicodedata
from collections.abc import Set

_PARTED = re.compile(
    r"(?<![\w'\u2019\u2010\u2011\u00ad-])"
    r"(?P<before>[^\W_][\w'\u2019-]*)(?P<hyphen>[\u2010\u2011\u00ad-])[ \t]*\n[ \t]*(?P<after>[^\W_][\w'\u2019]*)"
)
_SUSPENDED = frozenset(("and", "or", "to", "nor", "und", "oder", "bis", "et", "ou", "y", "o", "e"))
"""After a hyphen at a line end, these words show that it belongs to the word: 'B- and T-cells'."""
_SHORTEST_HALF = 3
_WORD = re.compile(r"[^\W\d_]+")
_LIGATURES = re.compile("[\ufb00-\ufb06]")

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_UNDERLINED = re.compile(r"^([^\n]+)\n[ \t]{0,3}(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,500}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,500}\)(?:\{[^{}\n]{0,100}\})?")
_REFERENCE = re.compile(r"[ \t]{0,5}\[(?:\^[^\[\]\n]{1,50}|-?@[^\[\]\n]{1,200})\]")
_TAG = re.compile(r"</?(?:i|b|em|strong|u|s|sub|sup|mark|small|span)\b[^<>]{0,200}>", re.IGNORECASE)
_STRESSED = re.compile(r"(?<![\w*\\])(\*{1,3})(?![\s*])([^*\n]*(?:\n(?!\s*\n)[^*\n]*){0,5}?)(?<![\s\\])\1(?![\w*])")
_UNDERSCORED = re.compile(r"(?<![\w\\])(_{1,3})(?![\s_])([^_\n]*(?:\n(?!\s*\n)[^_\n]*){0,5}?)(?<![\s\\])\1(?!\w)")
_CODE_OR_STRUCK = re.compile(r"(`|~~)(?=\S)([^`~\n]{1,500}?)(?<=\S)\1")
_LATEX = re.compile(r"\\(?:emph|textit|textbf|textsl|textsc|underline|uline|textrm|mbox)\s*\{([^{}]{0,500})\}")
_LATEX_CITATION = re.compile(
    r"[~ \t]{0,5}\\(?:cite[a-z]*|footnote|label|ref)\*?(?:\[[^\[\]]{0,100}\])?\{[^{}]{0,500}\}"
)
_ESCAPED = re.compile(r"\\([*_#`~\[\]%&$])")
_DEEPEST = 3
"""Levels of nested emphasis: '***first*** and _the *first* report_'."""


def plain_draft(text: str, known_words: Set[str] = frozenset()) -> str:
    """Return the text of a draft without emphasis and other markup, with words parted at line ends joined.

    known_words: words in lower case; a word parted at a hyphen is joined if the whole is known, and keeps its hyphen if
    only its halves are ('disease-' and 'related'). The words of the text itself are known too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return join_parted_words(without_markup(text), known_words)


def without_markup(text: str) -> str:
    """Return a text without Markdown and LaTeX for emphasis, links, citations and headings, which get empty lines."""
    text = _FRONT_MATTER.sub("", text, count=1)
    text = _HEADING.sub(r"\n\1\n", _UNDERLINED.sub(r"\1\n", _QUOTED.sub("", text)))
    text = _REFERENCE.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    text = _LATEX_CITATION.sub("", text)
    for _ in range(_DEEPEST):
        stripped = _LATEX.sub(r"\1", text)
        stripped = _UNDERSCORED.sub(r"\2", _STRESSED.sub(r"\2", stripped))
        if stripped == text:
            break
        text = stripped
    return _ESCAPED.sub(r"\1", _CODE_OR_STRUCK.sub(r"\2", _TAG.sub("", text)))


def join_parted_words(text: str, known_words: Set[str] = frozenset()) -> str:
    """Return a text whose words parted by a hyphen at a line end are whole again.

    The hyphen stays before a capital or digit ('non-Hodgkin', 'COVID-19'), after a word that has one already
    ('T-cell-associated'), a single letter or a number, before 'and' ('B- and T-cells'), and between two known words
    whose compound is not known. A soft hyphen never stays.
    """
    lower = text.lower()
    own = frozenset(_WORD.findall(lower))

    def is_known(word: str) -> bool:
        return word in known_words or f"{word}s" in known_words

    def joined(match: re.Match[str]) -> str:
        before, after = match["before"], match["after"]
        if match["hyphen"] == "\u00ad":
            return before + after
        if after.lower() in _SUSPENDED:
            return f"{before}- {after}"
        if not after[0].islower() or len(before) == 1 or not before[-1].isalpha() or "-" in before:
            return f"{before}-{after}"
        if f"{before}-{after}".lower() in lower:
            return f"{before}-{after}"
        whole, halves = (before + after).lower(), (before.lower(), after.lower())
        if is_known(whole) or whole in own:
            return before + after
        is_compound = all(len(half) >= _SHORTEST_HALF and is_known(half) for half in halves)
        return f"{before}-{after}" if is_compound else before + after

    previous = None
    while previous != text:
        # again, because a word may be parted twice
        previous, text = text, _PARTED.sub(joined, text)
    return text

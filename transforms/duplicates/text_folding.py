"""Text from any source in one plain form: no markup, no accents, one spelling; and its words.

NORMALISATION_VERSION is raised whenever a result of this module, of `citation_titles` or of `citation_facts` changes:
blocking keys made of them are stored.
"""

import re
import unicodedata
from html import unescape
from typing import Any

import ftfy

from transforms.rules import load_rules

NORMALISATION_VERSION = 1

WORD_LISTS: dict[str, Any] = load_rules("citation_words")
"""What bibliographic records carry around their facts; `citation_words.toml` says what each list is for."""

_STOP_WORDS = frozenset(WORD_LISTS["stop_words"])
_NUMBER_WORDS: dict[str, str] = WORD_LISTS["number_words"]
_LETTERS: dict[str, str] = WORD_LISTS["letters"]
_ASCII_SEPARATORS = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""UTF-8 read as Latin-1 or Windows-1252: a lead byte and one that continues it."""
_MOSTLY = 0.8
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """`text` without markup, entities, mojibake and accents; Greek letters by name; case and white space kept."""
    text = _unmarked(text)
    return text if text.isascii() else _plain(ftfy.fix_encoding(text) if _MOJIBAKE.search(text) else text)


def _unmarked(text: str) -> str:
    if "&" in text:
        text = unescape(unescape(text))
    return _TAG.sub(" ", text) if "<" in text else text


def _plain(text: str) -> str:
    """Without accents; of a text that is mostly Latin only ASCII is left."""
    for letter in set(text) & _LETTERS.keys():
        text = text.replace(letter, _LETTERS[letter])
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    latin = text.encode("ascii", "ignore").decode()
    if len(latin) > _MOSTLY * len(text):
        return latin
    return "".join(c for c in text if not unicodedata.combining(c))


def plain_words(text: str) -> list[str]:
    """The runs of letters and digits of a folded text."""
    return text.translate(_ASCII_SEPARATORS).split() if text.isascii() else _WORD.findall(text)


def words(text: str) -> list[str]:
    """`plain_words` of a lower-case text, number words and Roman numerals (from II) as digits."""
    return [_NUMBER_WORDS.get(word, word) for word in plain_words(text.replace("'", ""))]


def content_words(text: str) -> list[str]:
    """`words` without stop words; all of them where nothing else is left."""
    found = words(text)
    return [word for word in found if word not in _STOP_WORDS] or found


def abstract_words(abstract: str) -> str:
    """The words of an abstract in lower case with one space between them, markup and accents gone."""
    text = _unmarked(abstract)
    return " ".join(plain_words((text if text.isascii() else _plain(text)).lower()))

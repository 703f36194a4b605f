"""Fold text from any source to one plain form, without markup and accents, and split it into words.

    fold("Ménière's &amp;lt;i&amp;gt;disease")                  "Meniere's  disease"
    content_words("the growth of two nodules, part iii")        ["growth", "2", "nodules", "part", "3"]

Raise NORMALISATION_VERSION when results of this module, of `titles` or of `citation_fields` change for many records:
blocking keys made from them are stored, and a lake with other keys has to be rebuilt. Where a field that was misread is
read right (a date in place of pages), the old key only finds one pair more or less, and the version can stay.
"""

import re
import unicodedata
from html import unescape
from typing import Any

import ftfy

from transforms.rules import load_rules

NORMALISATION_VERSION = 1

WORD_LISTS: dict[str, Any] = load_rules("citation_words")
"""Word lists for bibliographic records; `citation_words.toml` explains each of them."""

_STOP_WORDS = frozenset(WORD_LISTS["stop_words"])
_NUMBER_WORDS: dict[str, str] = WORD_LISTS["number_words"]
_LETTERS: dict[str, str] = WORD_LISTS["letters"]
_ASCII_SEPARATORS = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""UTF-8 decoded as Latin-1 or Windows-1252: the characters of a lead byte and of a continuation byte."""
_MIN_LATIN_SHARE = 0.8
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return `text` without markup, entities, mojibake and accents, with Greek letters spelled out.

    Case and white space are kept.
    """
    text = _strip_markup(text)
    return text if text.isascii() else _strip_accents(ftfy.fix_encoding(text) if _MOJIBAKE.search(text) else text)


def _strip_markup(text: str) -> str:
    if "&" in text:
        # Some sources escape twice: '&amp;lt;i&amp;gt;' is '<i>'.
        text = unescape(unescape(text))
    return _TAG.sub(" ", text) if "<" in text else text


def _strip_accents(text: str) -> str:
    """Remove accents; of a text that is mostly Latin, drop everything outside ASCII as well."""
    for letter in set(text) & _LETTERS.keys():
        text = text.replace(letter, _LETTERS[letter])
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    latin = text.encode("ascii", "ignore").decode()
    if len(latin) > _MIN_LATIN_SHARE * len(text):
        return latin
    return "".join(c for c in text if not unicodedata.combining(c))


def plain_words(text: str) -> list[str]:
    """Return the runs of letters and digits of a folded text."""
    return text.translate(_ASCII_SEPARATORS).split() if text.isascii() else _WORD.findall(text)


def words(text: str) -> list[str]:
    """Return `plain_words` of a lower-case text, with number words and Roman numerals from II on as digits."""
    return [_NUMBER_WORDS.get(word, word) for word in plain_words(text.replace("'", ""))]


def content_words(text: str) -> list[str]:
    """Return `words` without stop words, or all words if there are only stop words."""
    all_words = words(text)
    return [word for word in all_words if word not in _STOP_WORDS] or all_words


def abstract_words(abstract: str) -> str:
    """Return the words of an abstract in lower case, joined by spaces, without markup and accents."""
    text = _strip_markup(abstract)
    return " ".join(plain_words((text if text.isascii() else _strip_accents(text)).lower()))

"""Text -> words as numbers: one pass of numpy over a whole batch of texts.

A word is a run of letters and digits. It is hashed over its folded letters (lower case, without diacritics), so that
looking it up needs no string. Between two words lies a gap, and only some gaps may lie within a name:

    JOINED   one space, hyphen, slash or apostrophe; an apostrophe followed by a space or hyphen
    COMMA    a comma, alone or followed by one space
    BROKEN   anything else: full stops, brackets, symbols, a run of several marks, an escaped entity

The s of a possessive ("Crohn's disease") is no word of its own.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Codes, Gaps, Hashes, Ints

JOINED, COMMA, BROKEN = 0, 1, 2

_PLANE = 0x10000
_NO_LETTER, _CLAUSE, _ODD_SPACE, _OTHER_LETTER, _IGNORED = 0, 2, 3, 0x80, 0x81
_FIRST_LETTER = ord("0")
_SPACES = " \t\n\x0b\x0c\r"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SLASHES = "/\u2044\u2215"
_APOSTROPHES = "'`\u00b4\u2018\u2019\u201b\u2032"
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "ħ": "h"}
_WORDS = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(rf"(?<=[^\W_])[{_APOSTROPHES}]s(?![^\W_])")
_LETTERS_A_LOAD = 8
_UNUSED_BITS = np.append(np.arange(_LETTERS_A_LOAD, 0, -1) * 8 % 64, 0).astype(np.uint64)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Characters:
    """A text as code points (NUL for what is outside the basic plane and for escaped entities) and what they are.

    kind: a letter's or digit's folded form where that is ASCII, else a number that says what it is.
    """

    codes: Codes
    kind: npt.NDArray[np.uint8]

    def is_within_word(self, place: Ints) -> npt.NDArray[np.bool_]:
        """For each place but the end of the text: whether a letter or digit stands on either side of it."""
        letter = self.kind >= _FIRST_LETTER
        inside: npt.NDArray[np.bool_] = letter[place] & letter[np.maximum(place - 1, 0)] & (place > 0)
        return inside

    @property
    def has_odd_spaces(self) -> bool:
        """Whether there is white space other than ASCII's."""
        return bool((self.kind == _ODD_SPACE).any())


@dataclass(frozen=True)
class Tokens:
    """The words of a text in order: where each starts and ends (code points), its hash, the gap before it.

    `clause` holds the numbers of words that follow a semicolon or colon.
    """

    start: Ints
    end: Ints
    hash: Hashes
    gap: Gaps
    clause: Ints

    def __len__(self) -> int:
        return len(self.start)


def fold_character(character: str) -> str:
    """One character in lower case without diacritics; itself where that would not be one character."""
    lower = character.lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if unicodedata.category(c) != "Mn")
    bare = _PLAIN.get(bare, bare)
    if len(bare) == 1 and bare.isalnum() and ord(bare) < _PLANE:
        return bare
    return lower if len(lower) == 1 else character


@cache
def _folded() -> npt.NDArray[np.uint16]:
    """By code point of the basic plane: its folded form; 0 for what is no letter or digit."""
    letters = [ord(fold_character(chr(code))) if chr(code).isalnum() else 0 for code in range(_PLANE)]
    return np.array(letters, np.uint16)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """By code point of the basic plane: what `Characters.kind` says of it."""
    folded = _folded()
    kinds = np.where(folded < _OTHER_LETTER, folded, _OTHER_LETTER).astype(np.uint8)
    for code in (folded == 0).nonzero()[0].tolist():
        if unicodedata.category(chr(code)) in {"Mn", "Me", "Cf"}:
            kinds[code] = _IGNORED
        elif chr(code).isspace() and chr(code) not in _SPACES:
            kinds[code] = _ODD_SPACE
    kinds[[ord(";"), ord(":")]] = _CLAUSE
    return kinds


@cache
def _single_gaps() -> Gaps:
    """By code point of the basic plane: the gap it makes where it stands alone between two words."""
    gaps = np.full(_PLANE, BROKEN, np.uint8)
    gaps[[ord(c) for c in _SPACES + _HYPHENS + _SLASHES + _APOSTROPHES]] = JOINED
    gaps[_kinds() == _ODD_SPACE] = JOINED
    gaps[ord(",")] = COMMA
    return gaps


def classify_characters(text: str) -> Characters:
    """What `tokenize` needs to know of the characters of a text."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    if len(codes) and codes.max() >= _PLANE:
        codes = np.where(codes < _PLANE, codes, np.uint32(0))
    if "&" in text:
        entities = [entity.span() for entity in _ENTITY.finditer(text)]
        codes = codes.copy() if entities else codes
        for start, end in entities:
            codes[start:end] = 0
    return Characters(codes, _kinds().take(codes, mode="clip"))


def tokenize(text: str | Characters) -> Tokens:
    """The words of a text (of many texts joined by a character that is no letter), in order."""
    read = classify_characters(text) if isinstance(text, str) else text
    codes, kind = read.codes, read.kind
    start, end = _runs(kind >= _FIRST_LETTER)
    hashed = hash_runs(kind, start, end - start)
    gap = _gaps(codes, start, end)
    _tell_other_letters_apart(hashed, codes, kind, start)
    dropped = _possessives(codes, kind, start, end)
    ignored = (kind == _IGNORED).nonzero()[0]
    if len(ignored):
        dropped = np.append(dropped, _reread(Tokens(start, end, hashed, gap, ignored), codes, kind))
    is_word = np.ones(len(start), bool)
    is_word[dropped] = False
    kept = is_word.nonzero()[0]
    start, end, hashed, gap = start.take(kept), end.take(kept), hashed.take(kept), gap.take(kept)
    return Tokens(start, end, hashed, gap, np.searchsorted(start, (kind == _CLAUSE).nonzero()[0]))


def _reread(tokens: Tokens, codes: Codes, kind: npt.NDArray[np.uint8]) -> Ints:
    """Words with characters to be ignored are hashed anew, in place; returned are those of nothing else."""
    touched = np.unique(np.searchsorted(tokens.start, (kind == _IGNORED).nonzero()[0], side="right") - 1)
    nothing, spelt = [], []
    for word in touched.tolist():
        letters = (kind[tokens.start[word] : tokens.end[word]] != _IGNORED).nonzero()[0] + tokens.start[word]
        if not len(letters):
            nothing.append(word)
            tokens.gap[word + 1 : word + 2] = BROKEN
            continue
        tokens.start[word] = letters[0]
        spelt.append("".join(map(chr, codes[letters].tolist())))
    tokens.hash[np.setdiff1d(touched, nothing)] = tokenize("\n".join(spelt)).hash
    return np.array(nothing, np.int64)


def _runs(flags: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Where runs of True start and end."""
    padded = np.zeros(len(flags) + 2, bool)
    padded[1:-1] = flags
    edges = (padded[1:] != padded[:-1]).nonzero()[0]
    return edges[::2].copy(), edges[1::2].copy()


def hash_runs(letters: npt.NDArray[np.uint8], start: Ints, length: Ints) -> Hashes:
    """A hash of each run of bytes and its length, taken eight bytes at a time; the same wherever it is computed."""
    padded = np.append(letters, np.zeros(_LETTERS_A_LOAD, np.uint8))
    loads = np.ndarray(len(letters) + 1, np.dtype("<u8"), padded.data, strides=(1,))
    first = loads[start] << _UNUSED_BITS.take(length, mode="clip")
    hashed = _mixed(first ^ length.view(np.uint64))
    longer = (length > _LETTERS_A_LOAD).nonzero()[0]
    at, left = start[longer], length[longer]
    while len(longer):
        at, left = at + _LETTERS_A_LOAD, left - _LETTERS_A_LOAD
        hashed[longer] = _mixed(hashed[longer] ^ (loads[at] << _UNUSED_BITS.take(left, mode="clip")))
        more = left > _LETTERS_A_LOAD
        longer, at, left = longer[more], at[more], left[more]
    return hashed


def _tell_other_letters_apart(hashed: Hashes, codes: Codes, kind: npt.NDArray[np.uint8], start: Ints) -> None:
    """Letters beyond ASCII are all one kind; which they are, and where in the word, goes into the hash here."""
    place = (kind == _OTHER_LETTER).nonzero()[0]
    word = np.searchsorted(start, place, side="right") - 1
    letter = _folded()[codes[place]].astype(np.uint64)
    np.add.at(hashed, word, _mixed((letter << np.uint64(32)) ^ (place - start[word]).view(np.uint64)))


def _mixed(numbers: Hashes) -> Hashes:
    """The bits of each number spread; one to one, so that words of one load can't collide."""
    mixed: Hashes = (numbers ^ (numbers >> np.uint64(32))) * _MULTIPLIER
    mixed ^= mixed >> np.uint64(29)
    return mixed


def _gaps(codes: Codes, start: Ints, end: Ints) -> Gaps:
    """The gap before each word; the first word's is BROKEN."""
    gap = np.full(len(start), BROKEN, np.uint8)
    gap[1:] = _single_gaps().take(codes[end[:-1]])
    wider = (start[1:] - end[:-1] > 1).nonzero()[0] + 1
    first, second = (codes[end[wider - 1] + place] for place in (0, 1))
    after_comma = (first == ord(",")) & (second == ord(" "))
    after_apostrophe = _apostrophes()[first] & ((second == ord(" ")) | (second == ord("-")))
    of_two = np.where(after_comma, COMMA, np.where(after_apostrophe, JOINED, BROKEN))
    gap[wider] = np.where(start[wider] - end[wider - 1] == 2, of_two, BROKEN)
    return gap


def _possessives(codes: Codes, kind: npt.NDArray[np.uint8], start: Ints, end: Ints) -> Ints:
    """The numbers of words that are the s of a possessive."""
    single = (end - start == 1).nonzero()[0]
    single = single[kind[start[single]] == ord("s")]
    single = single[single > 0]
    single = single[end[single - 1] == start[single] - 1]
    return single[_apostrophes()[codes[start[single] - 1]]]


def is_hyphen(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which characters are hyphens or dashes."""
    return np.isin(codes, [ord(c) for c in _HYPHENS])


@cache
def _apostrophes() -> npt.NDArray[np.bool_]:
    return np.isin(np.arange(_PLANE), [ord(c) for c in _APOSTROPHES])


@cache
def _translation() -> dict[int, int | None]:
    folded = _folded()
    changed = ((folded > 0) & (folded != np.arange(_PLANE))).nonzero()[0]
    return {int(c): int(folded[c]) for c in changed} | {int(c): None for c in (_kinds() == _IGNORED).nonzero()[0]}


def fold_case(text: str) -> str:
    """A text with every character folded, one for one; joining marks and soft hyphens are dropped."""
    return text.translate(_translation())


def split_words(text: str) -> list[str]:
    """The folded words of a name or a mention, as `tokenize` sees them."""
    return _WORDS.findall(_POSSESSIVE.sub("", fold_case(text)))

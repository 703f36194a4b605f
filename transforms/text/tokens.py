"""Splits text into words, as arrays of numbers: one pass of numpy over a whole batch of texts.

A word is a run of letters and digits. It is hashed over its folded letters (lower case, without diacritics), so that
looking it up needs no string. The gap before each word says whether a name may continue across it:

    JOINED   one space, hyphen, slash or apostrophe; an apostrophe followed by a space or hyphen
    COMMA    a comma, alone or followed by one space
    BROKEN   anything else: full stops, brackets, symbols, a run of several marks, an escaped entity

The s of a possessive is not a word of its own. Example:

    text     Crohn's disease, non-B ( Ménière )
    words    crohn   disease  non    b       meniere
    start    0       8        17     21      25
    end      5       15       20     22      32
    gap      BROKEN  JOINED   COMMA  JOINED  BROKEN
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
# kinds of characters; folded ASCII letters and digits, 0x30 to 0x7A, are their own kind
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
    """A text as code points and their kinds.

    codes: NUL for characters outside the basic plane and for those of escaped entities ("&lt;").
    kind: for a letter or digit whose folded form is ASCII, that form; else one of the constants above. All letters and
    digits have a kind of at least `_FIRST_LETTER`:

        text    É   3   ;         ü   β              %
        kind    e   3   _CLAUSE   u   _OTHER_LETTER  _NO_LETTER
    """

    codes: Codes
    kind: npt.NDArray[np.uint8]

    def is_within_word(self, position: Ints) -> npt.NDArray[np.bool_]:
        """Whether there is a letter or digit on both sides of each position; positions must be before the end."""
        letter = self.kind >= _FIRST_LETTER
        inside: npt.NDArray[np.bool_] = letter[position] & letter[np.maximum(position - 1, 0)] & (position > 0)
        return inside

    @property
    def has_odd_spaces(self) -> bool:
        """Whether the text has white space outside ASCII."""
        return bool((self.kind == _ODD_SPACE).any())


@dataclass(frozen=True)
class Tokens:
    """The words of a text in order: start and end (code points), hash, and the gap before each.

    clause: numbers of the words that follow a semicolon or colon.
    """

    start: Ints
    end: Ints
    hash: Hashes
    gap: Gaps
    clause: Ints

    def __len__(self) -> int:
        return len(self.start)


def fold_character(character: str) -> str:
    """The character in lower case without diacritics; unchanged where that would not be a single character."""
    lower = character.lower()
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if unicodedata.category(c) != "Mn")
    bare = _PLAIN.get(bare, bare)
    if len(bare) == 1 and bare.isalnum() and ord(bare) < _PLANE:
        return bare
    return lower if len(lower) == 1 else character


@cache
def _folded() -> npt.NDArray[np.uint16]:
    """The folded form of each code point of the basic plane; 0 for those that are neither letter nor digit."""
    letters = [ord(fold_character(chr(code))) if chr(code).isalnum() else 0 for code in range(_PLANE)]
    return np.array(letters, np.uint16)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """The value of `Characters.kind` for each code point of the basic plane."""
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
    """The gap that each code point of the basic plane makes as the only character between two words."""
    gaps = np.full(_PLANE, BROKEN, np.uint8)
    gaps[[ord(c) for c in _SPACES + _HYPHENS + _SLASHES + _APOSTROPHES]] = JOINED
    gaps[_kinds() == _ODD_SPACE] = JOINED
    gaps[ord(",")] = COMMA
    return gaps


def classify_characters(text: str) -> Characters:
    """The code points of a text and their kinds, as `tokenize` needs them."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    if len(codes) and codes.max() >= _PLANE:
        # tables of a million entries would leave the cache; characters beyond the plane are no letters of names
        codes = np.where(codes < _PLANE, codes, np.uint32(0))
    if "&" in text:
        entities = [entity.span() for entity in _ENTITY.finditer(text)]
        codes = codes.copy() if entities else codes
        for start, end in entities:
            codes[start:end] = 0
    return Characters(codes, _kinds().take(codes, mode="clip"))


def tokenize(text: str | Characters) -> Tokens:
    """The words of a text, in order; many texts may be joined by a character that is no letter."""
    characters = classify_characters(text) if isinstance(text, str) else text
    codes, kind = characters.codes, characters.kind
    start, end = _runs(kind >= _FIRST_LETTER)
    hashed = hash_runs(kind, start, end - start)
    gap = _gaps(codes, start, end)
    _hash_other_letters(hashed, codes, kind, start)
    # after hashing, so that the words keep their places until all are known that go
    dropped = _possessives(codes, kind, start, end)
    ignored = (kind == _IGNORED).nonzero()[0]
    if len(ignored):
        dropped = np.append(dropped, _rehash_without_ignored(Tokens(start, end, hashed, gap, ignored), codes, kind))
    is_word = np.ones(len(start), bool)
    is_word[dropped] = False
    kept = is_word.nonzero()[0]
    start, end, hashed, gap = start.take(kept), end.take(kept), hashed.take(kept), gap.take(kept)
    return Tokens(start, end, hashed, gap, np.searchsorted(start, (kind == _CLAUSE).nonzero()[0]))


def _rehash_without_ignored(tokens: Tokens, codes: Codes, kind: npt.NDArray[np.uint8]) -> Ints:
    """Hash words with ignorable characters (joining marks, soft hyphens) again without them, in place.

    Returns the numbers of the words that consist of nothing else. A Python loop, because such words are rare.
    """
    affected = np.unique(np.searchsorted(tokens.start, (kind == _IGNORED).nonzero()[0], side="right") - 1)
    empty, spelt = [], []
    for word in affected.tolist():
        letters = (kind[tokens.start[word] : tokens.end[word]] != _IGNORED).nonzero()[0] + tokens.start[word]
        if not len(letters):
            empty.append(word)
            tokens.gap[word + 1 : word + 2] = BROKEN
            continue
        tokens.start[word] = letters[0]
        spelt.append("".join(map(chr, codes[letters].tolist())))
    tokens.hash[np.setdiff1d(affected, empty)] = tokenize("\n".join(spelt)).hash
    return np.array(empty, np.int64)


def _runs(flags: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The start and the end of each run of True."""
    padded = np.zeros(len(flags) + 2, bool)
    padded[1:-1] = flags
    # starts and ends alternate, because the padding makes every run begin and end
    edges = (padded[1:] != padded[:-1]).nonzero()[0]
    return edges[::2].copy(), edges[1::2].copy()


def hash_runs(letters: npt.NDArray[np.uint8], start: Ints, length: Ints) -> Hashes:
    """A 64-bit hash of each run of bytes and its length; the same on every machine.

    Eight bytes are read at once. Of a shorter rest, the bytes behind the run are shifted out of the word:

        letters   b o n e m a r r o w       run at 0, length 4
        load      bytes 0-7 as a little-endian integer: b o n e m a r r, the first byte lowest
        shifted   left by 8 * (8 - 4) bits: 0 0 0 0 b o n e
    """
    padded = np.append(letters, np.zeros(_LETTERS_A_LOAD, np.uint8))
    # overlapping view: loads[i] is the integer of the eight bytes from i
    loads = np.ndarray(len(letters) + 1, np.dtype("<u8"), padded.data, strides=(1,))
    first = loads[start] << _UNUSED_BITS.take(length, mode="clip")
    hashed = _mixed(first ^ length.view(np.uint64))
    longer = (length > _LETTERS_A_LOAD).nonzero()[0]
    at, left = start[longer], length[longer]
    # each pass takes eight letters of the words that still have some: few passes, as words are short
    while len(longer):
        at, left = at + _LETTERS_A_LOAD, left - _LETTERS_A_LOAD
        hashed[longer] = _mixed(hashed[longer] ^ (loads[at] << _UNUSED_BITS.take(left, mode="clip")))
        more = left > _LETTERS_A_LOAD
        longer, at, left = longer[more], at[more], left[more]
    return hashed


def _hash_other_letters(hashed: Hashes, codes: Codes, kind: npt.NDArray[np.uint8], start: Ints) -> None:
    """Add letters outside ASCII to the hashes, in place, each with its offset in the word.

    They are all one kind: without this, two Greek words of one length would have the same hash.
    """
    position = (kind == _OTHER_LETTER).nonzero()[0]
    word = np.searchsorted(start, position, side="right") - 1
    letter = _folded()[codes[position]].astype(np.uint64)
    np.add.at(hashed, word, _mixed((letter << np.uint64(32)) ^ (position - start[word]).view(np.uint64)))


def _mixed(numbers: Hashes) -> Hashes:
    """Mix the bits of each number, one to one: two ASCII words of up to eight letters cannot collide."""
    mixed: Hashes = (numbers ^ (numbers >> np.uint64(32))) * _MULTIPLIER
    mixed ^= mixed >> np.uint64(29)
    return mixed


def _gaps(codes: Codes, start: Ints, end: Ints) -> Gaps:
    """The gap before each word; the first word's is BROKEN."""
    gap = np.full(len(start), BROKEN, np.uint8)
    gap[1:] = _single_gaps().take(codes[end[:-1]])
    # gaps of two characters: ", " is a comma, "' " and "'-" join ("patients' sera"); all others break
    wider = (start[1:] - end[:-1] > 1).nonzero()[0] + 1
    first, second = (codes[end[wider - 1] + offset] for offset in (0, 1))
    after_comma = (first == ord(",")) & (second == ord(" "))
    after_apostrophe = _apostrophes()[first] & ((second == ord(" ")) | (second == ord("-")))
    of_two = np.where(after_comma, COMMA, np.where(after_apostrophe, JOINED, BROKEN))
    gap[wider] = np.where(start[wider] - end[wider - 1] == 2, of_two, BROKEN)
    return gap


def _possessives(codes: Codes, kind: npt.NDArray[np.uint8], start: Ints, end: Ints) -> Ints:
    """The numbers of the words that are the s of a possessive."""
    single = (end - start == 1).nonzero()[0]
    single = single[kind[start[single]] == ord("s")]
    single = single[single > 0]
    single = single[end[single - 1] == start[single] - 1]
    return single[_apostrophes()[codes[start[single] - 1]]]


def is_hyphen(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each character is a hyphen or dash."""
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
    """The text with every character folded, one for one; joining marks and soft hyphens are dropped."""
    return text.translate(_translation())


def split_words(text: str) -> list[str]:
    """The folded words of a name or a mention, as strings, split as `tokenize` splits."""
    return _WORDS.findall(_POSSESSIVE.sub("", fold_case(text)))

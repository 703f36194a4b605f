"""An index of the tags in many PubMed records at once, in place of an XML tree for each record.

Building a Python or C object for every element costs three times as much as reading the fields that are needed. So
libxml2 only checks that records are well-formed, and their fields are read by the positions of their tags, which numpy
finds in one pass. This is exact for well-formed records in which every '<' and '>' belongs to a tag: without comments,
processing instructions and CDATA sections, and without '>' in text or attributes. PubMed writes nothing else; any other
record is first rewritten by `transforms.pubmed.markup`.

Two records, their bytes joined, and the arrays made of them:

    byte     0    5    10   15   20   25   30
             <A><B>x</B></A><A><B>yy</B></A>
             |  |   |   |   |  |    |   |
    tag      0  1   2   3   4  5    6   7

    start    [0, 3, 7, 11, 15, 18, 23, 27]    byte of each '<'
    end      [2, 5, 10, 14, 17, 20, 26, 30]   byte of each '>'
    records  TagRanges(begin=[0, 4], end=[4, 8])     the tags of each record

    index.first("B", index.records)  -> [1, 5]
    index.contents([1, 5], "B")      -> [b"x", b"yy"], from end[tag] + 1 up to start[its end tag]

Names are compared as integers. The eight bytes after each '<' are read as one little-endian integer, the *word* of the
tag, whose lowest byte is the first letter. Tags are grouped by that letter, and a name is found among the tags of its
group by masking their words:

    bytes after '<' of tag 1     B>x</B><       word 0x3C3E422F3C783E42
    looking for "B"              B              word & 0xFF == 0x42, and the byte after the name ends it ('>', ' ', '/')

In nested elements of one name the first end tag would be taken for the end of the outer one; PubMed nests no element
that is read here in one of the same name.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from transforms.columnar.types import Bools, Ints
from transforms.pubmed.markup import clean_each, escape_angle_brackets, read_attributes

T = TypeVar("T")

NO_TAG = -1
"""In place of a tag number where there is no such tag."""

_LESS, _GREATER, _SLASH = np.frombuffer(b"<>/", np.uint8)
_WORD_BYTES = 8
_PADDING = bytes(64)  # so that words can be read beyond the last tag
_ENDS_NAME = np.isin(np.arange(256), list(b"> /\n\t\r"))


class TagRanges(NamedTuple):
    """For each record a range of tag numbers to search in, from `begin` up to but not including `end`."""

    begin: Ints
    end: Ints

    def where(self, chosen: Bools, other: "TagRanges") -> "TagRanges":
        """Return these ranges for the chosen records and the `other` ranges for the rest."""
        return TagRanges(np.where(chosen, self.begin, other.begin), np.where(chosen, self.end, other.end))


class TagIndex:
    """The tags of well-formed records, numbered throughout; raises ValueError if a record is not well-formed.

    data: the records, joined; start, end: position of the '<' and of the '>' of each tag; records: the range of all
    tags of each record.
    """

    def __init__(self, records: Sequence[bytes]) -> None:
        self.data = b"".join([*records, _PADDING])
        brackets = _find_brackets(self.data)
        if brackets is None:
            records = [
                escape_angle_brackets(record) if _find_brackets(record) is None else record for record in records
            ]
            self.data = b"".join([*records, _PADDING])
            brackets = _find_brackets(self.data)
        if brackets is None:
            raise ValueError("a record is not well-formed")
        self.start, self.end = brackets
        self._bytes = np.frombuffer(self.data, np.uint8)
        # A view, not a copy: element i is the word that begins at byte i, so neighbours overlap.
        self._words = np.ndarray(len(self.data) - _WORD_BYTES, np.dtype("<u8"), self.data, strides=(1,))
        words = self._words[self.start + 1]
        first_letters = words.astype(np.uint8)  # keeps the lowest byte, which is the first
        order = np.argsort(first_letters, kind="stable")
        self._is_end_tag = first_letters == _SLASH
        self._by_letter = order, words[order], np.searchsorted(first_letters[order], np.arange(257))
        self._tags_by_name: dict[str, Ints] = {}
        first_tags = np.searchsorted(self.start, np.cumsum([0, *map(len, records)]))
        self.records = TagRanges(first_tags[:-1], first_tags[1:])

    def first(self, name: str, ranges: TagRanges) -> Ints:
        """Return for each record the first start tag of this name in its range, NO_TAG where there is none."""
        tags = self._named(name)
        if not len(tags):
            return np.full(len(ranges.begin), NO_TAG)
        position = np.searchsorted(tags, ranges.begin)
        candidates = tags.take(position, mode="clip")
        return np.where((position < len(tags)) & (candidates < ranges.end), candidates, NO_TAG)

    def find_all(self, name: str, ranges: TagRanges) -> tuple[Ints, Ints]:
        """Return how many start tags of this name each range has, and the numbers of all of them.

        counts [2, 0, 1] and tags [4, 7, 21]: tags 4 and 7 belong to record 0, tag 21 to record 2.
        """
        tags = self._named(name)
        low, high = np.searchsorted(tags, ranges.begin), np.searchsorted(tags, ranges.end)
        counts = np.maximum(high - low, 0)
        before = np.cumsum(counts) - counts
        # low[i], low[i] + 1, ... for each record i: the running number, shifted by low[i] - before[i].
        return counts, tags[np.repeat(low - before, counts) + np.arange(counts.sum())]

    def inside(self, tags: Ints, name: str) -> TagRanges:
        """Return the range of tags inside each element that these start tags of one name begin; empty for NO_TAG."""
        return TagRanges(np.where(tags == NO_TAG, 0, tags + 1), np.where(tags == NO_TAG, 0, self._end_tags(tags, name)))

    def contents(self, tags: Ints, name: str) -> list[bytes]:
        """Return the bytes between start tags of one name and their end tags; b'' for NO_TAG."""
        begin = np.where(tags == NO_TAG, 0, self.end[tags] + 1)
        finish = np.where(tags == NO_TAG, 0, self.start[self._end_tags(tags, name)])
        data = self.data
        return [data[a:b] for a, b in zip(begin.tolist(), finish.tolist(), strict=True)]

    def texts(self, tags: Ints, name: str) -> list[str | None]:
        """Return the text of each element; None where it is empty, and for NO_TAG."""
        return [text or None for text in clean_each(self.contents(tags, name))]

    def text_lists(self, name: str, ranges: TagRanges) -> list[list[str]]:
        """Return for each record the texts of all elements of this name in its range, without empty ones."""
        counts, tags = self.find_all(name, ranges)
        return split_texts(clean_each(self.contents(tags, name)), counts)

    def next_sibling(self, tags: Ints, name: str, sibling_name: str) -> Ints:
        """Return the start tag of `sibling_name` that directly follows each element of `name`, else NO_TAG."""
        next_tags = self._end_tags(tags, name) + 1
        is_sibling = np.zeros(len(self.start) + 1, bool)
        is_sibling[self._named(sibling_name)] = True
        return np.where(is_sibling[next_tags], next_tags, NO_TAG)

    def attributes(self, tags: Ints, attribute: str) -> list[str | None]:
        """Return the value of one attribute in each of these tags; None for a tag without it."""
        data = self.data
        sources = [data[a:b] for a, b in zip(self.start[tags].tolist(), self.end[tags].tolist(), strict=True)]
        values = {source: read_attributes(source).get(attribute) for source in set(sources)}
        return [values[source] for source in sources]

    def first_with_attribute(self, name: str, attribute: str, value: str, ranges: TagRanges) -> Ints:
        """Return for each record the first start tag of this name with this attribute value, else NO_TAG."""
        counts, tags = self.find_all(name, ranges)
        matching = np.flatnonzero([given == value for given in self.attributes(tags, attribute)])
        record = np.repeat(np.arange(len(counts)), counts)[matching]
        first = np.full(len(counts), NO_TAG)
        first[record[::-1]] = tags[matching[::-1]]  # in reverse, so that the first of a record is written last
        return first

    def _end_tags(self, tags: Ints, name: str) -> Ints:
        """Return the end tag of each element; the start tag itself for an empty-element tag (`<Name/>`)."""
        next_tags = np.minimum(tags + 1, len(self.start) - 1)
        is_empty_element = self._bytes[self.end[tags] - 1] == _SLASH
        # Usually the next tag is the end tag. Only elements with children need a search for it.
        end_tags = np.where(is_empty_element, tags, next_tags)
        with_children = np.flatnonzero(~is_empty_element & ~self._is_end_tag[next_tags] & (tags != NO_TAG))
        if len(with_children):
            closing = self._named(f"/{name}")
            end_tags[with_children] = closing[np.searchsorted(closing, tags[with_children])]
        return end_tags

    def _named(self, name: str) -> Ints:
        """Return the numbers of all start tags of this name, or of end tags if the name begins with a slash."""
        if name not in self._tags_by_name:
            order, all_words, bounds = self._by_letter
            group = slice(bounds[ord(name[0])], bounds[ord(name[0]) + 1])
            tags, words = order[group], all_words[group]
            for begin in range(0, len(name), _WORD_BYTES):
                piece = name[begin : begin + _WORD_BYTES].encode()
                if begin:
                    words = self._words[self.start[tags] + (1 + begin)]
                mask = np.uint64((1 << 8 * len(piece)) - 1)
                tags = tags[(words & mask) == np.uint64(int.from_bytes(piece, "little"))]
            self._tags_by_name[name] = tags[_ENDS_NAME[self._bytes[self.start[tags] + (1 + len(name))]]]
        return self._tags_by_name[name]


def split_by_record(values: list[T], counts: Ints) -> list[list[T]]:
    """Split consecutive values into one list for each record: ["a", "b", "c"], [2, 0, 1] -> [["a", "b"], [], ["c"]]."""
    ends = np.cumsum(counts)
    return [values[a:b] for a, b in zip((ends - counts).tolist(), ends.tolist(), strict=True)]


def split_texts(texts: list[str], counts: Ints) -> list[list[str]]:
    """Split texts like `split_by_record`, without empty texts."""
    lists = split_by_record(texts, counts)
    return lists if all(texts) else [[text for text in listed if text] for listed in lists]


def _find_brackets(record: bytes) -> tuple[Ints, Ints] | None:
    """Return the positions of '<' and of '>'; None where they do not alternate, so that not all belong to tags."""
    codes = np.frombuffer(record, np.uint8)
    # '<' is 0x3C and '>' is 0x3E: with the bit in which they differ cleared, one comparison finds both.
    brackets = np.flatnonzero(codes & ~(_LESS ^ _GREATER) == _LESS)
    start, end = brackets[::2], brackets[1::2]
    alternate = len(start) == len(end) and (codes[start] == _LESS).all() and (codes[end] == _GREATER).all()
    return (start.copy(), end.copy()) if alternate else None

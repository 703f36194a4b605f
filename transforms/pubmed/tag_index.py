"""Where the tags stand in PubMed records: an index of many records at once in place of a tree for each.

A tree of Python or C objects for every element costs three times what is wanted of it, so records are checked for
well-formedness by libxml2 and then read by the places of their tags, which numpy finds in one pass. That is exact for
well-formed records in which every '<' and '>' belongs to a tag: no comments, processing instructions or CDATA sections,
no '>' in texts or attributes. PubMed writes nothing else; `pubmed_markup` brings any other record into that form.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Ints
from transforms.pubmed.markup import attributes, clean_each, plain_tags

T = TypeVar("T")
Loads = npt.NDArray[np.uint64]

NONE = -1
"""In place of a tag's number where there is no such tag."""

_OPENS, _CLOSES, _SLASH = np.frombuffer(b"<>/", np.uint8)
_LOAD = 8
_PADDING = bytes(64)
_ENDS_NAME = np.isin(np.arange(256), list(b"> /\n\t\r"))


class Scope(NamedTuple):
    """Of each record the stretch in which something is looked for: the tags numbered from begin, up to end."""

    begin: Ints
    end: Ints

    def where(self, chosen: npt.NDArray[np.bool_], other: "Scope") -> "Scope":
        """These stretches for the records that are chosen, the other ones for the rest."""
        return Scope(np.where(chosen, self.begin, other.begin), np.where(chosen, self.end, other.end))


class Tags:
    """The tags of well-formed records, numbered throughout.

    data: the records one after the other; start, end: where each tag begins, and where its '>' stands; records: all
    tags of each record.
    """

    def __init__(self, records: Sequence[bytes]) -> None:
        self.data = b"".join([*records, _PADDING])
        marks = _marks(self.data)
        if marks is None:
            records = [plain_tags(record) if _marks(record) is None else record for record in records]
            self.data = b"".join([*records, _PADDING])
            marks = _marks(self.data)
        if marks is None:
            raise ValueError("a record is not well-formed")
        self.start, self.end = marks
        self._bytes = np.frombuffer(self.data, np.uint8)
        self._loads = np.ndarray(len(self.data) - _LOAD, np.dtype("<u8"), self.data, strides=(1,))
        loads = self._loads[self.start + 1]
        letters = loads.astype(np.uint8)  # the lowest byte is the first
        order = np.argsort(letters, kind="stable")
        self._is_ending = letters == _SLASH
        self._by_letter = order, loads[order], np.searchsorted(letters[order], np.arange(257))
        self._found: dict[str, Ints] = {}
        first = np.searchsorted(self.start, np.cumsum([0, *map(len, records)]))
        self.records = Scope(first[:-1], first[1:])

    def first(self, name: str, scope: Scope) -> Ints:
        """Of each record the first start tag of this name in the scope, NONE where there is none."""
        tags = self._named(name)
        if not len(tags):
            return np.full(len(scope.begin), NONE)
        at = np.searchsorted(tags, scope.begin)
        found = tags.take(at, mode="clip")
        return np.where((at < len(tags)) & (found < scope.end), found, NONE)

    def each(self, name: str, scope: Scope) -> tuple[Ints, Ints]:
        """All start tags of this name in the scopes: of each record how many, and their numbers."""
        tags = self._named(name)
        low, high = np.searchsorted(tags, scope.begin), np.searchsorted(tags, scope.end)
        count = np.maximum(high - low, 0)
        before = np.cumsum(count) - count
        return count, tags[np.repeat(low - before, count) + np.arange(count.sum())]

    def inside(self, tags: Ints, name: str) -> Scope:
        """What stands within the elements that these tags of one name start; nothing for NONE."""
        return Scope(np.where(tags == NONE, 0, tags + 1), np.where(tags == NONE, 0, self._ending(tags, name)))

    def contents(self, tags: Ints, name: str) -> list[bytes]:
        """What stands between the start tags of one name and their end tags; b'' for NONE."""
        begin = np.where(tags == NONE, 0, self.end[tags] + 1)
        finish = np.where(tags == NONE, 0, self.start[self._ending(tags, name)])
        data = self.data
        return [data[a:b] for a, b in zip(begin.tolist(), finish.tolist(), strict=True)]

    def texts(self, tags: Ints, name: str) -> list[str | None]:
        """The text of each element; None where it is empty, and for NONE."""
        return [text or None for text in clean_each(self.contents(tags, name))]

    def lists(self, name: str, scope: Scope) -> list[list[str]]:
        """Of each record the texts of all elements of this name in the scope, without empty ones."""
        count, tags = self.each(name, scope)
        return in_lists(clean_each(self.contents(tags, name)), count)

    def following(self, tags: Ints, name: str, next_name: str) -> Ints:
        """The start tag of this next name that directly follows each element of one name, NONE where none does."""
        behind = self._ending(tags, name) + 1
        is_next = np.zeros(len(self.start) + 1, bool)
        is_next[self._named(next_name)] = True
        return np.where(is_next[behind], behind, NONE)

    def attribute(self, tags: Ints, attribute: str) -> list[str | None]:
        """The value of one attribute in each of these tags; None where it has none."""
        data = self.data
        written = [data[a:b] for a, b in zip(self.start[tags].tolist(), self.end[tags].tolist(), strict=True)]
        known = {tag: attributes(tag).get(attribute) for tag in set(written)}
        return [known[tag] for tag in written]

    def first_with(self, name: str, attribute: str, value: str, scope: Scope) -> Ints:
        """Of each record the first start tag of this name with this value of an attribute, NONE where there is none."""
        count, tags = self.each(name, scope)
        having = np.flatnonzero([told == value for told in self.attribute(tags, attribute)])
        record = np.repeat(np.arange(len(count)), count)[having]
        found = np.full(len(count), NONE)
        found[record[::-1]] = tags[having[::-1]]
        return found

    def _ending(self, tags: Ints, name: str) -> Ints:
        """The end tag of each element; its start tag where that is all there is of it."""
        behind = np.minimum(tags + 1, len(self.start) - 1)
        is_empty = self._bytes[self.end[tags] - 1] == _SLASH
        ending = np.where(is_empty, tags, behind)
        holding = np.flatnonzero(~is_empty & ~self._is_ending[behind] & (tags != NONE))
        if len(holding):
            closing = self._named(f"/{name}")
            ending[holding] = closing[np.searchsorted(closing, tags[holding])]
        return ending

    def _named(self, name: str) -> Ints:
        """The start tags of this name; the end tags, where it begins with a slash."""
        if name not in self._found:
            order, all_loads, bounds = self._by_letter
            chosen = slice(bounds[ord(name[0])], bounds[ord(name[0]) + 1])
            tags, loads = order[chosen], all_loads[chosen]
            for begin in range(0, len(name), _LOAD):
                piece = name[begin : begin + _LOAD].encode()
                if begin:
                    loads = self._loads[self.start[tags] + (1 + begin)]
                mask = np.uint64((1 << 8 * len(piece)) - 1)
                tags = tags[(loads & mask) == np.uint64(int.from_bytes(piece, "little"))]
            self._found[name] = tags[_ENDS_NAME[self._bytes[self.start[tags] + (1 + len(name))]]]
        return self._found[name]


def by_record(values: list[T], count: Ints) -> list[list[T]]:
    """Values one after the other -> of each record so many."""
    ends = np.cumsum(count)
    return [values[a:b] for a, b in zip((ends - count).tolist(), ends.tolist(), strict=True)]


def in_lists(texts: list[str], count: Ints) -> list[list[str]]:
    """`by_record` without empty texts."""
    lists = by_record(texts, count)
    return lists if all(texts) else [[text for text in listed if text] for listed in lists]


def _marks(record: bytes) -> tuple[Ints, Ints] | None:
    """Where '<' and '>' stand; None where they don't take turns, and so don't all belong to tags."""
    read = np.frombuffer(record, np.uint8)
    marks = np.flatnonzero(read & ~(_OPENS ^ _CLOSES) == _OPENS)  # they differ in one bit
    start, end = marks[::2], marks[1::2]
    alternate = len(start) == len(end) and (read[start] == _OPENS).all() and (read[end] == _CLOSES).all()
    return (start.copy(), end.copy()) if alternate else None

"""The words that say whether a finding is present (assertion_cues.toml), ready for matching."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.columnar.types import Hashes, Ints
from transforms.rules import load_rules
from transforms.text.phrase_trie import Hits, Lexicon, Trie
from transforms.vocabulary.names import tokenize_names


@dataclass(frozen=True)
class Cues:
    """The cues as a trie; by its keys the number of the group each belongs to, and the groups as the file has them.

    classes: the names of the classes of words; class_bits: by number of a word, one bit a class it belongs to.
    """

    trie: Trie
    group: Ints
    groups: list[dict[str, Any]]
    classes: dict[str, np.uint32]
    class_bits: npt.NDArray[np.uint32]

    def are(self, hits: Hits, **properties: str) -> npt.NDArray[np.bool_]:
        """Which hits belong to groups with the given properties."""
        wanted = [all(group.get(key, "") == value for key, value in properties.items()) for group in self.groups]
        return np.array(wanted, bool)[self.group[hits.key]]

    def speaks(self, hits: Hits) -> npt.NDArray[np.bool_]:
        """Which hits say something of a mention, rather than nothing or where another's reach ends."""
        wanted = np.array(["reaches" in group for group in self.groups], bool)
        return wanted[self.group[hits.key]]

    def bits(self, hashes: Hashes) -> npt.NDArray[np.uint32]:
        """The classes of words, one bit each (`classes`)."""
        return self.class_bits[self.trie.lexicon.word_numbers(hashes)]


@cache
def load_cues() -> Cues:
    """The cues of assertion_cues.toml."""
    content = load_rules("assertion_cues")
    groups, classes = content["group"], content["words"]
    phrases = [phrase for group in groups for phrase in group["cues"]]
    spelling = tokenize_names(pa.array(phrases + [word for listed in classes.values() for word in listed]))
    lexicon = Lexicon.from_forms(list(spelling.written.values()), np.arange(len(spelling.written), dtype=np.int32))
    length = spelling.length[: len(phrases)]
    numbers = lexicon.word_numbers(spelling.hashes)
    total = int(length.sum())
    trie, keys = Trie.build(lexicon, numbers[:total], spelling.gaps[:total], np.cumsum(length) - length)
    group = np.zeros(int(keys.max()) + 1, np.int64)
    group[keys] = [at for at, one in enumerate(groups) for _ in one["cues"]]
    bits = {name: np.uint32(1 << at) for at, name in enumerate(classes)}
    class_bits = np.zeros(lexicon.size + 1, np.uint32)
    of_classes = [bits[name] for name, listed in classes.items() for _ in listed]
    np.bitwise_or.at(class_bits, numbers[total:], np.array(of_classes, np.uint32))
    return Cues(trie, group, groups, bits, class_bits)

"""The assertion cues and word classes of assertion_cues.toml, compiled for matching."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.columnar.types import Bools, Hashes, Ints
from transforms.rules import load_rules
from transforms.text.phrase_trie import Hits, Lexicon, Trie
from transforms.vocabulary.names import tokenize_names


@dataclass(frozen=True)
class Cues:
    """The cues as a trie, and the words of the classes that the scope rules need.

    group: by key of the trie, the number of the cue's group; groups: the groups as in the file.
    classes: name of a word class -> its bit; class_bits: by word number, the bits of all classes the word belongs to
    ("is" -> be | finite | verbs).
    """

    trie: Trie
    group: Ints
    groups: list[dict[str, Any]]
    classes: dict[str, np.uint32]
    class_bits: npt.NDArray[np.uint32]

    def have(self, hits: Hits, **properties: str) -> Bools:
        """Which hits are cues of groups with these properties, such as says="negated", reaches="forward"."""
        wanted = [all(group.get(key, "") == value for key, value in properties.items()) for group in self.groups]
        return np.array(wanted, bool)[self.group[hits.key]]

    def assert_something(self, hits: Hits) -> Bools:
        """Which hits qualify a mention; the others only look like cues ('nothing') or end a scope ('stop')."""
        wanted = np.array(["reaches" in group for group in self.groups], bool)
        return wanted[self.group[hits.key]]

    def word_classes(self, hashes: Hashes) -> npt.NDArray[np.uint32]:
        """The classes of words, as bits of `classes`."""
        return self.class_bits[self.trie.lexicon.word_numbers(hashes)]


@cache
def load_cues() -> Cues:
    """The cues of assertion_cues.toml; read once per process."""
    content = load_rules("assertion_cues")
    groups, classes = content["group"], content["words"]
    phrases = [phrase for group in groups for phrase in group["cues"]]
    # cues and words of classes share one lexicon, so that a word of the text is looked up once for both
    spelling = tokenize_names(pa.array(phrases + [word for listed in classes.values() for word in listed]))
    lexicon = Lexicon.from_forms(list(spelling.written.values()), np.arange(len(spelling.written), dtype=np.int32))
    length = spelling.length[: len(phrases)]
    numbers = lexicon.word_numbers(spelling.hashes)
    total = int(length.sum())
    trie, keys = Trie.build(lexicon, numbers[:total], spelling.gaps[:total], np.cumsum(length) - length)
    group_of_key = np.zeros(int(keys.max()) + 1, np.int64)
    group_of_key[keys] = [number for number, group in enumerate(groups) for _ in group["cues"]]
    bits = {name: np.uint32(1 << at) for at, name in enumerate(classes)}
    class_bits = np.zeros(lexicon.size + 1, np.uint32)  # the last entry is for words of no class (ABSENT, -1)
    bit_of_word = [bits[name] for name, listed in classes.items() for _ in listed]
    np.bitwise_or.at(class_bits, numbers[total:], np.array(bit_of_word, np.uint32))
    return Cues(trie, group_of_key, groups, bits, class_bits)

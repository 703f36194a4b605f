"""The words that say whether a finding is present (assertion_cues.toml), ready for matching."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.matching import Hits, Lexicon, Trie
from transforms.names import spell
from transforms.tokens import Hashes, Ints, tokenize


@dataclass(frozen=True)
class Cues:
    """The cues as a trie; by its keys the number of the group each belongs to, and the groups as the file has them."""

    trie: Trie
    group: Ints
    groups: list[dict[str, Any]]
    words: dict[str, Hashes]

    def are(self, hits: Hits, **properties: str) -> npt.NDArray[np.bool_]:
        """Which hits belong to groups with the given properties."""
        wanted = [all(group.get(key, "") == value for key, value in properties.items()) for group in self.groups]
        return np.array(wanted, bool)[self.group[hits.key]]


@cache
def cues() -> Cues:
    """The cues of assertion_cues.toml."""
    content = tomllib.loads(files(__package__).joinpath("assertion_cues.toml").read_text("utf-8"))
    groups = content["group"]
    phrases = [phrase for group in groups for phrase in group["cues"]]
    spelling = spell(pa.array(phrases))
    lexicon = Lexicon.of_forms(list(spelling.written.values()), np.arange(len(spelling.written), dtype=np.int32))
    begins = np.cumsum(spelling.length) - spelling.length
    trie, keys = Trie.build(lexicon, lexicon.numbers(spelling.hashes), spelling.gaps, begins)
    number = np.zeros(int(keys.max()) + 1, np.int64)
    number[keys] = [at for at, group in enumerate(groups) for _ in group["cues"]]
    words = {name: np.sort(tokenize(" ".join(listed)).hash) for name, listed in content["words"].items()}
    return Cues(trie, number, groups, words)

"""Whether a mention is asserted: cues in its sentence that govern it.

A cue (assertion_cues.toml) governs what follows it, or what precedes it, in its sentence up to a semicolon, a colon or
a word that ends its reach, after NegEx (Chapman 2001) and ConText (Harkema 2009). A cue that is part of a mention
("migraine without aura") is none. Of several assertions the first of `ASSERTIONS` after 'present' holds.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.matching import Hits, Lexicon, Trie, leftmost_longest
from transforms.names import spell
from transforms.tokens import Ints, Tokens

ASSERTIONS = ("present", "negated", "other", "uncertain")
"""What can be said of a mention; `assess` returns positions in this."""

_BEYOND = np.iinfo(np.int64).max
_FORWARD, _BACKWARD, _STOP = "forward", "backward", "stop"


@dataclass(frozen=True)
class Cues:
    """The cues as a trie, and what each of its keys says: (assertion, 'forward' or 'backward'), 'stop' or 'nothing'."""

    trie: Trie
    meanings: dict[tuple[str, str], npt.NDArray[np.bool_]]

    def saying(self, hits: Hits, says: str, reaches: str = "") -> Hits:
        """The hits with one meaning."""
        return hits.take(self.meanings[says, reaches][hits.key])


@cache
def cues() -> Cues:
    """The cues of assertion_cues.toml."""
    groups = tomllib.loads(files(__package__).joinpath("assertion_cues.toml").read_text("utf-8"))["group"]
    phrases = [phrase for group in groups for phrase in group["cues"]]
    spelling = spell(pa.array(phrases))
    lexicon = Lexicon.of_forms(list(spelling.written.values()), np.arange(len(spelling.written), dtype=np.int32))
    begins = np.cumsum(spelling.length) - spelling.length
    trie, keys = Trie.build(lexicon, lexicon.numbers(spelling.hashes), spelling.gaps, begins)
    meant = [(group["says"], group.get("reaches", "")) for group in groups for _ in group["cues"]]
    meanings = {meaning: np.zeros(len(keys), bool) for meaning in meant}
    for meaning, key in zip(meant, keys.tolist(), strict=True):
        meanings[meaning][key] = True
    return Cues(trie, meanings)


def assess(tokens: Tokens, mentions: Hits, sentence_begins: Ints) -> Ints:
    """What is said of each mention, as a position in `ASSERTIONS`.

    mentions: in order and without overlap; sentence_begins: the numbers of the words that begin a sentence, ascending.
    """
    known = cues()
    found = leftmost_longest(known.trie.find(tokens))
    found = found.take(~_overlapping(found, mentions))
    stops = np.sort(np.concatenate([sentence_begins, tokens.clause, known.saying(found, _STOP).first]))
    assertion = np.zeros(len(mentions), np.int64)
    for code in range(len(ASSERTIONS) - 1, 0, -1):
        for reaches, governed in ((_FORWARD, _following), (_BACKWARD, _preceding)):
            if (ASSERTIONS[code], reaches) in known.meanings:
                begin, end = governed(known.saying(found, ASSERTIONS[code], reaches), mentions, stops)
                assertion[_covered(begin, end, len(mentions))] = code
    return assertion


def _overlapping(found: Hits, mentions: Hits) -> npt.NDArray[np.bool_]:
    """For each cue: whether it shares a word with a mention."""
    before = np.searchsorted(mentions.first, found.last) - 1
    return (before >= 0) & (np.append(mentions.last, 0)[before] > found.first)


def _following(said: Hits, mentions: Hits, stops: Ints) -> tuple[Ints, Ints]:
    """For each cue: the range of mentions that begin after it and before the next stop."""
    next_stop = np.append(stops, _BEYOND)[np.searchsorted(stops, said.last)]
    return np.searchsorted(mentions.first, said.last), np.searchsorted(mentions.first, next_stop)


def _preceding(said: Hits, mentions: Hits, stops: Ints) -> tuple[Ints, Ints]:
    """For each cue: the range of mentions that end before it and after the stop before it."""
    last_stop = np.append(-1, stops)[np.searchsorted(stops, said.first, side="right")]
    return (
        np.searchsorted(mentions.last, last_stop, side="right"),
        np.searchsorted(mentions.last, said.first, side="right"),
    )


def _covered(begin: Ints, end: Ints, length: int) -> npt.NDArray[np.bool_]:
    """Which of `length` places lie in one of the ranges."""
    real = begin < end
    depth = np.bincount(begin[real], minlength=length + 1) - np.bincount(end[real], minlength=length + 1)
    covered: npt.NDArray[np.bool_] = depth.cumsum()[:length] > 0
    return covered

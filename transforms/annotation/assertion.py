"""Whether a mention is asserted: cues in its sentence that govern it.

A cue (assertion_cues.toml) governs what follows it, what precedes it, or both, after NegEx (Chapman 2001), ConText
(Harkema 2009) and the guidelines of BioScope (Vincze 2008). How far it reaches:

- Never beyond its sentence, a semicolon, a colon, a word that ends a clause, or the end of the brackets it stands in.
- Not beyond a comma, unless that separates the members of a list ("no anemia, fever or sepsis").
- Cues with `until = "verb"` ("without", "lack of") not beyond an auxiliary verb.
- "not" between a form of "be" and a participle ("was not detected") governs its subject as well.

A cue that is part of a mention ("migraine without aura") is none. Of several assertions the first of `ASSERTIONS` after
'present' holds.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotation.cue_scope import Stops
from transforms.annotation.cues import load_cues
from transforms.columnar.types import Ints
from transforms.schema.mentions import ASSERTIONS
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import Characters, Tokens

_Flags = npt.NDArray[np.bool_]


def assess(tokens: Tokens, read: Characters, mentions: Hits, sentence_begins: Ints) -> Ints:
    """What is said of each mention, as a position in `ASSERTIONS`.

    read: the characters the words were read from; mentions: in order and without overlap; sentence_begins: the numbers
    of the words that begin a sentence, ascending.
    """
    known = load_cues()
    found = leftmost_longest(known.trie.find(tokens))
    found = found.take(~_overlapping(found, mentions) & ~_shouted(found, tokens, read))
    assertion = np.zeros(len(mentions), np.int64)
    part = _Part.with_cues(tokens, found, mentions, sentence_begins)
    stops = Stops.between(part.tokens, read, part.found, part.sentence_begins)
    said = part.found.take(known.speaks(part.found))
    begin, end = _mentions_between(*stops.reach(said), part.mentions)
    for code in range(len(ASSERTIONS) - 1, 0, -1):
        saying = known.are(said, says=ASSERTIONS[code])
        assertion[part.number[_covered((begin[saying], end[saying]), len(part.mentions))]] = code
    return assertion


@dataclass(frozen=True)
class _Part:
    """The sentences that have both a cue and a mention, as a text of their own.

    number: of each of its mentions in the whole text.
    """

    tokens: Tokens
    found: Hits
    mentions: Hits
    number: Ints
    sentence_begins: Ints

    @classmethod
    def with_cues(cls, tokens: Tokens, found: Hits, mentions: Hits, sentence_begins: Ints) -> "_Part":
        """The part of a text in which something can be said of a mention."""
        begins = np.append(0, sentence_begins)
        sentence = [np.searchsorted(begins, hits.first, side="right") - 1 for hits in (found, mentions)]
        wanted = np.zeros(len(begins), bool)
        wanted[sentence[0][load_cues().speaks(found)]] = True
        with_mentions = np.zeros(len(begins), bool)
        with_mentions[sentence[1]] = True
        wanted &= with_mentions
        inside = np.repeat(wanted, np.diff(np.append(begins, len(tokens))))
        place = np.cumsum(inside) - inside
        clause = tokens.clause[tokens.clause < len(tokens)]
        number = wanted[sentence[1]].nonzero()[0]
        return cls(
            Tokens(
                tokens.start[inside],
                tokens.end[inside],
                tokens.hash[inside],
                tokens.gap[inside],
                place[clause[inside[clause]]],
            ),
            _moved(found.take(wanted[sentence[0]]), place),
            _moved(mentions.take(number), place),
            number,
            place[begins[wanted]],
        )


def _moved(hits: Hits, place: Ints) -> Hits:
    """Hits by the new places of their words."""
    return Hits(place[hits.first], place[hits.last - 1] + 1, hits.key)


def _overlapping(found: Hits, mentions: Hits) -> _Flags:
    """For each cue: whether it shares a word with a mention."""
    before = np.searchsorted(mentions.first, found.last) - 1
    return (before >= 0) & (np.append(mentions.last, 0)[before] > found.first)


def _shouted(found: Hits, tokens: Tokens, read: Characters) -> _Flags:
    """For each cue: whether it is "NO" in a text that is not in capitals, where it is nitric oxide."""
    single = (found.last - found.first == 1) & (
        (load_cues().bits(tokens.hash[found.first]) & load_cues().classes["acronyms"]) != 0
    )
    second = np.minimum(tokens.start[found.first] + 1, len(read.codes) - 1)
    following = np.minimum(tokens.end[np.minimum(found.last, len(tokens) - 1)] - 1, len(read.codes) - 1)
    return single & _is_capital(read.codes[second]) & ~_is_capital(read.codes[following])


def _is_capital(codes: npt.NDArray[np.uint32]) -> _Flags:
    return (codes >= ord("A")) & (codes <= ord("Z"))


def _mentions_between(begin: Ints, end: Ints, mentions: Hits) -> tuple[Ints, Ints]:
    """For each range of words: the range of mentions that lie within it."""
    return np.searchsorted(mentions.first, begin), np.searchsorted(mentions.last, end, side="right")


def _covered(ranges: tuple[Ints, Ints], length: int) -> _Flags:
    """Which of `length` places lie in one of the ranges."""
    begin, end = ranges
    real = begin < end
    depth = np.bincount(begin[real], minlength=length + 1) - np.bincount(end[real], minlength=length + 1)
    covered: _Flags = depth.cumsum()[:length] > 0
    return covered

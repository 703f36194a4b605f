"""Assertion: whether a mention is present, negated, uncertain or about somebody else.

A cue (assertion_cues.toml: "no", "possible", "family history of") governs the words after it, before it, or both, after
NegEx (Chapman 2001), ConText (Harkema 2009) and the guidelines of BioScope (Vincze 2008). The limits of its scope:

- Never beyond its sentence, a semicolon, a colon, a word that ends a clause, or the brackets it stands in.
- Not beyond a comma, unless that separates the members of a list ("no anemia, fever or sepsis").
- Cues with `until = "verb"` ("without", "lack of") not beyond an auxiliary verb.
- "not" between a form of "be" and a participle ("was not detected") governs its subject as well.

A cue that is part of a mention ("migraine without aura") does not count. Where several cues govern a mention, the first
of `ASSERTIONS` after 'present' wins.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotation.cue_scope import ScopeLimits
from transforms.annotation.cues import load_cues
from transforms.columnar.types import Bools, Ints
from transforms.schema.mentions import ASSERTIONS
from transforms.text.phrase_trie import Hits, leftmost_longest
from transforms.text.tokens import Characters, Tokens


def assess(tokens: Tokens, characters: Characters, mentions: Hits, sentence_starts: Ints) -> Ints:
    """The assertion of each mention, as a position in `ASSERTIONS`.

    characters: those that the tokens were read from; mentions: in order and without overlaps; sentence_starts: the
    numbers of the first words of sentences, ascending.

        tokens      no fever ; possible sepsis          mentions   [1, 2), [3, 4)
        scopes      "no": [0, 2) negated                "possible": [2, 4) uncertain
        result      negated, uncertain
    """
    cues = load_cues()
    cue_hits = leftmost_longest(cues.trie.find(tokens))
    cue_hits = cue_hits.take(~_overlap(cue_hits, mentions) & ~_is_nitric_oxide(cue_hits, tokens, characters))
    assertion = np.zeros(len(mentions), np.int64)
    part = _RelevantSentences.select(tokens, cue_hits, mentions, sentence_starts)
    limits = ScopeLimits.find(part.tokens, characters, part.cue_hits, part.sentence_starts)
    asserting = part.cue_hits.take(cues.assert_something(part.cue_hits))
    begin, end = _mentions_between(*limits.scopes(asserting), part.mentions)
    # from the weakest to the strongest, so that the strongest is written last
    for code in range(len(ASSERTIONS) - 1, 0, -1):
        chosen = cues.have(asserting, says=ASSERTIONS[code])
        assertion[part.mention_number[_covered((begin[chosen], end[chosen]), len(part.mentions))]] = code
    return assertion


@dataclass(frozen=True)
class _RelevantSentences:
    """The sentences that have both a cue and a mention, as a text of their own: the others need no scopes.

    mention_number: the number in the whole text of each of its mentions.
    """

    tokens: Tokens
    cue_hits: Hits
    mentions: Hits
    mention_number: Ints
    sentence_starts: Ints

    @classmethod
    def select(cls, tokens: Tokens, cue_hits: Hits, mentions: Hits, sentence_starts: Ints) -> "_RelevantSentences":
        """Cut the relevant sentences out of a text and renumber their words."""
        starts = np.append(0, sentence_starts)
        sentence_of_cue, sentence_of_mention = (
            np.searchsorted(starts, hits.first, side="right") - 1 for hits in (cue_hits, mentions)
        )
        has_cue, has_mention = np.zeros(len(starts), bool), np.zeros(len(starts), bool)
        has_cue[sentence_of_cue[load_cues().assert_something(cue_hits)]] = True
        has_mention[sentence_of_mention] = True
        wanted = has_cue & has_mention
        # kept [T, T, F, F, T] -> new numbers [0, 1, 2, 2, 2]; only those of kept words are used
        kept = np.repeat(wanted, np.diff(np.append(starts, len(tokens))))
        new_number: Ints = np.cumsum(kept) - kept
        clause = tokens.clause[tokens.clause < len(tokens)]
        mention_number = wanted[sentence_of_mention].nonzero()[0]
        return cls(
            Tokens(
                tokens.start[kept],
                tokens.end[kept],
                tokens.hash[kept],
                tokens.gap[kept],
                new_number[clause[kept[clause]]],
            ),
            _renumbered(cue_hits.take(wanted[sentence_of_cue]), new_number),
            _renumbered(mentions.take(mention_number), new_number),
            mention_number,
            new_number[starts[wanted]],
        )


def _renumbered(hits: Hits, new_number: Ints) -> Hits:
    """The hits with the new numbers of their words."""
    return Hits(new_number[hits.first], new_number[hits.last - 1] + 1, hits.key)


def _overlap(cue_hits: Hits, mentions: Hits) -> Bools:
    """Which cues share a word with a mention."""
    before = np.searchsorted(mentions.first, cue_hits.last) - 1
    return (before >= 0) & (np.append(mentions.last, 0)[before] > cue_hits.first)


def _is_nitric_oxide(cue_hits: Hits, tokens: Tokens, characters: Characters) -> Bools:
    """Which cues are "NO" in a text that is not in capitals, where it stands for nitric oxide.

    The text counts as capitals if the last letter of the word after the cue is one ("NO FEVER").
    """
    cues = load_cues()
    is_no = (cue_hits.last - cue_hits.first == 1) & (
        (cues.word_classes(tokens.hash[cue_hits.first]) & cues.classes["acronyms"]) != 0
    )
    second_letter = np.minimum(tokens.start[cue_hits.first] + 1, len(characters.codes) - 1)
    next_word = np.minimum(cue_hits.last, len(tokens) - 1)
    following_letter = np.minimum(tokens.end[next_word] - 1, len(characters.codes) - 1)
    is_upper = _is_capital(characters.codes[second_letter])
    return is_no & is_upper & ~_is_capital(characters.codes[following_letter])


def _is_capital(codes: npt.NDArray[np.uint32]) -> Bools:
    return (codes >= ord("A")) & (codes <= ord("Z"))


def _mentions_between(begin: Ints, end: Ints, mentions: Hits) -> tuple[Ints, Ints]:
    """For each range of words, the range of mentions that lie within it."""
    return np.searchsorted(mentions.first, begin), np.searchsorted(mentions.last, end, side="right")


def _covered(ranges: tuple[Ints, Ints], length: int) -> Bools:
    """Which of the numbers below `length` lie in one of the ranges.

    [1, 3) and [2, 4) of 5: + 1 where a range begins, - 1 where it ends -> 0 1 1 -1 -1, summed 0 1 2 1 0.
    """
    begin, end = ranges
    real = begin < end
    depth = np.bincount(begin[real], minlength=length + 1) - np.bincount(end[real], minlength=length + 1)
    covered: Bools = depth.cumsum()[:length] > 0
    return covered

"""How far the cues of an assertion reach in their sentence (the rules stand in transforms.assertion)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.assertion_cues import cues
from transforms.matching import Hits
from transforms.tokens import BROKEN, COMMA, Characters, Ints, Tokens

_BEYOND = np.iinfo(np.int64).max
_LIST_MEMBER = 4
_LONGEST_LIST = 4
_LAST_MEMBER = 4
_SUBJECT = 6
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stops:
    """Where the reach of cues ends: numbers of words that begin something else, ascending."""

    tokens: Tokens
    read: Characters
    always: Ints
    verbs: Ints
    opened: Ints
    clauses: Ints
    elided: Ints
    phrases: Ints
    closing: Ints
    commas: Ints
    depth: Ints

    @classmethod
    def between(cls, tokens: Tokens, read: Characters, found: Hits, sentence_begins: Ints) -> "Stops":
        """The stops of a batch of texts."""
        known = cues()
        enders = found.take(known.are(found, says="stop")).first
        stops = np.unique(np.concatenate([sentence_begins, tokens.clause, enders]))
        depth = _depth(tokens, read, sentence_begins)
        closing = (np.diff(depth) < 0).nonzero()[0] + 1
        return cls(
            tokens,
            read,
            stops,
            _verbs(tokens),
            np.union1d(np.isin(tokens.hash, known.words["openers"]).nonzero()[0], _after_a_clause(tokens, stops)) + 1,
            _before_a_clause(tokens, stops, _SUBJECT),
            _before_a_clause(tokens, stops, 1),
            ((tokens.gap == COMMA) | np.isin(tokens.hash, known.words["and"])).nonzero()[0],
            closing,
            _breaking_commas(tokens, stops),
            depth,
        )

    def reach(self, said: Hits) -> tuple[Ints, Ints]:
        """For each cue: the words it governs, from the first to one past the last, itself among them."""
        forward = cues().are(said, reaches="forward") | cues().are(said, reaches="both")
        backward = cues().are(said, reaches="backward") | cues().are(said, reaches="both") | self._passive(said)
        begin = np.where(backward, self._before(said), said.first)
        end = np.where(forward, self._after(said), said.last)
        return begin, end

    def _after(self, said: Hits) -> Ints:
        """One past the last word that a cue governs after it."""
        end = np.minimum(_next(self.always, said.last), _next(self.commas, said.last))
        end = np.minimum(end, _next(self.elided, said.last))
        verb = np.minimum(end, _next(self.verbs, said.last))
        end = np.where(cues().are(said, until="verb"), verb, end)
        end = np.where(cues().are(said, until="clause"), np.minimum(end, _next(self.clauses, said.last)), end)
        end = np.where(cues().are(said, until="phrase"), np.minimum(verb, _next(self.phrases, said.last)), end)
        bracketed = self.depth[said.first] > 0
        return np.where(bracketed, np.minimum(end, _next(self.closing, said.last)), end)

    def _before(self, said: Hits) -> Ints:
        """The first word that a cue governs before it; a pair of commas before its verb sets an aside apart."""
        begin = np.maximum(_last(self.always, said.first), _last(self.opened, said.first))
        comma = _last(self.commas, said.first)
        verb = np.where(np.isin(self.tokens.hash[said.first], cues().words["verbs"]), said.first, said.first - 1)
        return np.where(comma == verb, begin, np.maximum(begin, comma))

    def _passive(self, said: Hits) -> _Flags:
        """Which cues are a "not" between a form of "be" and a participle."""
        words, hashes = cues().words, self.tokens.hash
        single = cues().are(said, voice="either")
        before, after = np.maximum(said.first - 1, 0), np.minimum(said.last, len(hashes) - 1)
        auxiliary = np.isin(hashes[before], words["be"]) & (self.tokens.gap[said.first] != BROKEN)
        after = self._past_adverbs(after)
        been = np.isin(hashes[after], words["be"])
        after = np.where(been, self._past_adverbs(np.minimum(after + 1, len(hashes) - 1)), after)
        subject = np.maximum(np.where(auxiliary, before - 1, before), 0)
        return single & self._participle(after) & (auxiliary | been) & ~np.isin(hashes[subject], words["elided"])

    def _past_adverbs(self, word: Ints) -> Ints:
        for _ in range(2):
            word = np.where(self._adverb(word), np.minimum(word + 1, len(self.tokens) - 1), word)
        return word

    def _adverb(self, word: Ints) -> _Flags:
        listed = np.isin(self.tokens.hash[word], cues().words["adverbs"])
        return listed | self._ends_in(word, "ly")

    def _participle(self, word: Ints) -> _Flags:
        listed = np.isin(self.tokens.hash[word], cues().words["participles"])
        return listed | self._ends_in(word, "ed")

    def _ends_in(self, word: Ints, ending: str) -> _Flags:
        end = self.tokens.end[word]
        ends = np.ones(len(word), bool)
        for back, letter in enumerate(reversed(ending), 1):
            ends &= self.read.kind[np.maximum(end - back, 0)] == ord(letter)
        return ends


def _depth(tokens: Tokens, read: Characters, sentence_begins: Ints) -> Ints:
    """In how many brackets that its sentence opened each word stands."""
    if not len(tokens):
        return tokens.start
    place = (read.codes - np.uint32(ord("(")) <= 1).nonzero()[0]
    deep = np.append(0, np.cumsum(np.where(read.codes[place] == ord("("), 1, -1)))
    begins = sentence_begins[sentence_begins < len(tokens)]
    outside = deep[np.searchsorted(place, np.append(0, tokens.end)[begins])]
    sentence = np.searchsorted(begins, np.arange(len(tokens)), side="right") - 1
    depth: Ints = deep[np.searchsorted(place, tokens.start)] - np.append(outside, 0)[sentence]
    return depth


def _verbs(tokens: Tokens) -> Ints:
    """Auxiliary verbs but for those of a relative clause ("lack of factors that are essential")."""
    words = cues().words
    verbs = np.isin(tokens.hash, words["verbs"]).nonzero()[0]
    return verbs[~np.isin(tokens.hash[np.maximum(verbs - 1, 0)], words["openers"])]


def _after_a_clause(tokens: Tokens, stops: Ints) -> Ints:
    """Every "and" that an auxiliary verb precedes in its clause."""
    words = cues().words
    finite = np.isin(tokens.hash, words["finite"]).nonzero()[0]
    place = np.isin(tokens.hash, words["and"]).nonzero()[0]
    following = np.append(tokens.hash, np.uint64(0))[place + 1]
    place = place[~np.isin(following, words["finite"])]
    return place[np.append(-1, finite)[np.searchsorted(finite, place)] >= _last(stops, place)]


def _before_a_clause(tokens: Tokens, stops: Ints, within: int) -> Ints:
    """Every "and" that an auxiliary verb of its clause follows within so many words."""
    words = cues().words
    finite = np.isin(tokens.hash, words["finite"]).nonzero()[0]
    place = np.isin(tokens.hash, words["and"]).nonzero()[0]
    verb = _next(finite, place)
    return place[(verb - place <= within) & (verb < _next(stops, place))]


def _breaking_commas(tokens: Tokens, ends: Ints) -> Ints:
    """Words after a comma that separates more than the members of a list.

    A list: commas and at last an "or", "nor" or "and", with few words between each and the next.
    """
    words = cues().words
    comma = (tokens.gap == COMMA).nonzero()[0]
    joins = np.union1d(np.isin(tokens.hash, words["joins"]).nonzero()[0], comma)
    following = np.append(joins, _BEYOND)[np.searchsorted(joins, comma, side="right")]
    starts_with = np.isin(tokens.hash[comma], words["joins"])
    opens = np.isin(tokens.hash[comma], words["never_listed"])
    near = following - comma <= _LIST_MEMBER
    is_join = np.isin(np.append(tokens.hash, np.uint64(0))[np.minimum(following, len(tokens))], words["joins"])
    listed = near & is_join & ~opens
    at_comma = np.searchsorted(comma, following)
    for _ in range(_LONGEST_LIST):
        listed |= near & ~opens & np.append(listed | starts_with, False)[at_comma] & ~is_join
    before = np.append(False, listed[:-1])[: len(listed)]
    near_before = np.append(False, near[:-1])[: len(near)]
    listed |= starts_with & (before & near_before | np.isin(tokens.hash[comma], words["alternatives"]))
    listed |= ~opens & ~starts_with & (_next(ends, comma) - comma <= _LAST_MEMBER)
    return comma[~listed]


def _next(stops: Ints, place: Ints) -> Ints:
    """The first stop at or after each place."""
    return np.append(stops, _BEYOND)[np.searchsorted(stops, place)]


def _last(stops: Ints, place: Ints) -> Ints:
    """The last stop at or before each place; 0 where there is none."""
    return np.append(0, stops)[np.searchsorted(stops, place, side="right")]

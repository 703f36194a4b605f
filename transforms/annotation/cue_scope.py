"""How far the cues of an assertion reach in their sentence (the rules stand in transforms.annotation.assertion)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotation.cues import load_cues
from transforms.columnar.integers import distinct
from transforms.columnar.types import Ints
from transforms.text.phrase_trie import Hits
from transforms.text.tokens import BROKEN, COMMA, Characters, Tokens

_BEYOND = np.iinfo(np.int64).max
_LIST_MEMBER = 4
_LONGEST_LIST = 4
_LAST_MEMBER = 4
_SUBJECT = 6
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Words:
    """The classes of the words of a text (assertion_cues.toml), one bit each."""

    bits: npt.NDArray[np.uint32]
    classes: dict[str, np.uint32]

    def are(self, name: str, word: Ints | slice = slice(None)) -> _Flags:
        """Which words are of a class; all of them unless some are given."""
        return (self.bits[word] & self.classes[name]) != 0

    def places(self, name: str) -> Ints:
        """The numbers of the words of a class."""
        return self.are(name).nonzero()[0]


@dataclass(frozen=True)
class Stops:
    """Where the reach of cues ends: numbers of words that begin something else, ascending."""

    tokens: Tokens
    read: Characters
    words: _Words
    always: Ints
    verbs: Ints
    opened: Ints
    clauses: Ints
    elided: Ints
    phrases: Ints
    commas: Ints
    sentence_begins: Ints

    @classmethod
    def between(cls, tokens: Tokens, read: Characters, found: Hits, sentence_begins: Ints) -> "Stops":
        """The stops of a batch of texts."""
        known = load_cues()
        words = _Words(known.bits(tokens.hash), known.classes)
        enders = found.take(known.are(found, says="stop")).first
        stops = distinct(np.concatenate([sentence_begins, tokens.clause, enders]))
        return cls(
            tokens,
            read,
            words,
            stops,
            _verbs(words),
            distinct(np.concatenate([words.places("openers"), _after_a_clause(words, stops)])) + 1,
            _before_a_clause(words, stops, _SUBJECT),
            _before_a_clause(words, stops, 1),
            ((tokens.gap == COMMA) | words.are("and") | _adverbs(tokens, read)).nonzero()[0],
            _breaking_commas(tokens, words, stops),
            sentence_begins,
        )

    def reach(self, said: Hits) -> tuple[Ints, Ints]:
        """For each cue: the words it governs, from the first to one past the last, itself among them."""
        forward = load_cues().are(said, reaches="forward") | load_cues().are(said, reaches="both")
        backward = (
            load_cues().are(said, reaches="backward") | load_cues().are(said, reaches="both") | self._passive(said)
        )
        begin = np.where(backward, self._before(said), said.first)
        end = np.where(forward, self._after(said), said.last)
        return begin, end

    def _after(self, said: Hits) -> Ints:
        """One past the last word that a cue governs after it."""
        end = np.minimum(_next(self.always, said.last), _next(self.commas, said.last))
        end = np.minimum(end, _next(self.elided, said.last))
        verb = np.minimum(end, _next(self.verbs, said.last))
        end = np.where(load_cues().are(said, until="verb"), verb, end)
        end = np.where(load_cues().are(said, until="clause"), np.minimum(end, _next(self.clauses, said.last)), end)
        end = np.where(load_cues().are(said, until="phrase"), np.minimum(verb, _next(self.phrases, said.last)), end)
        return np.minimum(end, _closing(said, self.tokens, self.read, self.sentence_begins))

    def _before(self, said: Hits) -> Ints:
        """The first word that a cue governs before it; a pair of commas before its verb sets an aside apart."""
        begin = np.maximum(_last(self.always, said.first), _last(self.opened, said.first))
        comma = _last(self.commas, said.first)
        verb = np.where(self.words.are("verbs", said.first), said.first, said.first - 1)
        return np.where(comma == verb, begin, np.maximum(begin, comma))

    def _passive(self, said: Hits) -> _Flags:
        """Which cues are a "not" between a form of "be" and a participle."""
        last = len(self.tokens) - 1
        before, after = np.maximum(said.first - 1, 0), np.minimum(said.last, last)
        auxiliary = self.words.are("be", before) & (self.tokens.gap[said.first] != BROKEN)
        after = self._past_adverbs(after)
        been = self.words.are("be", after)
        after = np.where(been, self._past_adverbs(np.minimum(after + 1, last)), after)
        subject = np.maximum(np.where(auxiliary, before - 1, before), 0)
        elided = self.words.are("elided", subject)
        return load_cues().are(said, voice="either") & self._participle(after) & (auxiliary | been) & ~elided

    def _past_adverbs(self, word: Ints) -> Ints:
        for _ in range(2):
            word = np.where(self._adverb(word), np.minimum(word + 1, len(self.tokens) - 1), word)
        return word

    def _adverb(self, word: Ints) -> _Flags:
        return self.words.are("adverbs", word) | self._ends_in(word, "ly")

    def _participle(self, word: Ints) -> _Flags:
        return self.words.are("participles", word) | self._ends_in(word, "ed")

    def _ends_in(self, word: Ints, ending: str) -> _Flags:
        end = self.tokens.end[word]
        ends = np.ones(len(word), bool)
        for back, letter in enumerate(reversed(ending), 1):
            ends &= self.read.kind[np.maximum(end - back, 0)] == ord(letter)
        return ends


def _closing(said: Hits, tokens: Tokens, read: Characters, sentence_begins: Ints) -> Ints:
    """The first word after the brackets that a cue's sentence has opened before it; _BEYOND for a cue in none."""
    place = (read.codes - np.uint32(ord("(")) <= 1).nonzero()[0]
    opens = read.codes[place] == ord("(")
    deep = np.append(0, np.cumsum(np.where(opens, 1, -1)))
    begin = np.append(0, tokens.end)[_last(sentence_begins, said.first)]
    at = np.searchsorted(place, tokens.start[said.first])
    inside = deep[at] > deep[np.searchsorted(place, begin)]
    after = np.searchsorted(tokens.start, _next(place[~opens], tokens.start[said.first]))
    return np.where(inside, after, _BEYOND)


def _verbs(words: _Words) -> Ints:
    """Auxiliary verbs but for those of a relative clause ("lack of factors that are essential")."""
    verbs = words.places("verbs")
    return verbs[~words.are("openers", np.maximum(verbs - 1, 0))]


def _after_a_clause(words: _Words, stops: Ints) -> Ints:
    """Every "and" that an auxiliary verb precedes in its clause."""
    finite, place = words.places("finite"), words.places("and")
    place = place[~words.are("finite", np.minimum(place + 1, len(words.bits) - 1))]
    return place[np.append(-1, finite)[np.searchsorted(finite, place)] >= _last(stops, place)]


def _before_a_clause(words: _Words, stops: Ints, within: int) -> Ints:
    """Every "and" that an auxiliary verb of its clause follows within so many words."""
    place = words.places("and")
    verb = _next(words.places("finite"), place)
    return place[(verb - place <= within) & (verb < _next(stops, place))]


def _breaking_commas(tokens: Tokens, words: _Words, ends: Ints) -> Ints:
    """Words after a comma that separates more than the members of a list.

    A list: commas and at last an "or", "nor" or "and", with few words between each and the next.
    """
    comma = (tokens.gap == COMMA).nonzero()[0]
    joins = np.union1d(words.places("joins"), comma)
    following = np.append(joins, _BEYOND)[np.searchsorted(joins, comma, side="right")]
    starts_with, opens = words.are("joins", comma), words.are("never_listed", comma)
    near = following - comma <= _LIST_MEMBER
    is_join = words.are("joins", np.minimum(following, len(tokens) - 1)) & (following < len(tokens))
    listed = near & is_join & ~opens
    at_comma = np.searchsorted(comma, following)
    for _ in range(_LONGEST_LIST):
        listed |= near & ~opens & np.append(listed | starts_with, False)[at_comma] & ~is_join
    before = np.append(False, listed[:-1])[: len(listed)]
    near_before = np.append(False, near[:-1])[: len(near)]
    listed |= starts_with & (before & near_before | words.are("alternatives", comma))
    listed |= ~opens & ~starts_with & (_next(ends, comma) - comma <= _LAST_MEMBER)
    return comma[~listed]


def _adverbs(tokens: Tokens, read: Characters) -> _Flags:
    """Words in -ly, where the noun of a contrast has ended ("but not this inhibitor strongly reduced")."""
    last = np.maximum(tokens.end - 1, 1)
    return (read.kind[last] == ord("y")) & (read.kind[last - 1] == ord("l"))


def _next(stops: Ints, place: Ints) -> Ints:
    """The first stop at or after each place."""
    return np.append(stops, _BEYOND)[np.searchsorted(stops, place)]


def _last(stops: Ints, place: Ints) -> Ints:
    """The last stop at or before each place; 0 where there is none."""
    return np.append(0, stops)[np.searchsorted(stops, place, side="right")]

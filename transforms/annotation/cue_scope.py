"""The scope of assertion cues: how many words before and after a cue it governs.

The rules are stated in transforms.annotation.assertion. This module turns them into arrays: every rule yields the
numbers of the words where a scope must end, ascending, and the scope of a cue is cut off at the nearest of them.

    word     0      1    2   3       4      5   6      7    8       9    10
             There  was  no  fever , cough  or  rash , but  sepsis  was  seen .

    commas   before words 4 and 7; the one before 4 separates members of a list ("or" follows), so only 7 is breaking
    cue      [2, 3) "no", forward
    scope    [2, 7): fever, cough and rash are negated, sepsis is not
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.annotation.cues import load_cues
from transforms.columnar.integers import distinct
from transforms.columnar.types import Bools, Ints
from transforms.text.phrase_trie import Hits
from transforms.text.tokens import BROKEN, COMMA, Characters, Tokens

_NEVER = np.iinfo(np.int64).max
_LONGEST_MEMBER = 4
_LONGEST_LIST = 4
_LONGEST_LAST_MEMBER = 4
_LONGEST_SUBJECT = 6
_MOST_ADVERBS = 2


@dataclass(frozen=True)
class _Words:
    """The classes of the words of a text (`[words]` in assertion_cues.toml), one bit each."""

    bits: npt.NDArray[np.uint32]
    classes: dict[str, np.uint32]

    def are(self, name: str, word: Ints | slice = slice(None)) -> Bools:
        """Whether each of the given words, or of all words, belongs to a class."""
        return (self.bits[word] & self.classes[name]) != 0

    def positions(self, name: str) -> Ints:
        """The numbers of the words of a class, ascending."""
        return self.are(name).nonzero()[0]


@dataclass(frozen=True)
class ScopeLimits:
    """Where scopes end in a batch of texts. Each array holds word numbers, ascending.

    hard_stops: first words of sentences, of clauses after a semicolon or colon, and of 'stop' cues ("but").
    verbs: auxiliary verbs, which end the scope of cues with until = "verb".
    clause_starts: words after "that" or "whether", or after an "and" that begins a new clause; for backward cues.
    clause_ends: each "and" before a clause with its own subject ("and the patient was"); for until = "clause".
    predicate_ends: each "and" directly before a verb ("no fever and was discharged"); ends every forward scope.
    phrase_ends: every word after a comma, "and", and adverbs in -ly; for until = "phrase".
    breaking_commas: words after a comma that is not part of a list.
    """

    tokens: Tokens
    characters: Characters
    words: _Words
    hard_stops: Ints
    verbs: Ints
    clause_starts: Ints
    clause_ends: Ints
    predicate_ends: Ints
    phrase_ends: Ints
    breaking_commas: Ints
    sentence_starts: Ints

    @classmethod
    def find(cls, tokens: Tokens, characters: Characters, cue_hits: Hits, sentence_starts: Ints) -> "ScopeLimits":
        """The limits in a batch of texts; cue_hits: all cues found in it, those of kind 'stop' included."""
        cues = load_cues()
        words = _Words(cues.word_classes(tokens.hash), cues.classes)
        # a cue of kind 'stop' governs nothing itself: it ends the scopes of the cues on either side
        stop_cues = cue_hits.take(cues.have(cue_hits, says="stop")).first
        hard_stops = distinct(np.concatenate([sentence_starts, tokens.clause, stop_cues]))
        clause_openers = np.concatenate([words.positions("openers"), _ands_after_a_verb(words, hard_stops)])
        return cls(
            tokens=tokens,
            characters=characters,
            words=words,
            hard_stops=hard_stops,
            verbs=_main_clause_verbs(words),
            clause_starts=distinct(clause_openers) + 1,
            clause_ends=_ands_before_a_verb(words, hard_stops, _LONGEST_SUBJECT),
            predicate_ends=_ands_before_a_verb(words, hard_stops, 1),
            phrase_ends=((tokens.gap == COMMA) | words.are("and") | _ends_in_ly(tokens, characters)).nonzero()[0],
            breaking_commas=_breaking_commas(tokens, words, hard_stops),
            sentence_starts=sentence_starts,
        )

    def scopes(self, cue_hits: Hits) -> tuple[Ints, Ints]:
        """The words that each cue governs, the cue included: the first, and one past the last."""
        cues = load_cues()
        is_both = cues.have(cue_hits, reaches="both")
        forward = cues.have(cue_hits, reaches="forward") | is_both
        backward = cues.have(cue_hits, reaches="backward") | is_both | self._negates_a_passive(cue_hits)
        begin = np.where(backward, self._scope_start(cue_hits), cue_hits.first)
        end = np.where(forward, self._scope_end(cue_hits), cue_hits.last)
        return begin, end

    def _scope_end(self, cue_hits: Hits) -> Ints:
        """One past the last word that a cue governs after it."""
        cues, last = load_cues(), cue_hits.last
        end = np.minimum(_next(self.hard_stops, last), _next(self.breaking_commas, last))
        end = np.minimum(end, _next(self.predicate_ends, last))
        # what a cue itself is limited by comes on top of what limits every cue: the nearest of all ends the scope
        verb = np.minimum(end, _next(self.verbs, last))
        end = np.where(cues.have(cue_hits, until="verb"), verb, end)
        end = np.where(cues.have(cue_hits, until="clause"), np.minimum(end, _next(self.clause_ends, last)), end)
        end = np.where(cues.have(cue_hits, until="phrase"), np.minimum(verb, _next(self.phrase_ends, last)), end)
        return np.minimum(end, self._bracket_ends(cue_hits))

    def _scope_start(self, cue_hits: Hits) -> Ints:
        """The first word that a cue governs before it.

        A comma right before the cue's verb closes an aside and does not cut the scope off ("sepsis, as in case 2, was
        ruled out").
        """
        begin = np.maximum(_last(self.hard_stops, cue_hits.first), _last(self.clause_starts, cue_hits.first))
        comma = _last(self.breaking_commas, cue_hits.first)
        verb = np.where(self.words.are("verbs", cue_hits.first), cue_hits.first, cue_hits.first - 1)
        return np.where(comma == verb, begin, np.maximum(begin, comma))

    def _negates_a_passive(self, cue_hits: Hits) -> Bools:
        """Which cues are a "not" between a form of "be" and a participle, and so govern the subject before them.

        "sepsis was not [clearly] detected", "sepsis has not been [clearly] detected"; but not where the subject is
        left out: "sepsis developed and was not treated" says nothing against sepsis.
        """
        last = len(self.tokens) - 1
        before, after = np.maximum(cue_hits.first - 1, 0), np.minimum(cue_hits.last, last)
        has_auxiliary = self.words.are("be", before) & (self.tokens.gap[cue_hits.first] != BROKEN)
        after = self._skip_adverbs(after)
        has_been = self.words.are("be", after)
        after = np.where(has_been, self._skip_adverbs(np.minimum(after + 1, last)), after)
        subject = np.maximum(np.where(has_auxiliary, before - 1, before), 0)
        is_elided = self.words.are("elided", subject)
        is_passive = self._is_participle(after) & (has_auxiliary | has_been)
        return load_cues().have(cue_hits, voice="either") & is_passive & ~is_elided

    def _skip_adverbs(self, word: Ints) -> Ints:
        for _ in range(_MOST_ADVERBS):
            word = np.where(self._is_adverb(word), np.minimum(word + 1, len(self.tokens) - 1), word)
        return word

    def _is_adverb(self, word: Ints) -> Bools:
        return self.words.are("adverbs", word) | self._ends_in(word, "ly")

    def _is_participle(self, word: Ints) -> Bools:
        return self.words.are("participles", word) | self._ends_in(word, "ed")

    def _ends_in(self, word: Ints, ending: str) -> Bools:
        end = self.tokens.end[word]
        ends = np.ones(len(word), bool)
        for back, letter in enumerate(reversed(ending), 1):
            ends &= self.characters.kind[np.maximum(end - back, 0)] == ord(letter)
        return ends

    def _bracket_ends(self, cue_hits: Hits) -> Ints:
        """The first word after the brackets that a cue stands in; _NEVER for a cue outside brackets.

        Brackets are those that its sentence has opened: depth is compared between sentence start and cue.

            text    sepsis ( no  fever )  was
            depth   0      1 1   1     0  0          the cue "no" is at depth 1, its sentence starts at 0
        """
        position = (self.characters.codes - np.uint32(ord("(")) <= 1).nonzero()[0]  # "(" and ")" are neighbours
        opens = self.characters.codes[position] == ord("(")
        depth = np.append(0, np.cumsum(np.where(opens, 1, -1)))
        cue_start = self.tokens.start[cue_hits.first]
        sentence_start = np.append(0, self.tokens.end)[_last(self.sentence_starts, cue_hits.first)]
        at = np.searchsorted(position, cue_start)
        is_inside = depth[at] > depth[np.searchsorted(position, sentence_start)]
        after = np.searchsorted(self.tokens.start, _next(position[~opens], cue_start))
        return np.where(is_inside, after, _NEVER)


def _main_clause_verbs(words: _Words) -> Ints:
    """Auxiliary verbs, except those of a relative clause ("lack of factors that are essential")."""
    verbs = words.positions("verbs")
    return verbs[~words.are("openers", np.maximum(verbs - 1, 0))]


def _ands_after_a_verb(words: _Words, stops: Ints) -> Ints:
    """Each "and" whose clause has an auxiliary verb before it: "fever was absent and [sepsis ...]"."""
    verbs, ands = words.positions("finite"), words.positions("and")
    ands = ands[~words.are("finite", np.minimum(ands + 1, len(words.bits) - 1))]
    return ands[np.append(-1, verbs)[np.searchsorted(verbs, ands)] >= _last(stops, ands)]


def _ands_before_a_verb(words: _Words, stops: Ints, within: int) -> Ints:
    """Each "and" that an auxiliary verb of its clause follows after at most so many words."""
    ands = words.positions("and")
    verb = _next(words.positions("finite"), ands)
    return ands[(verb - ands <= within) & (verb < _next(stops, ands))]


def _breaking_commas(tokens: Tokens, words: _Words, stops: Ints) -> Ints:
    """The words after a comma that separates more than the members of a list.

    A list is a chain of commas with at most `_LONGEST_MEMBER` words between each and the next, ending in "and", "or" or
    "nor": "no fever, night sweats or rash". Words of the class 'never_listed' ("which", "suggesting") begin no member.
    """
    comma = (tokens.gap == COMMA).nonzero()[0]
    joins = np.union1d(words.positions("joins"), comma)
    following = np.append(joins, _NEVER)[np.searchsorted(joins, comma, side="right")]
    starts_with_join, is_never_listed = words.are("joins", comma), words.are("never_listed", comma)
    is_near = following - comma <= _LONGEST_MEMBER
    is_join = words.are("joins", np.minimum(following, len(tokens) - 1)) & (following < len(tokens))
    # the comma before the last member, then from there backwards one comma of the chain a round
    listed = is_near & is_join & ~is_never_listed
    next_comma = np.searchsorted(comma, following)
    for _ in range(_LONGEST_LIST):
        is_next_listed = np.append(listed | starts_with_join, False)[next_comma]
        listed |= is_near & ~is_never_listed & is_next_listed & ~is_join
    # ", and": part of the list where the comma before it is; ", or" always is
    listed_before = np.append(False, listed[:-1])[: len(listed)]
    near_before = np.append(False, is_near[:-1])[: len(is_near)]
    listed |= starts_with_join & (listed_before & near_before | words.are("alternatives", comma))
    # a short last member without a conjunction: "no fever, no cough, rash."
    listed |= ~is_never_listed & ~starts_with_join & (_next(stops, comma) - comma <= _LONGEST_LAST_MEMBER)
    return comma[~listed]


def _ends_in_ly(tokens: Tokens, characters: Characters) -> Bools:
    """Words in -ly, which end the noun of a contrast ("but not this inhibitor strongly reduced")."""
    last = np.maximum(tokens.end - 1, 1)
    return (characters.kind[last] == ord("y")) & (characters.kind[last - 1] == ord("l"))


def _next(stops: Ints, word: Ints) -> Ints:
    """The first stop at or after each word; _NEVER where there is none."""
    return np.append(stops, _NEVER)[np.searchsorted(stops, word)]


def _last(stops: Ints, word: Ints) -> Ints:
    """The last stop at or before each word; 0 where there is none."""
    return np.append(0, stops)[np.searchsorted(stops, word, side="right")]

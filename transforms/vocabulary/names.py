"""Prepares the names of concepts for matching: selects and derives names, splits them into words, builds the trie."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Bools, Gaps, Hashes, Ints
from transforms.text.phrase_trie import Lexicon, Trie
from transforms.text.tokens import BROKEN, Tokens, fold_case, tokenize
from transforms.text.word_forms import lemma, lemmas, written_forms
from transforms.vocabulary.name_rules import (
    capitalize_acronyms,
    derive_names,
    extra_names,
    is_headings_only,
    never_matched_names,
)

_SHORTEST = 3
_LONGEST_MIXED = 5
_LISTED, _PREFERRED, _SYNONYM, _INVERTED, _DERIVED = 0, 1, 2, 3, 4
_NAMES_AT_ONCE = 20_000


@dataclass(frozen=True)
class Names:
    """The names to match; one entry per name.

    text: the name; concept: position of its concept; rank: how good it is (0 is best, see the constants above);
    acronym: whether its case matters.
    """

    text: pa.Array
    concept: npt.NDArray[np.int32]
    rank: npt.NDArray[np.int8]
    acronym: Bools

    def take(self, chosen: Ints) -> "Names":
        """The chosen names."""
        return Names(self.text.take(pa.array(chosen)), self.concept[chosen], self.rank[chosen], self.acronym[chosen])

    def with_derived(self, text: pa.Array, origin: Ints, rank: int) -> "Names":
        """These names and further ones, each for the concept of the name that it is derived from (`origin`)."""
        return Names(
            pa.concat_arrays([self.text, text]),
            np.append(self.concept, self.concept[origin]),
            np.append(self.rank, np.full(len(origin), rank, np.int8)),
            np.append(self.acronym, np.asarray(_is_acronym(text), bool)),
        )


@dataclass(frozen=True)
class Spelling:
    """The words of names, one name after the other.

    hashes, gaps: of each word; length: the number of words of each name, 0 for one with a gap that no match may span;
    written: every distinct folded word by its hash.

        names    "lymph node", "anemia (NOS)", "fever"
        words    lymph node fever        length 2, 0, 1
    """

    hashes: Hashes
    gaps: Gaps
    length: Ints
    written: dict[int, str]


def matchable_names(names: pa.Table, concepts: pa.Table) -> Names:
    """The names of the given concepts that may be matched, and those that transforms.vocabulary.name_rules adds.

    Concepts that are annotated from headings only are left out. A name with one comma is also added in inverted order.
    """
    categories, tree_numbers = (_lists(concepts, column) for column in ("categories", "tree_numbers"))
    in_text = ~is_headings_only(tree_numbers)
    concept = pc.index_in(names["concept_id"].combine_chunks(), concepts["concept_id"].combine_chunks())
    concept = np.asarray(concept.fill_null(-1), np.int32)
    chosen = np.flatnonzero((concept >= 0) & np.append(in_text, False)[concept])
    text, kind = (names[column].combine_chunks().take(pa.array(chosen)) for column in ("name", "kind"))
    rank = np.where(np.asarray(pc.equal(kind, "preferred"), bool), _PREFERRED, _SYNONYM).astype(np.int8)
    text = capitalize_acronyms(text, concept[chosen])
    matchable = Names(text, concept[chosen], rank, np.asarray(_is_acronym(text), bool))
    matchable = matchable.with_derived(*_inverted(matchable.text), _INVERTED)
    trees = np.array(["".join(letters or ()) for letters in categories], np.str_)
    matchable = matchable.with_derived(*derive_names(matchable.text, trees[matchable.concept]), _DERIVED)
    matchable = matchable.take(np.flatnonzero(_usable(matchable)))
    text, at = extra_names(concepts["concept_id"].to_pylist())
    listed = Names(text, at, np.full(len(at), _LISTED, np.int8), np.asarray(_is_acronym(text), bool))
    return Names(
        pa.concat_arrays([matchable.text, listed.text]),
        np.append(matchable.concept, listed.concept),
        np.append(matchable.rank, listed.rank),
        np.append(matchable.acronym, listed.acronym),
    )


def drop_forbidden(
    names: Names, forbidden: Mapping[tuple[str, ...], Set[str | None]], concept_ids: Sequence[str]
) -> Names:
    """The names without those that curators have forbidden (transforms.curation.verdicts), in any written form."""
    if not forbidden:
        return names
    # a regular expression over the first words rules out almost all names; the rest are compared one by one
    beginnings = sorted({re.escape(form) for name in forbidden if name for form in written_forms(name[0])})
    lower = pc.utf8_lower(names.text)
    likely = pc.match_substring_regex(lower, rf"^(?:{'|'.join(beginnings)})(?:[^\pL\pN]|$)")
    # and names outside ASCII, whose first word may fold to one of the forms
    likely = pc.or_(likely, pc.invert(pc.match_substring_regex(lower, r"^[\x00-\x7F]*$")))
    kept = np.ones(len(names.text), bool)
    for at in np.flatnonzero(np.asarray(likely, bool)).tolist():
        concepts = forbidden.get(lemmas(names.text[at].as_py()), frozenset())
        kept[at] = None not in concepts and concept_ids[names.concept[at]] not in concepts
    return names.take(np.flatnonzero(kept))


def _lists(concepts: pa.Table, column: str) -> list[list[str] | None]:
    if column not in concepts.column_names:
        return [None] * len(concepts)
    lists: list[list[str] | None] = concepts[column].to_pylist()
    return lists


def _usable(names: Names) -> Bools:
    """Which names may be matched, by the rules stated in transforms.vocabulary.compiled."""
    text = names.text
    usable = pc.and_(pc.match_substring_regex(text, r"\pL"), pc.match_substring_regex(text, r"^[\pL\pN].*[\pL\pN]$"))
    usable = pc.and_(usable, pc.greater_equal(pc.utf8_length(text), _SHORTEST))
    never = pc.is_in(pc.replace_substring(pc.utf8_lower(text), "-", " "), pa.array(sorted(never_matched_names())))
    return np.asarray(usable, bool) & ~(np.asarray(never, bool) & ~names.acronym)


def _inverted(names: pa.Array) -> tuple[pa.Array, Ints]:
    """Names with one comma, in natural word order, and the numbers of the names they come from.

    "Hematopoiesis, Extramedullary" -> "Extramedullary Hematopoiesis"; the comma must be followed by a space.
    """
    turnable = pc.and_(pc.equal(pc.count_substring(names, ","), 1), pc.match_substring(names, ", "))
    parts = pc.split_pattern(names.filter(turnable), ", ")
    turned = pc.binary_join_element_wise(pc.list_element(parts, 1), pc.list_element(parts, 0), " ")
    return turned, np.flatnonzero(np.asarray(turnable, bool))


def _is_acronym(names: pa.Array) -> pa.Array:
    """Which names match in their own case only: "AIDS" (no lower-case letter), "cAMP" (short, inner capital)."""
    no_lower_case = pc.match_substring_regex(names, r"^\P{Ll}{1,10}$")
    mixed = pc.match_substring_regex(names, r"^.+\p{Lu}")
    return pc.or_(no_lower_case, pc.and_(mixed, pc.less_equal(pc.utf8_length(names), _LONGEST_MIXED)))


def build_trie(names: Names) -> tuple[Trie, Ints, Names]:
    """A trie over the words of the names, the key of each name that has words, and these names in the same order."""
    spelling = tokenize_names(names.text)
    kept = np.flatnonzero(spelling.length)
    length = spelling.length[kept]
    lexicon = build_lexicon(spelling.written.values())
    trie, key = Trie.build(lexicon, lexicon.word_numbers(spelling.hashes), spelling.gaps, np.cumsum(length) - length)
    return trie, key, names.take(kept)


def tokenize_names(names: pa.Array) -> Spelling:
    """The words of every name; processed in slices, so that a million names need little memory."""
    written: dict[int, str] = {}
    hashes, gaps, lengths = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint8)], [np.zeros(0, np.int64)]
    for begin in range(0, len(names), _NAMES_AT_ONCE):
        some_names = names.slice(begin, _NAMES_AT_ONCE).to_pylist()
        text = "\n".join(some_names)
        tokens = tokenize(text)
        name = _name_of_word(some_names, tokens)
        inside = np.append(False, name[1:] == name[:-1])[: len(name)]
        broken = np.bincount(name[inside & (tokens.gap == BROKEN)], minlength=len(some_names)) > 0
        hashes.append(tokens.hash[~broken[name]])
        gaps.append(tokens.gap[~broken[name]])
        lengths.append(np.where(broken, 0, np.bincount(name, minlength=len(some_names))))
        _collect_words(written, tokens, text)
    return Spelling(np.concatenate(hashes), np.concatenate(gaps), np.concatenate(lengths), written)


def _name_of_word(names: list[str], tokens: Tokens) -> Ints:
    """The number of the name that each word belongs to, given names that were joined by one character."""
    begins = np.cumsum([0] + [len(name) + 1 for name in names])
    return np.searchsorted(begins, tokens.start, side="right") - 1


def _collect_words(written: dict[int, str], tokens: Tokens, text: str) -> None:
    """Add the distinct words of a text to `written`, by hash."""
    distinct, at = np.unique(tokens.hash, return_index=True)
    for number, start, end in zip(distinct.tolist(), tokens.start[at].tolist(), tokens.end[at].tolist(), strict=True):
        if number not in written:
            written[number] = fold_case(text[start:end])


def build_lexicon(words: Iterable[str]) -> Lexicon:
    """A lexicon of every written form of the given folded words; the forms of one word share a number."""
    number: dict[str, int] = {}
    # the words as the names have them come first: of two forms with one hash the lexicon keeps the first
    own = {word: number.setdefault(lemma(word), len(number)) for word in words}
    inflected = {form: at for key, at in number.items() for form in written_forms(key) if form not in own}
    return Lexicon.from_forms([*own, *inflected], np.array([*own.values(), *inflected.values()], np.int32))

"""The rules of name_rules.toml: which names are looked for in text, and which further names concepts have."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints
from transforms.rules import load_rules
from transforms.text.word_forms import lemma, lemmas, written_forms

_RULES: dict[str, Any] = load_rules("name_rules")
_WORD = re.compile(r"[a-z0-9]+")
_SMALL_WORDS = frozenset(("of", "the", "and", "with", "in", "to", "for", "or", "by", "due"))
_DECIDING_TREES = ("A", "B", "C", "D", "F")
_HEADINGS_ONLY = tuple(branch for group in _RULES["headings_only"] for branch in group["branches"])


@cache
def never_matched_names() -> frozenset[str]:
    """The names that are never matched, in every written form, as folded words joined by spaces."""
    listed = (name for group in _RULES["never"] for name in group["names"])
    return frozenset(" ".join(words) for name in listed for words in product(*map(_forms, name.split())))


def _forms(word: str) -> frozenset[str]:
    return written_forms(lemma(word))


def is_headings_only(tree_numbers: Iterable[list[str] | None]) -> npt.NDArray[np.bool_]:
    """Whether each concept, given by its MeSH tree numbers, is annotated from headings only, never from text."""
    return np.array([_headings_only(numbers or ()) for numbers in tree_numbers], bool)


def _headings_only(numbers: Sequence[str]) -> bool:
    # only the trees of things that occur in patients decide; a concept's other tree numbers are ignored
    deciding = [number for number in numbers if number.startswith(_DECIDING_TREES)]
    return bool(deciding) and all(number.startswith(_HEADINGS_ONLY) for number in deciding)


def extra_names(concept_ids: Sequence[str]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The names that the rules list for these concepts, and the position of each name's concept in `concept_ids`."""
    at = {concept_id: position for position, concept_id in enumerate(concept_ids)}
    rows = [(name, at[id_]) for id_, names in _RULES["further"].items() if id_ in at for name in names]
    return pa.array([name for name, _ in rows], pa.string()), np.array([position for _, position in rows], np.int32)


def derive_names(names: pa.Array, categories: npt.NDArray[np.str_]) -> tuple[pa.Array, Ints]:
    """Further names by rule, and for each the number of the name that it is derived from.

    categories: the tree letters of each name's concept, joined into one string.

        names ["kidney failure"]  ->  ["renal failure"], [0]
    """
    derived, origin = [pa.array([], pa.string())], [np.zeros(0, np.int64)]
    for replaced, number in _swap_noun_and_adjective(names):
        derived.append(replaced)
        origin.append(number)
    # the patterns apply to the given names and to those just derived, not to each other's results
    all_names = pa.concat_arrays([names, *derived])
    source = np.concatenate([np.arange(len(names)), *origin])
    for rule in _RULES["derive"]:
        within = np.zeros(len(source), bool)
        for category in rule["categories"]:
            within |= np.char.find(categories, category)[source] >= 0
        chosen = np.flatnonzero(within & np.asarray(pc.match_substring_regex(all_names, rule["pattern"]), bool))
        matching = all_names.take(pa.array(chosen))
        for name in rule["names"]:
            derived.append(pc.replace_substring_regex(matching, rule["pattern"], name))
            origin.append(source[chosen])
    return pa.concat_arrays(derived), np.concatenate(origin)


def _swap_noun_and_adjective(names: pa.Array) -> Iterable[tuple[pa.Array, Ints]]:
    """Names of several words with a noun replaced by its adjective or the reverse, and the numbers of those names."""
    several = pc.match_substring_regex(names, r"^[^,]+ [^,]+$")
    for noun, adjectives in _RULES["spoken"].items():
        for adjective in adjectives:
            for old, new in ((noun, adjective), (adjective, noun)):
                pattern = rf"(?i)\b{re.escape(old)}\b"
                chosen = pc.and_(several, pc.match_substring_regex(names, pattern))
                number = np.flatnonzero(np.asarray(chosen, bool))
                yield pc.replace_substring_regex(names.take(pa.array(number)), pattern, new), number


def capitalize_acronyms(names: pa.Array, concept: npt.NDArray[np.int32]) -> pa.Array:
    """The names, with acronyms that a vocabulary writes in lower case ("fed" for "fish eye disease") in capitals.

    An acronym is a word of two to six letters that are the initials of another name of its concept.
    """
    short = np.flatnonzero(np.asarray(pc.match_substring_regex(names, "^[a-z]{2,6}$"), bool))
    texts = names.to_pylist()
    siblings: dict[int, list[str]] = {position: [] for position in concept[short].tolist()}
    for at in np.flatnonzero(np.isin(concept, concept[short])).tolist():
        siblings[int(concept[at])].append(texts[at])
    for at in short.tolist():
        if any(texts[at] in _initials(name) for name in siblings[int(concept[at])]):
            texts[at] = texts[at].upper()
    return pa.array(texts, pa.string())


def _initials(name: str) -> tuple[str, str]:
    """The initials of all words of a name, and of those that are not small ("of", "the")."""
    words = _WORD.findall(name.lower())
    return "".join(word[0] for word in words), "".join(word[0] for word in words if word not in _SMALL_WORDS)


def is_ambiguous_acronym(names: pa.Array) -> npt.NDArray[np.bool_]:
    """Which names are acronyms of up to four letters that the text must define or support to be matched."""
    short = pc.match_substring_regex(names, r"^\p{Lu}{1,4}$")
    return np.asarray(pc.and_not(short, pc.is_in(names, pa.array(_RULES["known_acronyms"]))), bool)


def is_companion(names: pa.Array) -> npt.NDArray[np.bool_]:
    """Which names are metals of salts that are named after the other half ("sodium" in "diclofenac sodium")."""
    return np.asarray(pc.is_in(pc.utf8_lower(names), pa.array(_RULES["companions"])), bool)


@cache
def general_words() -> frozenset[str]:
    """Lemmas of the words that the rules add to names ("cancer", "failure") or that join words ("of")."""
    added = (word for rule in _RULES["derive"] for name in rule["names"] for word in _WORD.findall(name.lower()))
    own = ("neoplasm", "insufficiency", "syndrome")
    return frozenset(lemma(word) for word in (*added, *own, *_SMALL_WORDS) if len(word) > 1)


@cache
def interchangeable_words() -> dict[str, frozenset[str]]:
    """Nouns and adjectives that replace each other within a name: "renal" -> {"kidney"}, "kidney" -> {"renal"}."""
    pairs = [(noun, adjective) for noun, adjectives in _RULES["spoken"].items() for adjective in adjectives]
    pairs += [(adjective, noun) for noun, adjective in pairs]
    return {word: frozenset(other for this, other in pairs if this == word) for word, _ in pairs}


def concepts_with_extra_name(words: Sequence[str]) -> list[str]:
    """The ids of the concepts for which the rules list a name of these lemmas."""
    return [id_ for id_, names in _RULES["further"].items() if any(lemmas(name) == tuple(words) for name in names)]

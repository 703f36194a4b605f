"""Which names of concepts are looked for in running text, and the further names they go by (name_rules.toml)."""

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
from transforms.text.word_forms import lemma, written_forms

_RULES: dict[str, Any] = load_rules("name_rules")
_WORD = re.compile(r"[a-z0-9]+")
_SMALL = frozenset(("of", "the", "and", "with", "in", "to", "for", "or", "by", "due"))
_TELLING = ("A", "B", "C", "D", "F")
_HEADINGS_ONLY = tuple(branch for group in _RULES["headings_only"] for branch in group["branches"])


@cache
def never_matched_names() -> frozenset[str]:
    """Names that are never matched, in every written form: folded words with a space between."""
    listed = (name for group in _RULES["never"] for name in group["names"])
    return frozenset(" ".join(spelt) for name in listed for spelt in product(*map(_forms, name.split())))


def _forms(word: str) -> frozenset[str]:
    return written_forms(lemma(word))


def is_headings_only(tree_numbers: Iterable[list[str] | None]) -> npt.NDArray[np.bool_]:
    """For the tree numbers of each concept: whether it is not looked for in text (name_rules.toml)."""
    return np.array([_headings_only(numbers or ()) for numbers in tree_numbers], bool)


def _headings_only(numbers: Sequence[str]) -> bool:
    telling = [number for number in numbers if number.startswith(_TELLING)]
    return bool(telling) and all(number.startswith(_HEADINGS_ONLY) for number in telling)


def extra_names(concept_ids: Sequence[str]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The further names that are spelt out for some of these concepts, and the position of each name's concept."""
    at = {concept_id: position for position, concept_id in enumerate(concept_ids)}
    rows = [(name, at[one]) for one, names in _RULES["further"].items() if one in at for name in names]
    return pa.array([name for name, _ in rows], pa.string()), np.array([position for _, position in rows], np.int32)


def derive_names(names: pa.Array, categories: npt.NDArray[np.str_]) -> tuple[pa.Array, Ints]:
    """Further names by rule, and the number of the name each comes from.

    categories: of each name's concept, as one string of tree letters.
    """
    found, of = [pa.array([], pa.string())], [np.zeros(0, np.int64)]
    for names_found, number in _by_words(names):
        found.append(names_found)
        of.append(number)
    grown = pa.concat_arrays([names, *found])
    source = np.concatenate([np.arange(len(names)), *of])
    for rule in _RULES["derive"]:
        within = np.zeros(len(source), bool)
        for category in rule["categories"]:
            within |= np.char.find(categories, category)[source] >= 0
        chosen = np.flatnonzero(within & np.asarray(pc.match_substring_regex(grown, rule["pattern"]), bool))
        matching = grown.take(pa.array(chosen))
        for name in rule["names"]:
            found.append(pc.replace_substring_regex(matching, rule["pattern"], name))
            of.append(source[chosen])
    return pa.concat_arrays(found), np.concatenate(of)


def _by_words(names: pa.Array) -> Iterable[tuple[pa.Array, Ints]]:
    """Names with a noun in place of its adjective, or the other way round."""
    several = pc.match_substring_regex(names, r"^[^,]+ [^,]+$")
    for noun, adjectives in _RULES["spoken"].items():
        for adjective in adjectives:
            for old, new in ((noun, adjective), (adjective, noun)):
                pattern = rf"(?i)\b{re.escape(old)}\b"
                chosen = pc.and_(several, pc.match_substring_regex(names, pattern))
                number = np.flatnonzero(np.asarray(chosen, bool))
                yield pc.replace_substring_regex(names.take(pa.array(number)), pattern, new), number


def capitalize_acronyms(names: pa.Array, concept: npt.NDArray[np.int32]) -> pa.Array:
    """Names with acronyms that a vocabulary spells in lower case ("fed" for "fish eye disease") in capitals.

    An acronym is one word of up to six letters that the initials of another name of its concept spell.
    """
    short = np.flatnonzero(np.asarray(pc.match_substring_regex(names, "^[a-z]{2,6}$"), bool))
    spelt = names.to_pylist()
    siblings: dict[int, list[str]] = {one: [] for one in concept[short].tolist()}
    for at in np.flatnonzero(np.isin(concept, concept[short])).tolist():
        siblings[int(concept[at])].append(spelt[at])
    for at in short.tolist():
        if any(spelt[at] in _initials(name) for name in siblings[int(concept[at])]):
            spelt[at] = spelt[at].upper()
    return pa.array(spelt, pa.string())


def _initials(name: str) -> tuple[str, str]:
    """The initials of a name's words, all of them and without the small ones."""
    words = _WORD.findall(name.lower())
    return "".join(word[0] for word in words), "".join(word[0] for word in words if word not in _SMALL)


def is_ambiguous_acronym(names: pa.Array) -> npt.NDArray[np.bool_]:
    """Which names are short acronyms that may stand for anything where the text does not say what for."""
    short = pc.match_substring_regex(names, r"^\p{Lu}{1,4}$")
    return np.asarray(pc.and_not(short, pc.is_in(names, pa.array(_RULES["known_acronyms"]))), bool)


def is_companion(names: pa.Array) -> npt.NDArray[np.bool_]:
    """Which names are the metals whose salts are named for the other half."""
    return np.asarray(pc.is_in(pc.utf8_lower(names), pa.array(_RULES["companions"])), bool)

"""Lemmas: plurals, British spellings and Greek letters, by rule where that is safe, else from word_forms.toml.

    tumours, tumors, tumour -> tumor        biopsies -> biopsy        β -> beta        metastases -> metastasis

A lemma is a key and not always a word; what matters is that two forms share a lemma only where they are the same word.
Adjectives ('renal' for 'kidney'), words in -ics ('genetics' is not 'genetic') and in -ae ('pneumoniae' is part of a
species' name) are left unchanged on purpose.
"""

import re
from typing import Any

from transforms.rules import load_rules
from transforms.text.tokens import split_words

_DATA: dict[str, Any] = load_rules("word_forms")
_GREEK: dict[str, str] = _DATA["greek"]
_LETTERS = {name: letter for letter, name in _GREEK.items()}
_IRREGULAR: dict[str, str] = _DATA["irregular_plurals"]
_PLURALS = {singular: plural for plural, singular in _IRREGULAR.items()}
_BRITISH: dict[str, str] = _DATA["spellings"]
_GREEK_LETTER = re.compile("|".join(_GREEK))
_BRITISH_PART = re.compile("|".join(sorted(_BRITISH, key=len, reverse=True)))
_AMERICAN = [(american, british) for british, american in _BRITISH.items()]
_AMERICAN_PART = re.compile("|".join(sorted(set(_BRITISH.values()), key=len, reverse=True)))
_LETTERS_ONLY = re.compile(r"[a-z]{4,}")
_GREEK_NAME = re.compile(rf"^(?:{'|'.join(_LETTERS)})|(?:{'|'.join(_LETTERS)})$")

_PLURAL_RULES = (
    (re.compile(r"(?<=omata)$"), 2, ""),  # carcinomata: carcinoma
    (re.compile(r"(?<=[a-z]{3}[b-df-hj-np-tv-z]ies)$"), 3, "y"),  # biopsies: biopsy
    (re.compile(r"(?<=yses)$|(?<=eses)$|(?<=[a-z]{3}oses)$|(?<=iases)$|(?<=stases)$"), 2, "is"),  # analyses: analysis
    (re.compile(r"(?<=ss)es$|(?<=sh)es$|(?<=ch)es$|(?<=[a-z]x)es$|(?<=[a-z][clmnrt]us)es$"), 2, ""),  # viruses: virus
    (re.compile(r"(?<=[a-hj-rtv-z]s)(?<!ics)$"), 1, ""),  # tumors: tumor; not biopsis, virus, genetics
)
_INVARIANT = frozenset(("series", "species", "rabies", "scabies", "caries", "facies", "herpes", "diabetes", "feces"))


def lemma(word: str) -> str:
    """The key that all written forms of a folded word share."""
    if not word.isascii():
        word = _GREEK_LETTER.sub(lambda match: _GREEK[match[0]], word)
    if not _LETTERS_ONLY.fullmatch(word):
        return _IRREGULAR.get(word, word)
    return _singular(_BRITISH_PART.sub(lambda match: _BRITISH[match[0]], word))


def lemmas(name: str) -> tuple[str, ...]:
    """The lemmas of the words of a name: equal for all written forms of the name."""
    return tuple(lemma(word) for word in split_words(name))


def _singular(word: str) -> str:
    if word in _IRREGULAR or word in _INVARIANT:
        return _IRREGULAR.get(word, word)
    for ending, cut, added in _PLURAL_RULES:
        if ending.search(word):
            return word[:-cut] + added
    return word


def written_forms(key: str) -> frozenset[str]:
    """Every folded word that the rules map to this lemma, the lemma itself included; the inverse of `lemma`."""
    candidates = {key}  # generated generously; `lemma` decides which of them count
    if _LETTERS_ONLY.fullmatch(key) or (len(key) == 3 and key.isascii() and key.isalpha()):
        candidates |= {key + "s", _PLURALS.get(key, key), *_other_plurals(key)}
        if _AMERICAN_PART.search(key):
            candidates |= {spelt for word in candidates for spelt in _british(word)}
    if _GREEK_NAME.search(key):
        candidates.add(_GREEK_NAME.sub(lambda match: _LETTERS[match[0]], key))
    return frozenset(word for word in candidates if lemma(word) == key)


def _other_plurals(key: str) -> list[str]:
    """Possible plurals by the ending of the word, other than an added s."""
    if key.endswith("y"):
        return [key[:-1] + "ies"]
    if key.endswith("is"):
        return [key[:-2] + "es"]
    if key.endswith("oma"):
        return [key + "ta"]
    return [key + "es"] if key.endswith(("s", "sh", "ch", "x")) else []


def _british(word: str) -> list[str]:
    """The word with every combination of its American parts in British spelling."""
    spelt = [word]
    for american, british in _AMERICAN:
        if american in word:
            spelt += [form.replace(american, british) for form in spelt]
    return spelt

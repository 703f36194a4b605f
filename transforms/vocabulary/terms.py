"""What a term that a person types stands for: the concepts that the same words mean in a text.

A term is read with the rules of the annotation: plurals, British spellings, Greek letters, accents, hyphens and
apostrophes do not matter, and the names that transforms.vocabulary.name_rules adds are known ("breast cancer"). Use:

    stems = likely_stems("oesophageal cancers")   ->   ["oesophag", "esophag", "esophagu"]
    concepts, names = those with a name that contains one of the stems, and `listed_concepts(term)`
    find_meanings("oesophageal cancers", concepts, names)   ->   ["MESH:D004938"]
"""

import re
from itertools import chain

import numpy as np
import pyarrow as pa

from transforms.text.tokens import split_words
from transforms.text.word_forms import lemma, written_forms
from transforms.vocabulary.name_rules import concepts_with_extra_name, general_words, interchangeable_words
from transforms.vocabulary.names import matchable_names, tokenize_names

_ACRONYM = re.compile(r"([A-Z]{2,4})s|([A-Za-z]{2,4})")
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3


def likely_stems(term: str) -> list[str]:
    """Beginnings of words, in lower case without accents, one of which is in a name of every concept the term may mean.

    General words ("cancer", "disease") are left out where others remain: rules replace them.
    """
    words = split_words(term)
    telling = [word for word in words if lemma(word) not in general_words() and len(word) > 1] or words
    swapped = interchangeable_words()
    keys = {lemma(word) for word in telling}
    keys |= {lemma(part) for key in keys for other in swapped.get(key, ()) for part in other.split()}
    forms = chain(telling, *(written_forms(key) for key in keys))
    return sorted({form[: max(_SHORTEST_STEM, len(form) - _LONGEST_ENDING)] for form in forms})


def acronym_of(term: str) -> str | None:
    """The acronym that a term of two to four letters may be, in capitals, without the s of "ITPs"; None for others."""
    match = _ACRONYM.fullmatch(term)
    return (match[1] or match[2]).upper() if match else None


def initials_pattern(acronym: str) -> str:
    """A regular expression (RE2) of the names whose words have these initials; small words between them do not count.

    "SLE" -> "Systemic Lupus Erythematosus", "ITP" -> "Idiopathic thrombocytopenic purpura".
    """
    separator = r"[ -](?:(?:of|the|and|with|in|to|for|or|by) )*"
    return "(?i)" + separator.join(rf"{letter}[\pL'\x{{2019}}]+" for letter in acronym)


def listed_concepts(term: str) -> list[str]:
    """The ids of the concepts for which the rules list the term as a name."""
    return concepts_with_extra_name([lemma(word) for word in split_words(term)])


def find_meanings(term: str, concepts: pa.Table, names: pa.Table) -> list[str]:
    """The ids of the concepts whose best names are the term, ascending; the best are chosen per vocabulary.

    concepts, names: rows of tables `concepts` (all counted) and `concept_names`. More than one concept of one
    vocabulary means that the term is ambiguous.
    """
    words = split_words(term)
    keys = [lemma(word) for word in words]
    if not words or not len(concepts):
        return []
    matchable = matchable_names(names, concepts)
    concept_ids = concepts["concept_id"].to_pylist()
    best: dict[str, tuple[int, int]] = {}
    chosen: dict[str, set[str]] = {}
    for at in np.flatnonzero(tokenize_names(matchable.text).length == len(words)).tolist():
        name = matchable.text[at].as_py()
        if matchable.acronym[at] and term not in (name, f"{name}s"):
            continue
        name_words = split_words(name)
        if name_words != words and [lemma(word) for word in name_words] != keys:
            continue
        concept_id = concept_ids[matchable.concept[at]]
        vocabulary = concept_id.partition(":")[0]
        quality = (int(name_words != words), int(matchable.rank[at]))
        if vocabulary not in best or quality < best[vocabulary]:
            best[vocabulary], chosen[vocabulary] = quality, set()
        if quality == best[vocabulary]:
            chosen[vocabulary].add(concept_id)
    return sorted(set().union(*chosen.values()))

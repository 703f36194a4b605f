"""The compiled vocabulary: names of concepts in the form that annotation matches text with.

Also the public entry to the rest of the package: `read_vocabulary` and `read_mesh` (files -> VocabularyTables), `merge`
(several vocabularies -> one), `mark_counted` (which concepts are counted), `build` (tables -> Vocabulary).

Which names are matched, and how:

- Names of counted concepts, by their words (transforms.text.tokens) and any written form of each
  (transforms.text.word_forms).
- "Hematopoiesis, Extramedullary" (one comma, followed by a space) is also known as "Extramedullary Hematopoiesis".
- Never matched: names shorter than three characters, without a letter, that begin or end with anything but a letter or
  digit, or with a gap that no match may span, such as a bracket or a full stop; and the few names that are ordinary
  words (name_rules.toml).
- Acronyms match in their own case only, apart from a plural s. These are names of up to ten characters without a
  lower-case letter ('AIDS'), and of up to five with a capital after the first character ('cAMP').
- Where several names are the same words, the best one wins: first those written exactly as in the text, before other
  forms; among these names listed in name_rules.toml, then preferred names, synonyms, inverted names, names by rule.
  All concepts that tie are mentioned. The choice is made within each vocabulary (prefix of ids) on its own, so that a
  vocabulary never takes mentions from another.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Bools, Ints
from transforms.curation.verdicts import forbidden_names
from transforms.text.phrase_trie import Trie
from transforms.text.tokens import split_words
from transforms.text.word_forms import lemma
from transforms.vocabulary.files import read_vocabulary
from transforms.vocabulary.merge import merge
from transforms.vocabulary.mesh import read_mesh
from transforms.vocabulary.name_rules import is_ambiguous_acronym, is_companion
from transforms.vocabulary.names import Names, build_trie, drop_forbidden, matchable_names
from transforms.vocabulary.tables import CHECK_TAGS, DEFAULT_CATEGORIES, VocabularyError, VocabularyTables, mark_counted

__all__ = [
    "CHECK_TAGS",
    "DEFAULT_CATEGORIES",
    "Vocabulary",
    "VocabularyError",
    "VocabularyTables",
    "build",
    "mark_counted",
    "merge",
    "read_mesh",
    "read_vocabulary",
]

_LARGEST_CACHE = 1 << 19


@dataclass(frozen=True)
class Meanings:
    """Concepts by key of a trie: those of key i are concept[begin[i] : begin[i + 1]].

    begin [0, 2, 2, 3], concept [5, 8, 1]: key 0 means concepts 5 and 8, key 1 none, key 2 concept 1.
    """

    begin: Ints
    concept: Ints

    def __len__(self) -> int:
        return len(self.begin) - 1

    def expand(self, keys: Ints) -> tuple[Ints, Ints]:
        """One entry per concept of each key, in order: the position of the key in `keys`, and the concept.

        Above: expand([2, 0]) -> [0, 1, 1], [1, 5, 8].
        """
        counts = self.begin[keys + 1] - self.begin[keys]
        number = np.repeat(np.arange(len(keys)), counts)
        first = np.cumsum(counts) - counts
        return number, self.concept[self.begin[keys][number] + np.arange(len(number)) - first[number]]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """A vocabulary ready for matching; immutable, made by `build`.

    version: BLAKE2b of the content of the three tables; independent of the order of their rows.
    concept_ids: the counted concepts, ascending; elsewhere a concept is its position in this array.
    concept_names: their preferred names, in the same order.
    names: concept id -> preferred name, for every concept.
    trie: the words of the names; several names may share a key.
    meanings: by key of the trie, the concepts it certainly means; none where the text decides (`resolve`).
    case_matters: by key of the trie, whether all of its names are acronyms.
    ambiguous: by key of the trie, whether it is a short acronym that needs support from the rest of the text.
    substance: by position of a concept, whether it is a chemical (MeSH category D).
    companions: keys of the metals that many names of salts end in ("sodium").
    """

    version: str
    concept_ids: pa.Array
    concept_names: pa.Array
    names: Mapping[str, str]
    trie: Trie
    meanings: Meanings
    case_matters: Bools
    ambiguous: Bools
    substance: Bools
    companions: Ints
    _matched: Names
    _begins: Ints
    _kinds: Ints
    _resolved: dict[tuple[int, str], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    _positions: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def position(self, concept_id: str) -> int | None:
        """The position of a concept in `concept_ids`; None for one that is not counted."""
        return self._positions.get(concept_id)

    def matched(self) -> set[tuple[str, str, int, bool]]:
        """Every name that is matched, as (name, concept id, rank, whether it is an acronym)."""
        concept_ids = self.concept_ids.take(pa.array(self._matched.concept)).to_pylist()
        rank_and_case = (self._matched.rank.tolist(), self._matched.acronym.tolist())
        return set(zip(self._matched.text.to_pylist(), concept_ids, *rank_and_case, strict=True))

    def resolve(self, key: int, text: str) -> tuple[int, ...]:
        """The positions of the concepts that `text`, matched by a key of the trie, stands for; () for none.

        Cached: the same few ambiguous names make up most of the calls.
        """
        known = self._resolved.get((key, text))
        if known is None:
            if len(self._resolved) >= _LARGEST_CACHE:
                self._resolved.clear()
            known = self._resolved[key, text] = self._choose(key, text)
        return known

    def _choose(self, key: int, text: str) -> tuple[int, ...]:
        """The concepts of the best names behind a key, per vocabulary: by (other form than written, rank)."""
        words = split_words(text)
        lemmas = [lemma(word) for word in words]
        best: dict[int, tuple[int, int]] = {}
        chosen: dict[int, set[int]] = {}
        for at in range(self._begins[key], self._begins[key + 1]):
            name, concept = self._matched.text[at].as_py(), int(self._matched.concept[at])
            # the names of one key may differ in case and in the written forms of their words
            if self._matched.acronym[at] and text not in (name, name + "s"):
                continue
            name_words = split_words(name)
            if name_words != words and [lemma(word) for word in name_words] != lemmas:
                continue
            quality, kind = (int(name_words != words), int(self._matched.rank[at])), int(self._kinds[concept])
            if quality < best.get(kind, (2, 0)):
                best[kind], chosen[kind] = quality, set()
            if quality == best[kind]:
                chosen[kind].add(concept)
        return tuple(sorted(set().union(*chosen.values())))


def build(concepts: pa.Table, names: pa.Table, ancestors: pa.Table, verdicts: pa.Table | None = None) -> Vocabulary:
    """Compile tables `concepts`, `concept_names` and `concept_ancestors` into a vocabulary ready for matching.

    Without a column `counted` in `concepts`, every concept is counted. Names that `verdicts` forbid
    (transforms.curation.verdicts) are left out, which changes the version.
    """
    forbidden = forbidden_names(verdicts) if verdicts is not None else {}
    counted = concepts.filter(concepts["counted"]) if "counted" in concepts.column_names else concepts
    counted = counted.sort_by("concept_id")
    concept_ids, concept_names = (counted[column].combine_chunks() for column in ("concept_id", "name"))
    ids = concept_ids.to_pylist()
    trie, key, matched = build_trie(drop_forbidden(matchable_names(names, counted), forbidden, ids))
    # the names of key i become matched[begins[i] : begins[i + 1]]
    order = np.argsort(key, kind="stable")
    begins = np.append(0, np.cumsum(np.bincount(key, minlength=int(key.max(initial=-1)) + 1)))
    kinds = _prefixes(concept_ids)
    acronyms_only = np.bincount(key[~matched.acronym], minlength=len(begins) - 1) == 0
    return Vocabulary(
        version=_version(concepts, names, ancestors, *_as_table(forbidden)),
        concept_ids=concept_ids,
        concept_names=concept_names,
        names=dict(zip(concepts["concept_id"].to_pylist(), concepts["name"].to_pylist(), strict=True)),
        trie=trie,
        meanings=_certain_meanings(matched, key, kinds),
        case_matters=acronyms_only,
        ambiguous=acronyms_only & (np.bincount(key[is_ambiguous_acronym(matched.text)], minlength=len(begins) - 1) > 0),
        substance=_is_substance(counted),
        companions=np.unique(key[is_companion(matched.text)]),
        _matched=matched.take(order),
        _begins=begins,
        _kinds=kinds,
        _positions=dict(zip(ids, range(len(ids)), strict=True)),
    )


def _prefixes(concept_ids: pa.Array) -> Ints:
    """The number of the vocabulary of each concept, by the prefix of its id ('MESH')."""
    prefixes = pc.replace_substring_regex(concept_ids, ":.*", "").dictionary_encode()
    return np.asarray(prefixes.indices, np.int64)


def _is_substance(concepts: pa.Table) -> Bools:
    """Whether each concept has category D, chemicals and drugs."""
    if "categories" not in concepts.column_names:
        return np.zeros(len(concepts), bool)
    return np.array(["D" in (categories or ()) for categories in concepts["categories"].to_pylist()], bool)


def _certain_meanings(names: Names, key: Ints, kinds: Ints) -> Meanings:
    """The meanings of the keys for which no look at the text is needed.

    These are the keys without an acronym and with at most one concept of each vocabulary.
    """
    n_keys, n_concepts = int(key.max(initial=-1)) + 1, max(len(kinds), 1)
    pairs = np.unique(key * n_concepts + names.concept)
    owner, concept = pairs // n_concepts, pairs % n_concepts
    kind = np.append(kinds, 0)[concept]
    is_uncertain = np.bincount(key[names.acronym], minlength=n_keys) > 0
    n_kinds = int(kinds.max(initial=0)) + 1
    key_and_kind, counts = np.unique(owner * n_kinds + kind, return_counts=True)
    is_uncertain[key_and_kind[counts > 1] // n_kinds] = True
    sure = ~is_uncertain[owner]
    return Meanings(np.append(0, np.cumsum(np.bincount(owner[sure], minlength=n_keys))), concept[sure])


def _as_table(forbidden: Mapping[tuple[str, ...], Set[str | None]]) -> list[pa.Table]:
    """The forbidden names as a table, for the version; none where nothing is forbidden."""
    rows = [(" ".join(name), concept_id or "") for name, concept_ids in forbidden.items() for concept_id in concept_ids]
    return [pa.table({"name": [name for name, _ in rows], "concept_id": [id_ for _, id_ in rows]})] if rows else []


def _version(*tables: pa.Table) -> str:
    """BLAKE2b-128 of the rows of the tables, each table sorted by all of its columns."""
    digest = hashlib.blake2b(digest_size=16)
    for table in tables:
        rows = pc.binary_join_element_wise(
            *(_as_text(table[name].combine_chunks()) for name in sorted(table.column_names)), "\x1f"
        )
        rows = rows.take(pc.sort_indices(rows))  # the order of the rows must not matter
        _, ends, contents = rows.buffers()
        digest.update("\x1e".join(sorted(table.column_names)).encode())
        # the lengths of the rows, then their bytes: without the lengths, other splits would have the same digest
        digest.update(np.diff(np.frombuffer(ends, np.int32)[: len(rows) + 1]).tobytes())
        digest.update(contents or b"")
    return digest.hexdigest()


def _as_text(column: pa.Array) -> pa.Array:
    """A column as strings, NULL as ''; the members of a list are joined by a control character that no name has."""
    text = pc.binary_join(column, "\x1c") if pa.types.is_list(column.type) else column.cast(pa.string())
    return text.fill_null("")

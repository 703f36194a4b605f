"""The concept vocabulary: read from files, marked for counting, made ready for matching.

read_vocabulary  a file of any kind (MeSH, OBO, a list of one's own) -> VocabularyTables; read_mesh: MeSH alone
mark_counted     which concepts are counted, by category
merge            several vocabularies as one
build            the three tables -> Vocabulary, which `transforms.annotation.annotate` matches with

Which names are matched, and how:

- Names of counted concepts, by their words (transforms.text.tokens) and any written form of each
  (transforms.text.word_forms).
- "Hematopoiesis, Extramedullary" (one comma, followed by a space) is also known as "Extramedullary Hematopoiesis".
- Never: names shorter than three characters, without a letter, with anything but letters and digits at an end, or with
  a gap that no match may span, such as a bracket or a full stop; nor the few that are ordinary words (word_forms.toml).
- Acronyms match in their own case only, but for a plural s: names of up to ten characters without a lower-case letter
  ('AIDS'), and of up to five with a capital after the first character ('cAMP').
- Where several names are the same words: those written exactly as in the text before other forms; among these the
  names of name_rules.toml, then preferred names, synonyms, turned-round names, names by rule; every concept that is
  still level is mentioned. So in each vocabulary (prefix of ids) by itself: one takes no mention from another.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints
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

_REMEMBERED = 1 << 19


@dataclass(frozen=True)
class Meanings:
    """Concepts by key of a trie: those of key i are concept[begin[i] : begin[i + 1]]."""

    begin: Ints
    concept: Ints

    def __len__(self) -> int:
        return len(self.begin) - 1

    def expand(self, keys: Ints) -> tuple[Ints, Ints]:
        """For each meaning of each key, in order: the number of the key among `keys`, and the concept."""
        counts = self.begin[keys + 1] - self.begin[keys]
        number = np.repeat(np.arange(len(keys)), counts)
        first = np.cumsum(counts) - counts
        return number, self.concept[self.begin[keys][number] + np.arange(len(number)) - first[number]]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """A vocabulary ready for matching; built by `build`, never changed.

    version: BLAKE2b over the content of the three tables, whatever the order of their rows.
    concept_ids: the counted concepts; positions in this array stand for them.
    concept_names: their preferred names, in the same order.
    names: concept id -> preferred name, for every concept.
    trie: the words of the names; several names may share a key.
    meanings: by key of the trie, the positions of the concepts it means; none where the text decides (`meant`).
    case_matters: by key of the trie, whether every name behind it is an acronym.
    ambiguous: by key of the trie, whether it is a short acronym that means little on its own.
    substance: by position of a concept, whether it is a chemical (MeSH's D).
    companions: keys of the metals that are half of many salts' names.
    """

    version: str
    concept_ids: pa.Array
    concept_names: pa.Array
    names: Mapping[str, str]
    trie: Trie
    meanings: Meanings
    case_matters: npt.NDArray[np.bool_]
    ambiguous: npt.NDArray[np.bool_]
    substance: npt.NDArray[np.bool_]
    companions: Ints
    _matched: Names
    _begins: Ints
    _kinds: Ints
    _remembered: dict[tuple[int, str], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    _positions: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def position(self, concept_id: str) -> int | None:
        """Where a concept stands in `concept_ids`; None for one that is not counted."""
        return self._positions.get(concept_id)

    def matched(self) -> set[tuple[str, str, int, bool]]:
        """Every name that is matched: the name, its concept, its standing, whether its case matters."""
        concept_ids = self.concept_ids.take(pa.array(self._matched.concept)).to_pylist()
        standing = (self._matched.rank.tolist(), self._matched.acronym.tolist())
        return set(zip(self._matched.text.to_pylist(), concept_ids, *standing, strict=True))

    def resolve(self, key: int, text: str) -> tuple[int, ...]:
        """Positions of the concepts that `text`, matched by a key of the trie, stands for; () where none is."""
        known = self._remembered.get((key, text))
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[key, text] = self._judge(key, text)
        return known

    def _judge(self, key: int, text: str) -> tuple[int, ...]:
        spoken = split_words(text)
        lemmas = [lemma(word) for word in spoken]
        best: dict[int, tuple[int, int]] = {}
        meant: dict[int, set[int]] = {}
        for at in range(self._begins[key], self._begins[key + 1]):
            name, concept = self._matched.text[at].as_py(), int(self._matched.concept[at])
            if self._matched.acronym[at] and text not in (name, name + "s"):
                continue
            known = split_words(name)
            if known != spoken and [lemma(word) for word in known] != lemmas:
                continue
            quality, kind = (int(known != spoken), int(self._matched.rank[at])), int(self._kinds[concept])
            if quality < best.get(kind, (2, 0)):
                best[kind], meant[kind] = quality, set()
            if quality == best[kind]:
                meant[kind].add(concept)
        return tuple(sorted(set().union(*meant.values())))


def build(concepts: pa.Table, names: pa.Table, ancestors: pa.Table, verdicts: pa.Table | None = None) -> Vocabulary:
    """Tables `concepts`, `concept_names`, `concept_ancestors` -> a vocabulary ready for matching.

    Where `concepts` has no column `counted`, every concept is counted. Names that `verdicts` forbid
    (transforms.curation.verdicts) are left out, and make it another version.
    """
    forbidden = forbidden_names(verdicts) if verdicts is not None else {}
    counted = concepts.filter(concepts["counted"]) if "counted" in concepts.column_names else concepts
    counted = counted.sort_by("concept_id")
    concept_ids, concept_names = (counted[column].combine_chunks() for column in ("concept_id", "name"))
    ids = concept_ids.to_pylist()
    trie, key, matched = build_trie(drop_forbidden(matchable_names(names, counted), forbidden, ids))
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
    """A number for the vocabulary of each concept, told by the prefix of its id."""
    prefixes = pc.replace_substring_regex(concept_ids, ":.*", "").dictionary_encode()
    return np.asarray(prefixes.indices, np.int64)


def _is_substance(concepts: pa.Table) -> npt.NDArray[np.bool_]:
    if "categories" not in concepts.column_names:
        return np.zeros(len(concepts), bool)
    return np.array(["D" in (one or ()) for one in concepts["categories"].to_pylist()], bool)


def _certain_meanings(names: Names, key: Ints, kinds: Ints) -> Meanings:
    """The meanings of the keys that the text has no say in: no acronym, and of no vocabulary two concepts."""
    keys, of = int(key.max(initial=-1)) + 1, max(len(kinds), 1)
    pairs = np.unique(key * of + names.concept)
    owner, concept = pairs // of, pairs % of
    kind = np.append(kinds, 0)[concept]
    open_to_doubt = np.bincount(key[names.acronym], minlength=keys) > 0
    several, counts = np.unique(owner * (int(kinds.max(initial=0)) + 1) + kind, return_counts=True)
    open_to_doubt[several[counts > 1] // (int(kinds.max(initial=0)) + 1)] = True
    sure = ~open_to_doubt[owner]
    return Meanings(np.append(0, np.cumsum(np.bincount(owner[sure], minlength=keys))), concept[sure])


def _as_table(forbidden: Mapping[tuple[str, ...], Set[str | None]]) -> list[pa.Table]:
    rows = [(" ".join(name), one or "") for name, concepts in forbidden.items() for one in concepts]
    return [pa.table({"name": [name for name, _ in rows], "concept_id": [one for _, one in rows]})] if rows else []


def _version(*tables: pa.Table) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for table in tables:
        rows = pc.binary_join_element_wise(
            *(_as_text(table[name].combine_chunks()) for name in sorted(table.column_names)), "\x1f"
        )
        rows = rows.take(pc.sort_indices(rows))
        _, ends, contents = rows.buffers()
        digest.update("\x1e".join(sorted(table.column_names)).encode())
        digest.update(np.diff(np.frombuffer(ends, np.int32)[: len(rows) + 1]).tobytes())
        digest.update(contents or b"")
    return digest.hexdigest()


def _as_text(column: pa.Array) -> pa.Array:
    """A column as strings, NULL as ''; members of a list joined by a character that stands in no name."""
    text = pc.binary_join(column, "\x1c") if pa.types.is_list(column.type) else column.cast(pa.string())
    return text.fill_null("")

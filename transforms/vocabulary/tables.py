"""Vocabularies as tables, the form between the readers of files and the compiled vocabulary."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from transforms.rules import load_rules
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS

DEFAULT_CATEGORIES = "ABCDEFG"
"""MeSH trees that are counted by default: anatomy, organisms, diseases, chemicals and drugs, techniques, psychiatry
and psychology, phenomena and processes."""

CHECK_TAGS: frozenset[str] = frozenset(
    concept_id for group in load_rules("check_tags").values() for concept_id in group
)
"""Concept ids of NLM's check tags (check_tags.toml)."""

LONGEST_NAME = 5000
"""Code points; the longest of MeSH descriptors, MONDO, HPO, DOID and UBERON has 408."""
MOST_ANCESTORS = 1000
"""More concepts above one are a mistake of the file, and a chain of n of them would give n * n / 2 pairs."""

XREFS = pa.schema({"concept_id": pa.string(), "xref": pa.string()})
"""Cross-references of a vocabulary: its concept, and the equivalent one in another vocabulary as a CURIE."""


class VocabularyError(ValueError):
    """A vocabulary cannot be read or used; the message names the file and what to do."""


@dataclass(frozen=True)
class Edition:
    """A vocabulary as released: its name with the release ('MeSH 2024'), and its licence ('' where it states none).

    extends: whether it may add names to concepts of other vocabularies, as a custom list does.
    """

    name: str
    licence: str = ""
    extends: bool = False


@dataclass(frozen=True)
class Concept:
    """One concept as a file states it.

    names: the preferred one first; categories: letters of the MeSH tree, or the id prefix of another vocabulary;
    tree_numbers: its positions in the MeSH tree; parents: ids of the concepts directly above; xrefs: CURIEs.
    """

    concept_id: str
    names: Sequence[str]
    categories: Sequence[str] = ()
    tree_numbers: Sequence[str] = ()
    parents: Sequence[str] = ()
    xrefs: Sequence[str] = ()


@dataclass(frozen=True)
class VocabularyTables:
    """Tables `concepts`, `concept_names` and `concept_ancestors` of transforms.schema.concepts, and `XREFS`."""

    concepts: pa.Table
    names: pa.Table
    ancestors: pa.Table
    xrefs: pa.Table = field(default_factory=XREFS.empty_table)
    editions: tuple[Edition, ...] = ()

    @classmethod
    def from_concepts(cls, concepts: Sequence[Concept], edition: Edition) -> "VocabularyTables":
        """The tables of concepts, with ancestors at any distance; which concepts are counted is set to the default.

        Raises `VocabularyError` for an id that stands for two concepts, a name of more than `LONGEST_NAME` characters
        and a concept with more than `MOST_ANCESTORS` above it.
        """
        _check(concepts, edition.name)
        rows: Iterable[dict[str, object]] = (
            {
                "concept_id": concept.concept_id,
                "name": concept.names[0],
                "categories": list(concept.categories),
                "tree_numbers": list(concept.tree_numbers),
                "vocabulary": edition.name,
            }
            for concept in concepts
        )
        tables = cls(
            CONCEPTS.from_rows(rows),
            _names(concepts),
            pa.table(
                _columns(transitive_closure((concept.concept_id, concept.parents) for concept in concepts)),
                schema=CONCEPT_ANCESTORS.arrow,
            ),
            pa.table(
                _columns([(concept.concept_id, xref) for concept in concepts for xref in concept.xrefs]), schema=XREFS
            ),
            (edition,),
        )
        return mark_counted(tables)


def _check(concepts: Sequence[Concept], file: str) -> None:
    seen: set[str] = set()
    for concept in concepts:
        if concept.concept_id in seen:
            raise VocabularyError(f"{file}: the id {concept.concept_id} stands for two concepts; remove one of them")
        seen.add(concept.concept_id)
        longest = max(map(len, concept.names))
        if longest > LONGEST_NAME:
            raise VocabularyError(
                f"{file}: {concept.concept_id} has a name of {longest:,} characters; at most {LONGEST_NAME:,} are read"
            )


def _names(concepts: Iterable[Concept]) -> pa.Table:
    ids, names, kinds = [], [], []
    for concept in concepts:
        for rank, name in enumerate(dict.fromkeys(concept.names)):
            ids.append(concept.concept_id)
            names.append(name)
            # readers put the preferred name first
            kinds.append("synonym" if rank else "preferred")
    return pa.table([ids, names, kinds], schema=CONCEPT_NAMES.arrow)


def _columns(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]


def transitive_closure(parents_of: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, str]]:
    """Every pair (concept, ancestor at any distance), given the parents of each concept.

    Cycles are harmless: no concept is its own ancestor. Raises `VocabularyError` for a concept with more than
    `MOST_ANCESTORS`.

        a: [b], b: [c]   ->   (a, b), (a, c), (b, c)
    """
    direct: dict[str, set[str]] = {}
    for concept_id, parents in parents_of:
        direct.setdefault(concept_id, set()).update(parents)
    pairs: list[tuple[str, str]] = []
    for concept_id in direct:
        ancestors: set[str] = set()
        waiting = [concept_id]
        while waiting:
            further = direct.get(waiting.pop(), set()) - ancestors
            ancestors |= further
            waiting.extend(further)
            if len(ancestors) > MOST_ANCESTORS:
                raise VocabularyError(f"{concept_id} has more than {MOST_ANCESTORS:,} concepts above it")
        pairs.extend((concept_id, ancestor) for ancestor in sorted(ancestors - {concept_id}))
    return pairs


def mark_counted(
    tables: VocabularyTables,
    categories: Collection[str] = DEFAULT_CATEGORIES,
    excluded: Collection[str] = CHECK_TAGS,
) -> VocabularyTables:
    """The tables with `concepts.counted` true for concepts that have one of `categories` and are not `excluded`.

    categories: letters of the MeSH tree; one of a concept's categories is enough. Concepts of other vocabularies, whose
    categories have more than one letter, are always counted. excluded: concept ids.
    """
    wanted = set(categories)
    counted = [
        any(category in wanted or len(category) > 1 for category in own or ()) and concept_id not in excluded
        for concept_id, own in zip(
            tables.concepts["concept_id"].to_pylist(), tables.concepts["categories"].to_pylist(), strict=True
        )
    ]
    at = CONCEPTS.column_names.index("counted")
    return replace(tables, concepts=tables.concepts.set_column(at, "counted", pa.array(counted, pa.bool_())))

"""A vocabulary as tables, before it is made ready for matching."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from transforms.rules import load_rules
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS

DEFAULT_CATEGORIES = "ABCDEFG"
"""MeSH trees that are counted by default: anatomy, organisms, diseases, chemicals and drugs, techniques, psychiatry
and psychology, phenomena and processes."""

CHECK_TAGS: frozenset[str] = frozenset(
    concept_id for group in load_rules("check_tags").values() for concept_id in group
)
"""Concept ids of NLM's check tags (check_tags.toml)."""

XREFS = pa.schema({"concept_id": pa.string(), "xref": pa.string()})
"""What a vocabulary says to be the same in another: its concept, the other's as a CURIE."""


class VocabularyError(ValueError):
    """A vocabulary cannot be read or used; the message names the file and what to do."""


@dataclass(frozen=True)
class Edition:
    """A vocabulary as released: its name with the release ('MeSH 2024'), and its licence ('' where it states none).

    extends: whether it may give further names to concepts of other vocabularies, as a list of one's own does.
    """

    name: str
    licence: str = ""
    extends: bool = False


@dataclass(frozen=True)
class Concept:
    """One concept as a reader finds it: names with the preferred one first; `above` has the concepts directly above.

    tree_numbers: its places in MeSH's tree; categories: MeSH's letters, or the prefix of another vocabulary's ids.
    """

    concept_id: str
    names: Sequence[str]
    categories: Sequence[str] = ()
    tree_numbers: Sequence[str] = ()
    above: Sequence[str] = ()
    xrefs: Sequence[str] = ()


@dataclass(frozen=True)
class VocabularyTables:
    """Tables `concepts`, `concept_names` and `concept_ancestors` of transforms.schema.vocabulary, and `XREFS`."""

    concepts: pa.Table
    names: pa.Table
    ancestors: pa.Table
    xrefs: pa.Table = field(default_factory=XREFS.empty_table)
    editions: tuple[Edition, ...] = ()

    @classmethod
    def from_concepts(cls, concepts: Sequence[Concept], edition: Edition) -> "VocabularyTables":
        """The tables of concepts, ancestors at any distance; counted as by default."""
        rows: Iterable[dict[str, object]] = (
            {
                "concept_id": one.concept_id,
                "name": one.names[0],
                "categories": list(one.categories),
                "tree_numbers": list(one.tree_numbers),
                "vocabulary": edition.name,
            }
            for one in concepts
        )
        tables = cls(
            CONCEPTS.from_rows(rows),
            _names(concepts),
            pa.table(
                _columns(transitive_closure((one.concept_id, one.above) for one in concepts)),
                schema=CONCEPT_ANCESTORS.arrow,
            ),
            pa.table(_columns([(one.concept_id, xref) for one in concepts for xref in one.xrefs]), schema=XREFS),
            (edition,),
        )
        return mark_counted(tables)


def _names(concepts: Iterable[Concept]) -> pa.Table:
    ids, names, kinds = [], [], []
    for one in concepts:
        for rank, name in enumerate(dict.fromkeys(one.names)):
            ids.append(one.concept_id)
            names.append(name)
            kinds.append("synonym" if rank else "preferred")
    return pa.table([ids, names, kinds], schema=CONCEPT_NAMES.arrow)


def _columns(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[pair[0] for pair in pairs], [pair[1] for pair in pairs]]


def transitive_closure(above: Iterable[tuple[str, Iterable[str]]]) -> list[tuple[str, str]]:
    """What stands directly above each concept -> every pair (concept, concept above it at any distance).

    Loops do no harm: nothing is above itself.
    """
    direct: dict[str, set[str]] = {}
    for concept_id, parents in above:
        direct.setdefault(concept_id, set()).update(parents)
    pairs: list[tuple[str, str]] = []
    for concept_id in direct:
        found: set[str] = set()
        waiting = [concept_id]
        while waiting:
            further = direct.get(waiting.pop(), set()) - found
            found |= further
            waiting.extend(further)
        pairs.extend((concept_id, one) for one in sorted(found - {concept_id}))
    return pairs


def mark_counted(
    tables: VocabularyTables,
    categories: Collection[str] = DEFAULT_CATEGORIES,
    excluded: Collection[str] = CHECK_TAGS,
) -> VocabularyTables:
    """The tables with `concepts.counted` true for concepts that stand in one of `categories` and are not `excluded`.

    categories: as in `concepts.categories`, for MeSH tree letters; a concept in several counts if one of them does.
    Categories of more than one letter are other vocabularies, which are loaded to be counted.
    excluded: concept ids.
    """
    wanted = set(categories)
    counted = [
        any(one in wanted or len(one) > 1 for one in standing or ()) and concept_id not in excluded
        for concept_id, standing in zip(
            tables.concepts["concept_id"].to_pylist(), tables.concepts["categories"].to_pylist(), strict=True
        )
    ]
    at = CONCEPTS.column_names.index("counted")
    return replace(tables, concepts=tables.concepts.set_column(at, "counted", pa.array(counted, pa.bool_())))

"""A vocabulary as tables, before it is made ready for matching."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS

DEFAULT_CATEGORIES = "ABCDEFG"
"""MeSH trees that are counted by default: anatomy, organisms, diseases, chemicals and drugs, techniques, psychiatry
and psychology, phenomena and processes."""

CHECK_TAGS: frozenset[str] = frozenset(
    concept_id
    for group in tomllib.loads(files(__package__).joinpath("check_tags.toml").read_text("utf-8")).values()
    for concept_id in group
)
"""Concept ids of NLM's check tags (check_tags.toml)."""


class VocabularyError(ValueError):
    """A vocabulary cannot be read or used; the message names the file and what to do."""


@dataclass(frozen=True)
class VocabularyTables:
    """Tables `concepts`, `concept_names` and `concept_ancestors` of transforms.schema."""

    concepts: pa.Table
    names: pa.Table
    ancestors: pa.Table


def mark_counted(
    tables: VocabularyTables,
    categories: Collection[str] = DEFAULT_CATEGORIES,
    excluded: Collection[str] = CHECK_TAGS,
) -> VocabularyTables:
    """The tables with `concepts.counted` true for concepts that stand in one of `categories` and are not `excluded`.

    categories: as in `concepts.categories`, for MeSH tree letters; a concept in several counts if one of them does.
    excluded: concept ids.
    """
    wanted = set(categories)
    counted = [
        not wanted.isdisjoint(standing or ()) and concept_id not in excluded
        for concept_id, standing in zip(
            tables.concepts["concept_id"].to_pylist(), tables.concepts["categories"].to_pylist(), strict=True
        )
    ]
    at = CONCEPTS.column_names.index("counted")
    return replace(tables, concepts=tables.concepts.set_column(at, "counted", pa.array(counted, pa.bool_())))


def merge(parts: Sequence[VocabularyTables]) -> VocabularyTables:
    """Several vocabularies as one. Raises `VocabularyError` where two of them define the same concept."""
    concepts = pa.concat_tables([CONCEPTS.empty(), *(part.concepts for part in parts)])
    repeated = pc.value_counts(concepts["concept_id"].combine_chunks())
    twice = repeated.filter(pc.greater(repeated.field("counts"), 1)).field("values")
    if len(twice):
        raise VocabularyError(
            f"{len(twice)} concepts are defined by more than one of the files, {twice[0].as_py()} among them;"
            " load one edition of a vocabulary at a time"
        )
    return VocabularyTables(
        concepts,
        pa.concat_tables([CONCEPT_NAMES.empty(), *(part.names for part in parts)]),
        pa.concat_tables([CONCEPT_ANCESTORS.empty(), *(part.ancestors for part in parts)]),
    )

"""Vocabulary files -> the lake's vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.settings import Settings
from transforms import vocabulary as reading
from transforms.vocabulary import VocabularyTables
from warehouse import vocabulary as stored
from warehouse.lake import Lake


@dataclass(frozen=True)
class Loaded:
    """What a load did: the catalog's version, None if this vocabulary was in force already; and its size."""

    catalog_version: int | None
    version: str
    concepts: int
    counted: int
    names: int


def load(files: Sequence[Path], settings: Settings) -> Loaded:
    """Read vocabulary files of any kind, merge them, mark what is counted by the settings, and commit the result.

    Raises `VocabularyError`, naming the file, where one cannot be read.
    """
    read: list[VocabularyTables] = []
    for path in files:
        with path.open("rb") as stream:
            read.append(reading.read_vocabulary(stream, path.name))
    tables = reading.mark_counted(reading.merge(read), settings.categories, reading.CHECK_TAGS)
    version = reading.build(tables.concepts, tables.names, tables.ancestors).version
    parts = {"concepts": tables.concepts, "concept_names": tables.names, "concept_ancestors": tables.ancestors}
    facts = {
        "version": version,
        "files": [path.name for path in files],
        "categories": sorted(settings.categories),
    }
    committed = stored.load(Lake.at(settings.lake), parts, facts)
    counted = sum(tables.concepts["counted"].to_pylist())
    return Loaded(committed, version, len(tables.concepts), counted, len(tables.names))

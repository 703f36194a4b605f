"""Vocabulary files -> the lake's vocabulary."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.settings import Settings
from transforms.annotation.rules_version import annotation_version, rules_version
from transforms.vocabulary import compiled as reading
from transforms.vocabulary.compiled import VocabularyTables
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary as stored


@dataclass(frozen=True)
class LoadedVocabulary:
    """What a load did: the catalog's version, None if this vocabulary was in force already; and its size."""

    catalog_version: int | None
    version: str
    concepts: int
    counted: int
    names: int


def load_vocabulary(
    files: Sequence[Path], settings: Settings, fetched: Mapping[Path, Mapping[str, Any]] | None = None
) -> LoadedVocabulary:
    """Read vocabulary files of any kind, merge them, mark what is counted by the settings, and commit the result.

    `fetched`: of files that were, address and fetched_at.
    Raises `VocabularyError`, naming the file, where one cannot be read.
    """
    read: list[VocabularyTables] = []
    for path in files:
        with path.open("rb") as stream:
            read.append(reading.read_vocabulary(stream, path.name))
    tables = reading.mark_counted(reading.merge(read), settings.categories, reading.CHECK_TAGS)
    place = Lake.at(settings.lake)
    said = read_version(place).table("curations").drop_columns("batch")
    version = annotation_version(reading.build(tables.concepts, tables.names, tables.ancestors, said).version)
    parts = {"concepts": tables.concepts, "concept_names": tables.names, "concept_ancestors": tables.ancestors}
    facts = {
        "version": version,
        "rules": rules_version(),
        "editions": [
            {**_edition(path, one), **(fetched or {}).get(path, {})} for path, one in zip(files, read, strict=True)
        ],
        "files": [path.name for path in files],
        "categories": sorted(settings.categories),
    }
    committed = stored.store_vocabulary(place, parts, facts)
    counted = sum(tables.concepts["counted"].to_pylist())
    return LoadedVocabulary(committed, version, len(tables.concepts), counted, len(tables.names))


def current_vocabulary(version: Version) -> LoadedVocabulary | None:
    """The vocabulary in force; None where there is none."""
    loads = version.table("vocabularies").to_pylist()
    if not loads:
        return None
    last = loads[-1]
    return LoadedVocabulary(None, last["version"], last["concepts"], last["counted"], last["names"])


def _edition(path: Path, tables: VocabularyTables) -> dict[str, object]:
    """A row of `editions`: what a file turned out to be."""
    [edition] = tables.editions
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "name": edition.name,
        "licence": edition.licence,
        "file": path.name,
        "sha256": digest,
    }

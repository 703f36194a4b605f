"""Load vocabulary files into the lake: read, merge, mark the counted concepts, commit as the vocabulary in force."""

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
    """A loaded vocabulary and its size; `catalog_version` is None if it was in force already."""

    catalog_version: int | None
    version: str
    concepts: int
    counted: int
    names: int


def load_vocabulary(
    files: Sequence[Path], settings: Settings, fetched: Mapping[Path, Mapping[str, Any]] | None = None
) -> LoadedVocabulary:
    """Read vocabulary files of any format, merge them, mark the counted concepts by the settings, and commit.

    `fetched` has "address" and "fetched_at" for each file that was fetched. Raises `VocabularyError`, which names the
    file, if one cannot be read.
    """
    parsed: list[VocabularyTables] = []
    for path in files:
        with path.open("rb") as stream:
            parsed.append(reading.read_vocabulary(stream, path.name))
    tables = reading.mark_counted(reading.merge(parsed), settings.categories, reading.CHECK_TAGS)
    lake = Lake.at(settings.lake)
    curations = read_version(lake).table("curations").drop_columns("batch")
    version = annotation_version(reading.build(tables.concepts, tables.names, tables.ancestors, curations).version)
    parts = {"concepts": tables.concepts, "concept_names": tables.names, "concept_ancestors": tables.ancestors}
    facts = {
        "version": version,
        "rules": rules_version(),
        "editions": [
            {**_edition(path, part), **(fetched or {}).get(path, {})} for path, part in zip(files, parsed, strict=True)
        ],
        "files": [path.name for path in files],
        "categories": sorted(settings.categories),
    }
    committed = stored.store_vocabulary(lake, parts, facts)
    counted = sum(tables.concepts["counted"].to_pylist())
    return LoadedVocabulary(committed, version, len(tables.concepts), counted, len(tables.names))


def loaded_vocabulary(version: Version) -> LoadedVocabulary | None:
    """Return the vocabulary in force; None if there is none."""
    loads = version.table("vocabularies").to_pylist()
    if not loads:
        return None
    last = loads[-1]
    return LoadedVocabulary(None, last["version"], last["concepts"], last["counted"], last["names"])


def _edition(path: Path, tables: VocabularyTables) -> dict[str, object]:
    """Return the row of `editions` for a file: name and licence of the vocabulary, file name and digest."""
    [edition] = tables.editions
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "name": edition.name,
        "licence": edition.licence,
        "file": path.name,
        "sha256": digest,
    }

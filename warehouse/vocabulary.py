"""The vocabulary in the lake: loading one is a commit of its own, reading it back feeds the annotation."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from transforms.rarity import interval_limits
from transforms.schema import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from warehouse import segments
from warehouse.catalog import connect, publish, read_version, recover
from warehouse.catalog_file import Version
from warehouse.catalog_schema import INTERVAL_LIMITS, SEGMENTS, VOCABULARIES
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake

PARTS = (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
_LARGEST_TABLED = 1000
"""Interval limits are tabled for counts up to here; beyond, SQL approximates them (functions/gamma_limit.sql)."""


def load(lake: Lake, parts: Mapping[str, pa.Table], facts: Mapping[str, Any]) -> int | None:
    """Commit a vocabulary: tables concepts, concept_names, concept_ancestors, and the `facts` of `vocabularies`
    (version, files, categories). Returns the catalog's version; None if it is in force already.

    Raises `VocabularyChangedError` where articles were annotated with another vocabulary.
    """
    with lake.writing():
        recover(lake)
        old = read_version(lake)
        loads = old.table("vocabularies").to_pylist()
        if loads and loads[-1]["version"] == facts["version"]:
            return None
        if any(old.table("windows")["received"].to_pylist()):
            raise VocabularyChangedError(
                f"{lake.root} holds articles annotated with vocabulary {loads[-1]['version'][:12]}",
                "load the new vocabulary into an empty lake (--lake NEW) and ingest the files there again",
            )
        number = old.number + 1
        written = [segments.write(lake, part.name, part.conform(parts[part.name]), number) for part in PARTS]
        segments.sync_folders(lake)
        publish(lake, _next_version(lake, old, [row for row in written if row], parts, facts))
        return number


def _next_version(
    lake: Lake, old: Version, written: Sequence[dict[str, Any]], parts: Mapping[str, pa.Table], facts: Mapping[str, Any]
) -> Version:
    names = {part.name for part in PARTS}
    kept = [row for row in old.table("segments").to_pylist() if row["table_name"] not in names]
    told = {
        "version": facts["version"],
        "loaded_at": dt.datetime.now(dt.UTC),
        "files": list(facts["files"]),
        "categories": list(facts["categories"]),
        "concepts": len(parts["concepts"]),
        "counted": sum(parts["concepts"]["counted"].to_pylist()),
        "names": len(parts["concept_names"]),
        "batch": old.number + 1,
    }
    limits = pa.table({"n": pa.array(range(_LARGEST_TABLED + 1)), **interval_limits(_LARGEST_TABLED)})
    return old.successor(
        lake,
        {"batch_id": facts["version"], "kind": "vocabulary", "vocabulary_version": facts["version"]},
        segments=SEGMENTS.from_rows([*kept, *written]),
        vocabularies=pa.concat_tables([old.table("vocabularies"), VOCABULARIES.from_rows([told])]),
        interval_limits=INTERVAL_LIMITS.conform(limits),
    )


def read(lake: Lake) -> dict[str, pa.Table]:
    """The three tables of the vocabulary in force."""
    with connect(lake) as connection:
        return {
            part.name: connection.sql(f"SELECT {', '.join(part.column_names)} FROM {part.name}")  # noqa: S608
            .to_arrow_table()
            .cast(part.arrow)
            for part in PARTS
        }

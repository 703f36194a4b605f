"""The vocabulary in the lake: loading one is a commit of its own, reading it back feeds the annotation."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.rarity import interval_limits
from transforms.schema import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary import build
from warehouse import segments
from warehouse.catalog import connect, connect_to_write, publish, recover
from warehouse.catalog_file import Version
from warehouse.catalog_schema import INTERVAL_LIMITS, SEGMENTS, VOCABULARIES
from warehouse.lake import Lake
from warehouse.looking_again import EVERY_BATCH, LookingAgain
from warehouse.watching import follow, followed

PARTS = (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
_LARGEST_TABLED = 1000
"""Interval limits are tabled for counts up to here; beyond, SQL approximates them (functions/gamma_limit.sql)."""


def load(lake: Lake, parts: Mapping[str, pa.Table], facts: Mapping[str, Any]) -> int | None:
    """Commit a vocabulary: tables concepts, concept_names, concept_ancestors, and the `facts` of `vocabularies`
    (version, files, categories). What the lake holds is annotated anew with it, and the counts follow.

    Returns the catalog's version; None if this vocabulary is in force already.
    """
    with lake.writing():
        old = recover(lake)
        loads = old.table("vocabularies").to_pylist()
        if loads and loads[-1]["version"] == facts["version"]:
            return None
        number = old.number + 1
        written = [segments.write(lake, part.name, part.conform(parts[part.name]), number) for part in PARTS]
        changed = _annotate_anew(lake, old, parts) if len(old.table("windows")) else {}
        segments.sync_folders(lake)
        publish(lake, _next_version(lake, old, [row for row in written if row], changed, _told(parts, facts, number)))
    if followed(old):
        follow(lake)
    return number


def _annotate_anew(lake: Lake, old: Version, parts: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    vocabulary = build(parts["concepts"], parts["concept_names"], parts["concept_ancestors"])
    with connect_to_write(lake, old) as connection:
        return LookingAgain(lake, old, connection, EVERY_BATCH, lambda: vocabulary).rewrite()


def _told(parts: Mapping[str, pa.Table], facts: Mapping[str, Any], batch: int) -> dict[str, Any]:
    """The row of `vocabularies`."""
    return {
        "version": facts["version"],
        "loaded_at": dt.datetime.now(dt.UTC),
        "files": list(facts["files"]),
        "categories": list(facts["categories"]),
        "concepts": len(parts["concepts"]),
        "counted": pc.sum(parts["concepts"]["counted"].cast(pa.int64())).as_py() or 0,
        "names": len(parts["concept_names"]),
        "batch": batch,
    }


def _next_version(
    lake: Lake,
    old: Version,
    written: Sequence[dict[str, Any]],
    changed: Mapping[str, pa.Table],
    told: dict[str, Any],
) -> Version:
    names = {part.name for part in PARTS}
    listed = changed.get("segments", old.table("segments")).to_pylist()
    kept = [row for row in listed if row["table_name"] not in names]
    limits = pa.table({"n": pa.array(range(_LARGEST_TABLED + 1)), **interval_limits(_LARGEST_TABLED)})
    tables = {
        **changed,
        "segments": SEGMENTS.from_rows([*kept, *written]),
        "vocabularies": pa.concat_tables([old.table("vocabularies"), VOCABULARIES.from_rows([told])]),
        "interval_limits": INTERVAL_LIMITS.conform(limits),
    }
    batch = {"batch_id": told["version"], "kind": "vocabulary", "vocabulary_version": told["version"]}
    return old.successor(lake, batch, **tables)


def read(lake: Lake) -> dict[str, pa.Table]:
    """The three tables of the vocabulary in force."""
    with connect(lake) as connection:
        return {
            part.name: connection.sql(f"SELECT {', '.join(part.column_names)} FROM {part.name}")  # noqa: S608
            .to_arrow_table()
            .cast(part.arrow)
            for part in PARTS
        }

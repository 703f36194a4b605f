"""The vocabulary in the lake: loading one is a commit of its own, reading it back feeds the annotation."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.annotation.rules_version import annotation_version, rules_version
from transforms.rarity import interval_limits
from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.changes import compare_vocabularies
from transforms.vocabulary.compiled import Vocabulary, build
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect, connect_to_write, publish, read_version, recover
from warehouse.catalog.schema import CURATIONS, EDITIONS, INTERVAL_LIMITS, SEGMENTS, VOCABULARIES
from warehouse.derived.watch_counts import follow, followed
from warehouse.lake import Lake
from warehouse.revision.reannotate import Reannotation, documents_touched

VOCABULARY_TABLES = (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
_LARGEST_TABLED = 1000
"""Interval limits are tabled for counts up to here; beyond, SQL approximates them (functions/gamma_limit.sql)."""


def store_vocabulary(
    lake: Lake, parts: Mapping[str, pa.Table], facts: Mapping[str, Any], curations: pa.Table | None = None
) -> int | None:
    """Commit a vocabulary: tables concepts, concept_names, concept_ancestors, and the `facts` of `vocabularies`
    (version, rules, files, categories) with the rows of `editions`. What the lake holds is annotated anew as far as
    the vocabulary changes it, and the counts follow.

    `curations`: what persons said of mentions and names from now on, where that changes too.
    Returns the catalog's version; None if this vocabulary is in force already.
    """
    with lake.writing():
        old = recover(lake)
        said = None if curations is None else _written_by(curations, old.number + 1)
        made = store_vocabulary_locked(lake, old, parts, facts, said)
    if made is not None and followed(old):
        follow(lake)
    return made


def store_vocabulary_locked(
    lake: Lake, old: Version, parts: Mapping[str, pa.Table], facts: Mapping[str, Any], curations: pa.Table | None = None
) -> int | None:
    """As `load`, for who holds the lake's lock."""
    loads = old.table("vocabularies").to_pylist()
    if loads and loads[-1]["version"] == facts["version"]:
        return None
    number = old.number + 1
    said = old.table("curations") if curations is None else curations
    written = [segments.write(lake, part.name, part.conform(parts[part.name]), number) for part in VOCABULARY_TABLES]
    changed = _annotate_anew(lake, old, parts, facts, said) if len(old.table("windows")) else {}
    segments.sync_folders(lake)
    changed = {**changed, "curations": said}
    publish(lake, _next_version(lake, old, [row for row in written if row], changed, _told(parts, facts, number)))
    return number


def _written_by(curations: pa.Table, batch: int) -> pa.Table:
    return CURATIONS.from_rows([{**row, "batch": batch} for row in curations.to_pylist()])


def _annotate_anew(
    lake: Lake, old: Version, parts: Mapping[str, pa.Table], facts: Mapping[str, Any], said: pa.Table
) -> dict[str, pa.Table]:
    """The changed small tables, once the texts are annotated anew that the vocabulary, or other rules, can change."""
    vocabulary = build_vocabulary(parts, said)
    loads = old.table("vocabularies").to_pylist()
    with connect_to_write(lake, old) as connection:
        documents = None
        if loads and loads[-1]["rules"] == facts.get("rules"):
            documents = list(documents_touched(connection, compare_vocabularies(_built(connection, old), vocabulary)))
            if not documents:
                return {}
        given = {"documents": documents, "curations": said.drop_columns("batch")}
        return Reannotation(lake, old, connection, lambda: vocabulary, **given).rewrite()


def _told(parts: Mapping[str, pa.Table], facts: Mapping[str, Any], batch: int) -> dict[str, Any]:
    """The row of `vocabularies`."""
    return {
        "version": facts["version"],
        "rules": facts.get("rules"),
        "editions": facts.get("editions", ()),
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
    names = {part.name for part in VOCABULARY_TABLES}
    listed = changed.get("segments", old.table("segments")).to_pylist()
    kept = [row for row in listed if row["table_name"] not in names]
    limits = pa.table({"n": pa.array(range(_LARGEST_TABLED + 1)), **interval_limits(_LARGEST_TABLED)})
    editions = [{**row, "batch": old.number + 1} for row in told["editions"]]
    tables = {
        **changed,
        "editions": pa.concat_tables([old.table("editions"), EDITIONS.from_rows(editions)]),
        "segments": SEGMENTS.from_rows([*kept, *written]),
        "vocabularies": pa.concat_tables([old.table("vocabularies"), VOCABULARIES.from_rows([told])]),
        "interval_limits": INTERVAL_LIMITS.conform(limits),
    }
    batch = {"batch_id": told["version"], "kind": "vocabulary", "vocabulary_version": told["version"]}
    return old.successor(lake, batch, **tables)


def read_vocabulary_tables(lake: Lake) -> dict[str, pa.Table]:
    """The three tables of the vocabulary in force."""
    with connect(lake) as connection:
        return _read(connection)


def current_vocabulary(lake: Lake) -> Vocabulary:
    """The vocabulary in force, without the names that persons said are never to be matched, ready for matching."""
    with connect(lake) as connection:
        return _built(connection, read_version(lake))


def _built(connection: duckdb.DuckDBPyConnection, version: Version) -> Vocabulary:
    return build_vocabulary(_read(connection), version.table("curations"))


def build_vocabulary(parts: Mapping[str, pa.Table], curations: pa.Table) -> Vocabulary:
    """A vocabulary of these tables, ready for matching, as what persons said of names will have it."""
    concepts, names, ancestors = (parts[part.name] for part in VOCABULARY_TABLES)
    return build(concepts, names, ancestors, curations.drop_columns("batch"))


def _read(connection: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    return {
        part.name: connection.sql(f"SELECT {', '.join(part.column_names)} FROM {part.name}")  # noqa: S608
        .to_arrow_table()
        .cast(part.arrow)
        for part in VOCABULARY_TABLES
    }


def reannotate_if_rules_changed(lake: Lake) -> int | None:
    """Annotate what the lake holds anew where this code goes by other rules than what annotated it.

    Returns the version this makes; None where the rules are the same, or nothing is loaded yet.
    """
    loads = read_version(lake).table("vocabularies").to_pylist()
    if not loads or loads[-1]["rules"] == rules_version():
        return None
    version = annotation_version(current_vocabulary(lake).version)
    kept = {name: loads[-1][name] for name in ("files", "categories")}
    facts = {"version": version, "rules": rules_version(), **kept}
    return store_vocabulary(lake, read_vocabulary_tables(lake), facts)


def current_editions(version: Version) -> list[dict[str, Any]]:
    """The editions that the vocabulary in force was merged from: rows of `editions` without their batch."""
    rows = version.table("editions").to_pylist()
    latest = max((row["batch"] for row in rows), default=None)
    return [{**row, "batch": None} for row in rows if row["batch"] == latest]

"""The vocabulary stored in a lake: store one, read it back, and keep stored articles annotated with it.

Storing a vocabulary is a separate commit. It annotates again only the documents whose mentions the change can affect.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.annotation.rules_version import annotation_version, rules_version
from transforms.rarity import interval_limits
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.changes import VocabularyDifference, compare_vocabularies, find_affected
from transforms.vocabulary.compiled import Vocabulary, build
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import begin_commit, connect, publish, read_version
from warehouse.catalog.schema import CURATIONS, EDITIONS, INTERVAL_LIMITS, SEGMENTS, VOCABULARIES
from warehouse.commit.pair_decisions import DOCUMENTS_AT_ONCE
from warehouse.derived.watch_counts import count_watches, stored_watches
from warehouse.lake import Lake
from warehouse.revision.reprocess import Annotator, reprocess, texts_of_documents

VOCABULARY_TABLES = (CONCEPTS, CONCEPT_NAMES, CONCEPT_ANCESTORS)
_LARGEST_TABLED = 1000
"""Interval limits are tabled for counts up to here; beyond, SQL approximates them (functions/gamma_limit.sql)."""


def store_vocabulary(
    lake: Lake, tables: Mapping[str, pa.Table], facts: Mapping[str, Any], curations: pa.Table | None = None
) -> int | None:
    """Commit a vocabulary, annotate again the stored documents it affects, and update the counts.

    `tables`: concepts, concept_names and concept_ancestors. `facts`: columns of its row in `vocabularies` (version,
    rules, files, categories) and the rows of `editions`. `curations`: all manual verdicts on mentions and names, where
    these change with it.
    Returns the version this makes; None if this vocabulary is in force already.
    """
    with lake.writing():
        old = begin_commit(lake)
        stamped = None if curations is None else _with_batch(curations, old.number + 1)
        number = store_vocabulary_locked(lake, old, tables, facts, stamped)
    if number is not None and stored_watches(old):
        count_watches(lake)
    return number


def store_vocabulary_locked(
    lake: Lake,
    old: Version,
    tables: Mapping[str, pa.Table],
    facts: Mapping[str, Any],
    curations: pa.Table | None = None,
) -> int | None:
    """As `store_vocabulary`, for callers that hold the writer's lock. `curations` has its column batch."""
    loads = old.table("vocabularies").to_pylist()
    if loads and loads[-1]["version"] == facts["version"]:
        return None
    number = old.number + 1
    curations = old.table("curations") if curations is None else curations
    written = [
        segments.write(lake, schema.name, schema.conform(tables[schema.name]), number) for schema in VOCABULARY_TABLES
    ]
    changed = _reannotate(lake, old, tables, facts, curations) if len(old.table("windows")) else {}
    segments.sync_folders(lake)
    changed = {**changed, "curations": curations}
    row = _vocabulary_row(tables, facts, number)
    publish(lake, _next_version(lake, old, [segment for segment in written if segment], changed, row))
    return number


def _with_batch(curations: pa.Table, batch: int) -> pa.Table:
    return CURATIONS.from_rows([{**row, "batch": batch} for row in curations.to_pylist()])


def _reannotate(
    lake: Lake, old: Version, tables: Mapping[str, pa.Table], facts: Mapping[str, Any], curations: pa.Table
) -> dict[str, pa.Table]:
    """Annotate again the documents that the new vocabulary affects, all of them under new rules.

    Returns the changed small tables.
    """
    vocabulary = build_vocabulary(tables, curations)
    loads = old.table("vocabularies").to_pylist()
    with connect(lake) as connection:
        documents = None
        if loads and loads[-1]["rules"] == facts.get("rules"):
            documents = list(
                _affected_documents(connection, compare_vocabularies(_compiled(connection, old), vocabulary))
            )
            if not documents:
                return {}
        annotator = Annotator(lambda: vocabulary, curations.drop_columns("batch"))
        return reprocess(lake, old, connection, texts_of_documents(documents), annotator)


def _affected_documents(connection: duckdb.DuckDBPyConnection, difference: VocabularyDifference) -> Iterator[str]:
    """The current documents whose mentions the difference of two vocabularies can change."""
    if not difference:
        return
    query = (
        "SELECT documents.document_id, documents.title, documents.abstract, documents.headings"
        " FROM documents WHERE documents.is_current"
    )
    for batch in connection.sql(query).to_arrow_reader(DOCUMENTS_AT_ONCE):
        documents = pa.Table.from_batches([batch])
        yield from documents["document_id"].filter(find_affected(documents, difference)).to_pylist()


def _vocabulary_row(tables: Mapping[str, pa.Table], facts: Mapping[str, Any], batch: int) -> dict[str, Any]:
    """The row of `vocabularies`, with an extra key for the rows of `editions`."""
    return {
        "version": facts["version"],
        "rules": facts.get("rules"),
        "editions": facts.get("editions", ()),
        "loaded_at": dt.datetime.now(dt.UTC),
        "files": list(facts["files"]),
        "categories": list(facts["categories"]),
        "concepts": len(tables["concepts"]),
        "counted": pc.sum(tables["concepts"]["counted"].cast(pa.int64())).as_py() or 0,
        "names": len(tables["concept_names"]),
        "batch": batch,
    }


def _next_version(
    lake: Lake,
    old: Version,
    written: Sequence[dict[str, Any]],
    changed: Mapping[str, pa.Table],
    row: dict[str, Any],
) -> Version:
    """The next version, whose catalog names only the new segments (`written`) of the vocabulary's tables."""
    names = {schema.name for schema in VOCABULARY_TABLES}
    segment_rows = changed.get("segments", old.table("segments")).to_pylist()
    kept = [segment for segment in segment_rows if segment["table_name"] not in names]
    limits = pa.table({"n": pa.array(range(_LARGEST_TABLED + 1)), **interval_limits(_LARGEST_TABLED)})
    editions = [{**edition, "batch": old.number + 1} for edition in row["editions"]]
    tables = {
        **changed,
        "editions": pa.concat_tables([old.table("editions"), EDITIONS.from_rows(editions)]),
        "segments": SEGMENTS.from_rows([*kept, *written]),
        "vocabularies": pa.concat_tables([old.table("vocabularies"), VOCABULARIES.from_rows([row])]),
        "interval_limits": INTERVAL_LIMITS.conform(limits),
    }
    batch = {"batch_id": row["version"], "kind": "vocabulary", "vocabulary_version": row["version"]}
    return old.successor(lake, batch, **tables)


def read_vocabulary_tables(lake: Lake) -> dict[str, pa.Table]:
    """The three tables of the vocabulary in force, by name."""
    with connect(lake) as connection:
        return _read_tables(connection)


def current_vocabulary(lake: Lake) -> Vocabulary:
    """The vocabulary in force, compiled for matching; names that a curation forbids are left out."""
    with connect(lake) as connection:
        return _compiled(connection, read_version(lake))


def _compiled(connection: duckdb.DuckDBPyConnection, version: Version) -> Vocabulary:
    return build_vocabulary(_read_tables(connection), version.table("curations"))


def build_vocabulary(tables: Mapping[str, pa.Table], curations: pa.Table) -> Vocabulary:
    """Compile these tables for matching, without the names that `curations` (with its column batch) forbid."""
    concepts, names, ancestors = (tables[schema.name] for schema in VOCABULARY_TABLES)
    return build(concepts, names, ancestors, curations.drop_columns("batch"))


def _read_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    return {
        schema.name: connection.sql(f"SELECT {', '.join(schema.column_names)} FROM {schema.name}")  # noqa: S608
        .to_arrow_table()
        .cast(schema.arrow)
        for schema in VOCABULARY_TABLES
    }


def reannotate_if_rules_changed(lake: Lake) -> int | None:
    """Annotate the whole lake again if this code's annotation rules differ from those it was annotated by.

    Returns the version this makes; None where the rules are the same, or no vocabulary is loaded yet.
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

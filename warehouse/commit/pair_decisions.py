"""Decide which pairs of records describe the same article, and store the decisions.

Blocking keys of records and decisions on pairs are facts about contents: each is stored once, with the digests of the
contents, and applies while the records have these contents. A commit decides only the pairs of changed contents, and
those of blocks that grew past the size limit from which finer keys are used, or shrank back below it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates import blocking
from transforms.duplicates.blocking import (
    BLOCK_KINDS,
    KEYS_VERSION,
    REFINING_KINDS,
    affected_documents,
    candidate_pairs,
)
from transforms.duplicates.decisions import decide_pairs_from_features
from transforms.duplicates.features import COMPARED_COLUMNS, Features
from transforms.duplicates.links import infer_links
from transforms.schema.articles import PAIR_DECISIONS
from warehouse.catalog.file import parquet_rows
from warehouse.catalog.sql import quoted, statement
from warehouse.errors import IncompatibleKeysError

DECISIONS = PAIR_DECISIONS.without("batch")
DOCUMENTS_AT_ONCE = 30_000
"""Documents whose pairs are decided together: what bounds the memory of the comparison."""


def create_known_views(
    connection: duckdb.DuckDBPyConnection, documents: Sequence[str] = (), keys: Sequence[str] = ()
) -> None:
    """Create the working views `known_contents` and `known_keys`: rows of the lake, and of staged files if given.

    Raises `IncompatibleKeysError` if the lake's keys cannot be compared with those that this code makes.
    """
    columns = ("document_id", "digest", *COMPARED_COLUMNS)
    _create_view(connection, "known_contents", "documents", columns, documents)
    _create_view(connection, "known_keys", "document_keys", ("document_id", "digest", "kind", "value"), keys)
    versions = connection.execute("SELECT DISTINCT keys_version FROM document_keys").fetchall()
    if {version for [version] in versions} - {KEYS_VERSION}:
        raise IncompatibleKeysError(
            "the lake's duplicate keys were made by other rules than those of this Hoofbeats",
            "rebuild the lake from its payloads: `hoofbeats rebuild`",
        )


def decide_changed(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pa.Table:
    """Decide the pairs that a commit affects; returns the rows to append to `pair_decisions`, without `batch`.

    Reads the working tables staged_contents, content_changes, current_contents and those of `create_known_views`.
    `files`: the staged keys.
    """
    create_table(
        connection, "documents_to_redecide", pa.table({"document_id": _documents_to_redecide(connection, files)})
    )
    query = "SELECT document_id FROM documents_to_redecide ORDER BY document_id"
    documents = connection.sql(query).to_arrow_table()["document_id"]
    # Documents that come in only through an oversized block: not all of their blocks are in block_members yet.
    query = "SELECT document_id FROM documents_to_redecide ANTI JOIN content_changes USING (document_id)"
    for chunk in _chunks(connection.sql(query).to_arrow_table()["document_id"]):
        _add_blocks(connection, chunk)
    decided = [DECISIONS.empty()]
    decided += [_decide_gathered(connection, chunk) for chunk in _chunks(documents)]
    connection.register("decided", pa.concat_tables(decided))
    new_decisions = DECISIONS.conform(connection.sql(statement("commit", "new_decisions")).to_arrow_table())
    connection.unregister("decided")
    return new_decisions


def decide(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> pa.Table:
    """The rules' decisions on all pairs with one of some documents: `pair_decisions` without `batch`.

    Reads the working views current_contents and those of `create_known_views`.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE block_members AS SELECT known_keys.* FROM known_keys WHERE false")
    _add_blocks(connection, documents)
    return _decide_gathered(connection, documents)


def _add_blocks(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> None:
    """Add the blocks of some documents to the working table block_members."""
    connection.register("requested_documents", pa.table({"document_id": documents}))
    connection.execute(statement("commit", "additional_blocks"), {"blocks": list(BLOCK_KINDS)})
    connection.unregister("requested_documents")


def _decide_gathered(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> pa.Table:
    """As `decide`, for documents whose blocks are all in block_members."""
    connection.register("requested_documents", pa.table({"document_id": documents}))
    values = {"cuts": list(REFINING_KINDS), "limit": blocking.BLOCK_LIMIT}
    keys = connection.sql(statement("commit", "blocking_keys"), params=values).to_arrow_table()
    connection.unregister("requested_documents")
    pairs = candidate_pairs(keys, documents)
    if not len(pairs):
        return DECISIONS.empty()
    ends = pa.chunked_array([*pairs["document_a"].chunks, *pairs["document_b"].chunks], pa.string())
    connection.register("documents_to_compare", pa.table({"document_id": pc.unique(ends)}))
    contents = connection.sql(statement("commit", "compared_documents")).to_arrow_table()
    connection.unregister("documents_to_compare")
    features = Features(contents)
    edges = decide_pairs_from_features(pairs, features)
    decisions = pa.table({**_columns(edges), **_columns(infer_links(edges, features))})
    for side in ("a", "b"):
        rows = pc.index_in(edges[f"document_{side}"], contents["document_id"].combine_chunks())
        decisions = decisions.append_column(f"digest_{side}", contents["digest"].take(rows))
    return DECISIONS.conform(decisions.select(DECISIONS.column_names))


def create_table(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Create a working table from an Arrow table."""
    connection.register("given_rows", rows)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT given_rows.* FROM given_rows")  # noqa: S608 - a name of this code's
    connection.unregister("given_rows")


def _documents_to_redecide(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pa.Array:
    """The documents whose pairs are to be decided: those with changed contents, and the members of blocks that are now
    compared by other keys. Creates the working table block_members.
    """
    changed = connection.sql("SELECT document_id FROM content_changes").to_arrow_table()["document_id"].combine_chunks()
    if not len(changed):
        return changed
    connection.execute(statement("commit", "former_keys"))
    former = connection.sql("SELECT * FROM former_keys").to_arrow_table()
    connection.execute(statement("commit", "block_members"), {"blocks": list(BLOCK_KINDS), "files": list(files)})
    values = {"blocks": list(BLOCK_KINDS), "limit": blocking.BLOCK_LIMIT}
    oversized = connection.sql(statement("commit", "oversized_blocks"), params=values).to_arrow_table()
    return affected_documents(oversized, changed, former)


def _chunks(documents: pa.ChunkedArray) -> Iterator[pa.Array]:
    for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
        yield documents.slice(start, DOCUMENTS_AT_ONCE).combine_chunks()


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _create_view(
    connection: duckdb.DuckDBPyConnection, name: str, stored: str, columns: Sequence[str], files: Sequence[str]
) -> None:
    """Create a view over a stored table and staged Parquet files with the same columns."""
    selected = ", ".join(f"source.{quoted(column)}" for column in columns)
    sources = [stored, *([parquet_rows([Path(file) for file in files])] if files else [])]
    parts = " UNION ALL ".join(f"SELECT {selected} FROM {source} AS source" for source in sources)  # noqa: S608
    connection.execute(f"CREATE TEMP VIEW {name} AS {parts}")

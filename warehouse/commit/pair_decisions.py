"""Which pairs of records tell of the same article, decided for what a commit changes and kept for all that it does not.

Keys of records and decisions on pairs are facts about contents: they are stored once, with the digests of these, and
hold while the records have them. Only the pairs of changed contents are decided, and those in blocks that grew past the
limit from which finer keys are asked for, or shrank to it: that takes a scan of the keys, whatever the lake holds.
"""

from collections.abc import Iterator, Sequence

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
from transforms.duplicates.decisions import decide_from_features
from transforms.duplicates.features import COMPARED_COLUMNS, Features
from transforms.duplicates.links import infer_links
from transforms.schema.articles import PAIR_DECISIONS
from warehouse.catalog.sql import literal, quoted, statement
from warehouse.errors import IncompatibleKeysError

DECISIONS = PAIR_DECISIONS.without("batch")
DOCUMENTS_AT_ONCE = 30_000


def create_known_views(
    connection: duckdb.DuckDBPyConnection, documents: Sequence[str] = (), keys: Sequence[str] = ()
) -> None:
    """Make the working views `known_contents` and `known_keys`: of the lake, and of staged files beside it.

    Raises `IncompatibleKeysError` where the lake's keys cannot be compared with those this code makes.
    """
    names = ("document_id", "digest", *COMPARED_COLUMNS)
    _view(connection, "known_contents", "documents", names, documents)
    _view(connection, "known_keys", "document_keys", ("document_id", "digest", "kind", "value"), keys)
    versions = connection.execute("SELECT DISTINCT keys_version FROM document_keys").fetchall()
    if {version for [version] in versions} - {KEYS_VERSION}:
        raise IncompatibleKeysError(
            "the lake's records were made comparable by other rules than those of this Hoofbeats",
            "make its tables anew from its payloads: `hoofbeats rebuild`",
        )


def decide_changed(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pa.Table:
    """What is to be stored of the decisions that a commit changes: `pair_decisions` without `batch`.

    Reads the working tables staged_contents, content_changes, current_contents and those of `create_known_views`;
    `files`: the staged keys.
    """
    create_table(connection, "redecided", pa.table({"document_id": _redecided(connection, files)}))
    waiting = connection.sql("SELECT document_id FROM redecided ORDER BY document_id").to_arrow_table()["document_id"]
    further = connection.sql("SELECT document_id FROM redecided ANTI JOIN content_changes USING (document_id)")
    for chunk in _chunks(further.to_arrow_table()["document_id"]):
        _gather_blocks(connection, chunk)
    decided = [DECISIONS.empty()]
    decided += [_decide_within(connection, chunk) for chunk in _chunks(waiting)]
    connection.register("decided", pa.concat_tables(decided))
    found = DECISIONS.conform(connection.sql(statement("commit", "new_decisions")).to_arrow_table())
    connection.unregister("decided")
    return found


def decide(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> pa.Table:
    """What the rules say of the pairs of some documents with any other: `pair_decisions` without `batch`.

    Reads the working views current_contents and those of `create_known_views`.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE block_members AS SELECT known_keys.* FROM known_keys WHERE false")
    _gather_blocks(connection, documents)
    return _decide_within(connection, documents)


def _gather_blocks(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> None:
    """Add the blocks of some documents to the working table block_members."""
    connection.register("asked", pa.table({"document_id": documents}))
    connection.execute(statement("commit", "further_blocks"), {"blocks": list(BLOCK_KINDS)})
    connection.unregister("asked")


def _decide_within(connection: duckdb.DuckDBPyConnection, documents: pa.Array) -> pa.Table:
    """`decide`, once all blocks of these documents are in block_members."""
    connection.register("asked", pa.table({"document_id": documents}))
    values = {"cuts": list(REFINING_KINDS), "limit": blocking.BLOCK_LIMIT}
    keys = connection.sql(statement("commit", "keys_beside"), params=values).to_arrow_table()
    connection.unregister("asked")
    pairs = candidate_pairs(keys, documents)
    if not len(pairs):
        return DECISIONS.empty()
    ends = pa.chunked_array([*pairs["document_a"].chunks, *pairs["document_b"].chunks], pa.string())
    connection.register("compared", pa.table({"document_id": pc.unique(ends)}))
    contents = connection.sql(statement("commit", "compared_documents")).to_arrow_table()
    connection.unregister("compared")
    found = Features(contents)
    edges = decide_from_features(pairs, found)
    told = pa.table({**_columns(edges), **_columns(infer_links(edges, found))})
    for name in ("a", "b"):
        at = pc.index_in(edges[f"document_{name}"], contents["document_id"].combine_chunks())
        told = told.append_column(f"digest_{name}", contents["digest"].take(at))
    return DECISIONS.conform(told.select(DECISIONS.column_names))


def create_table(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Make a working table of rows at hand."""
    connection.register("given", rows)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT given.* FROM given")  # noqa: S608 - a name of this code's
    connection.unregister("given")


def _redecided(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pa.Array:
    """Documents whose pairs are to be decided: those of changed contents, and members of blocks cut otherwise now.

    Makes the working table block_members.
    """
    changed = connection.sql("SELECT document_id FROM content_changes").to_arrow_table()["document_id"].combine_chunks()
    if not len(changed):
        return changed
    connection.execute(statement("commit", "former_keys"))
    former = connection.sql("SELECT * FROM former_keys").to_arrow_table()
    connection.execute(statement("commit", "block_members"), {"blocks": list(BLOCK_KINDS), "files": list(files)})
    full = connection.sql(
        statement("commit", "full_blocks"), params={"blocks": list(BLOCK_KINDS), "limit": blocking.BLOCK_LIMIT}
    )
    return affected_documents(full.to_arrow_table(), changed, former)


def _chunks(documents: pa.ChunkedArray) -> Iterator[pa.Array]:
    for start in range(0, len(documents), DOCUMENTS_AT_ONCE):
        yield documents.slice(start, DOCUMENTS_AT_ONCE).combine_chunks()


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _view(
    connection: duckdb.DuckDBPyConnection, name: str, stored: str, columns: Sequence[str], files: Sequence[str]
) -> None:
    listed = ", ".join(f"source.{quoted(column)}" for column in columns)
    sources = [stored, *([f"read_parquet([{', '.join(map(literal, files))}])"] if files else [])]
    parts = " UNION ALL ".join(f"SELECT {listed} FROM {source} AS source" for source in sources)  # noqa: S608
    connection.execute(f"CREATE TEMP VIEW {name} AS {parts}")

"""Which article each document of a commit belongs to, and so which articles are to be written anew.

Pairs of records that tell of the same article are facts about two contents: they are stored once and hold while both
records have these contents. Every commit clusters anew what hangs on the documents it changes: so the outcome depends
neither on the order of arrival nor on how documents were cut into batches, and a merge ends where its reason does.
"""

import duckdb
import pyarrow as pa

from transforms.identity import assign, own_article_ids
from transforms.schema import DUPLICATE_PAIRS
from warehouse.statements import statement

_PAIRS = DUPLICATE_PAIRS.without("batch")


def assign_articles(connection: duckdb.DuckDBPyConnection, files: list[str], verdicts: pa.Table) -> pa.Table:
    """Make the working tables `assigned` (document_id, article_id) and `touched_articles` (article_id, home, existed).

    Reads the working tables incoming, runs, changed_documents, staged_contents and reconsidered (documents to look at
    though they did not change); `files`: the staged documents; `verdicts`: the table of that name.
    Returns the pairs found: `duplicate_pairs` without `batch`.
    """
    connection.execute(statement("commit", "next_contents"), {"files": files})
    contents = connection.sql("SELECT document_id, pmid FROM next_contents").to_arrow_table()
    own = pa.table({"document_id": contents["document_id"], "own_article_id": own_article_ids(contents)})
    _keep(connection, "next_own_ids", own)
    connection.execute(statement("commit", "current_contents"))
    found = _PAIRS.conform(connection.sql(statement("commit", "new_duplicate_pairs")).to_arrow_table())
    _keep(connection, "new_duplicate_pairs", found)
    _keep(connection, "standing_verdicts", verdicts.select(["document_a", "document_b", "same"]))
    connection.execute(statement("commit", "standing_pairs"))
    _widen_scope(connection)
    _keep(connection, "clusters", _clusters(connection, verdicts))
    connection.execute(statement("commit", "assigned"))
    connection.execute(statement("commit", "touched_articles"))
    return found


def _widen_scope(connection: duckdb.DuckDBPyConnection) -> None:
    """Take in what hangs on the changed documents, until nothing more does."""
    connection.execute(statement("commit", "scope"))
    while connection.execute(statement("commit", "wider_scope")).fetchall()[0][0]:
        pass


def _clusters(connection: duckdb.DuckDBPyConnection, verdicts: pa.Table) -> pa.Table:
    """The articles of the documents in scope that are paired with others."""
    pmids = dict(connection.execute(statement("commit", "clustered")).fetchall())
    pairs = connection.execute("SELECT document_a, document_b FROM standing_pairs").fetchall()
    in_order = verdicts.sort_by("batch").to_pylist()
    said = {(row["document_a"], row["document_b"]): row["same"] for row in in_order}  # the latest word counts
    ids = assign(
        pmids,
        [pair for pair in pairs if pmids.keys() >= set(pair)],
        {pair: same for pair, same in said.items() if pmids.keys() >= set(pair)},
    )
    return pa.table({"document_id": pa.array(ids, pa.string()), "article_id": pa.array(ids.values(), pa.int64())})


def _keep(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("given", rows)
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT given.* FROM given")  # noqa: S608 - names of this module
    connection.unregister("given")

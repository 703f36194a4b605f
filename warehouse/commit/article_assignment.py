"""Which article each document of a commit belongs to, and so which articles are to be written anew.

Every commit clusters anew what hangs on the documents it changes, by the decisions that hold for their contents: so the
outcome depends neither on the order of arrival nor on how documents were cut into batches, and a merge ends where its
reason does.
"""

import duckdb
import pyarrow as pa

from transforms.duplicates.article_ids import own_article_ids
from transforms.duplicates.clustering import cluster
from warehouse.catalog.sql import statement
from warehouse.commit.pair_decisions import create_known_views, create_table, decide_changed


def assign_articles(
    connection: duckdb.DuckDBPyConnection, documents: list[str], keys: list[str], verdicts: pa.Table
) -> pa.Table:
    """Make the working tables `assigned` (document_id, article_id) and `touched_articles` (article_id, home, existed).

    Reads the working tables incoming, runs, changed_documents, staged_contents and reconsidered (documents to look at
    though they did not change); `documents`, `keys`: the staged files; `verdicts`: the table of that name.
    Returns the decisions to be stored: `pair_decisions` without `batch`.
    """
    create_known_views(connection, documents, keys)
    connection.execute(statement("commit", "next_contents"), {"files": documents})
    contents = connection.sql("SELECT document_id, pmid FROM next_contents").to_arrow_table()
    own = pa.table({"document_id": contents["document_id"], "own_article_id": own_article_ids(contents)})
    create_table(connection, "next_own_ids", own)
    connection.execute(statement("commit", "current_contents"))
    connection.execute(statement("commit", "content_changes"))
    found = decide_changed(connection, keys)
    create_table(connection, "new_decisions", found)
    connection.execute(statement("commit", "standing_decisions"))
    said = latest_verdicts(verdicts)
    create_table(connection, "standing_verdicts", said)
    _widen_scope(connection)
    create_table(connection, "clusters", _clusters(connection, said))
    connection.execute(statement("commit", "assigned"))
    connection.execute(statement("commit", "touched_articles"))
    return found


def latest_verdicts(verdicts: pa.Table) -> pa.Table:
    """Of each two documents what was said last: document_a, document_b, same."""
    said = {(row["document_a"], row["document_b"]): row for row in verdicts.sort_by("batch").to_pylist()}
    return pa.Table.from_pylist(list(said.values()), verdicts.schema).select(["document_a", "document_b", "same"])


def _widen_scope(connection: duckdb.DuckDBPyConnection) -> None:
    """Take in what hangs on the changed documents, until nothing more does."""
    connection.execute(statement("commit", "scope"))
    while connection.execute(statement("commit", "wider_scope")).fetchall()[0][0]:
        pass


def _clusters(connection: duckdb.DuckDBPyConnection, verdicts: pa.Table) -> pa.Table:
    """The articles of the documents in scope that may share theirs."""
    documents = connection.sql(statement("commit", "clustered")).to_arrow_table()
    decisions = connection.sql(
        "SELECT standing_decisions.* FROM standing_decisions"
        " SEMI JOIN scope ON scope.document_id = standing_decisions.document_a"
        " SEMI JOIN scope AS other ON other.document_id = standing_decisions.document_b"
    ).to_arrow_table()
    return cluster(decisions, documents, verdicts).select(["document_id", "article_id"])

"""Determine which article each document of a commit belongs to, and so which articles are to be rewritten.

Every commit clusters again all documents connected with those it changes, by the decisions that apply to their current
contents. So the result depends neither on the order of arrival nor on how documents are grouped into batches, and a
merge is undone once its reason is gone.
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
    """Create the working tables `assignments` (document_id, article_id) and `touched_articles` (article_id, portion,
    existed); return the decisions to store: `pair_decisions` without `batch`.

    Reads the working tables incoming, runs, changed_documents, staged_contents and documents_to_recluster (documents
    whose article is determined again although they did not change).
    `documents`, `keys`: the staged files. `verdicts`: the table of that name.
    """
    create_known_views(connection, documents, keys)
    connection.execute(statement("commit", "next_contents"), {"files": documents})
    contents = connection.sql("SELECT document_id, pmid FROM next_contents").to_arrow_table()
    own_ids = pa.table({"document_id": contents["document_id"], "own_article_id": own_article_ids(contents)})
    create_table(connection, "next_own_ids", own_ids)
    connection.execute(statement("commit", "current_contents"))
    connection.execute(statement("commit", "content_changes"))
    # only pairs with a changed content: a decision on two unchanged contents is stored already
    decisions = decide_changed(connection, keys)
    create_table(connection, "new_decisions", decisions)
    connection.execute(statement("commit", "current_decisions"))
    current_verdicts = latest_verdicts(verdicts)
    create_table(connection, "current_verdicts", current_verdicts)
    _create_scope(connection)
    # most documents are alone in their article; only those that may be joined are clustered in Python
    create_table(connection, "clusters", _clusters(connection, current_verdicts))
    connection.execute(statement("commit", "assignments"))
    connection.execute(statement("commit", "touched_articles"))
    return decisions


def latest_verdicts(verdicts: pa.Table) -> pa.Table:
    """The latest verdict on each pair of documents: document_a, document_b, same."""
    latest = {(row["document_a"], row["document_b"]): row for row in verdicts.sort_by("batch").to_pylist()}
    return pa.Table.from_pylist(list(latest.values()), verdicts.schema).select(["document_a", "document_b", "same"])


def _create_scope(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the working table `scope`: the changed documents, and all that are connected with them step by step."""
    connection.execute(statement("commit", "scope"))
    while connection.execute(statement("commit", "expand_scope")).fetchall()[0][0]:  # the number of rows it inserted
        pass


def _clusters(connection: duckdb.DuckDBPyConnection, verdicts: pa.Table) -> pa.Table:
    """The articles (document_id, article_id) of the documents in scope that may share theirs with another."""
    documents = connection.sql(statement("commit", "documents_to_cluster")).to_arrow_table()
    decisions = connection.sql(
        "SELECT current_decisions.* FROM current_decisions"
        " SEMI JOIN scope ON scope.document_id = current_decisions.document_a"
        " SEMI JOIN scope AS other ON other.document_id = current_decisions.document_b"
    ).to_arrow_table()
    return cluster(decisions, documents, verdicts).select(["document_id", "article_id"])

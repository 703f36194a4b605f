"""Load files into a lake by the steps of the ingest flow, without Prefect."""

from flows.load_vocabulary import load_vocabulary
from flows.prepare.payload import prepare
from flows.settings import Settings
from flows.sources import local_files
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.ingest import commit, vocabulary_version
from warehouse.lake import Lake


def lake_with_vocabulary(folder, vocabulary):
    load_vocabulary([vocabulary], Settings(lake=folder))
    return Lake.at(folder)


def prepare_file(lake, path):
    """The unit of one file, copied into the lake and prepared."""
    payload = local_files.describe_file(lake, path)
    local_files.copy_into_lake(lake, path, payload)
    return prepare(lake, payload, vocabulary_version(read_version(lake)))


def load_files(lake, *paths):
    return commit(lake, [prepare_file(lake, path) for path in paths])


def query(lake, sql, *values):
    with connect(lake) as connection:
        return connection.execute(sql, list(values)).fetchall()


CONTENT = {
    "documents": "* EXCLUDE (batch)",
    "articles": "*",
    "mentions": "* EXCLUDE (batch)",
    "claims": "* EXCLUDE (batch)",
    "article_concepts": "* EXCLUDE (batch)",
    "cooccurrences": "*",
    "cooccurrences_with_retracted": "*",
    "concept_counts": "*",
    "corpus_counts": "*",
    "sightings": "* EXCLUDE (batch)",
    "deletions": "* EXCLUDE (batch)",
    "rejected": "* EXCLUDE (batch)",
}


def fingerprints(lake):
    """The number of rows and an order-independent digest of every table, without columns that differ between runs."""
    with connect(lake) as connection:
        return {
            name: connection.execute(
                f"SELECT count(*), bit_xor(md5_number(content::VARCHAR)) FROM (SELECT {columns} FROM {name}) AS content"
            ).fetchall()
            for name, columns in CONTENT.items()
        }

"""One payload -> one prepared unit: parse, annotate, write beside the lake. Needs no lock and no other payload."""

from functools import lru_cache

import pyarrow as pa

from flows.progress import Counted
from transforms import pubmed_xml
from transforms.annotate import annotate
from transforms.vocabulary import Vocabulary, build
from warehouse import vocabulary as stored_vocabulary
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake
from warehouse.staging import Payload, Unit, UnitWriter, prepared


@lru_cache(maxsize=1)
def vocabulary_of(lake: Lake, version: str) -> Vocabulary:
    """The lake's vocabulary, ready for matching; built once a process and version.

    Raises `VocabularyChangedError` where another one is in force by now.
    """
    parts = stored_vocabulary.read(lake)
    vocabulary = build(parts["concepts"], parts["concept_names"], parts["concept_ancestors"])
    if vocabulary.version != version:
        raise VocabularyChangedError("the vocabulary was replaced in the meantime", "run the same command again")
    return vocabulary


def prepare(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit:
    """Prepare a payload that lies in the lake's raw folder; taken up again where an earlier run has finished it."""
    done = prepared(lake, payload, vocabulary_version)
    if done:
        return done
    vocabulary = vocabulary_of(lake, vocabulary_version)
    with (
        UnitWriter(lake, payload, vocabulary_version) as writer,
        Counted(lake.root / payload.path) as stream,
    ):
        for parsed in pubmed_xml.parse(stream, payload.name):
            writer.write("documents", parsed.documents)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("mentions", _mentions(parsed.documents, vocabulary))
    return writer.unit


def _mentions(documents: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Mentions with the version of their document: of several versions in one payload any may come to count."""
    at = documents.column_names.index("document_id")
    rows = pa.array(range(len(documents)), pa.int64())  # a document_id may repeat, a row does not
    mentions = annotate(documents.set_column(at, "document_id", rows.cast(pa.string())), vocabulary)
    row = mentions["document_id"].cast(pa.int64())
    at = mentions.column_names.index("document_id")
    named = mentions.set_column(at, "document_id", documents["document_id"].take(row))
    return named.drop_columns(["article_id"]).append_column("version", documents["version"].take(row))

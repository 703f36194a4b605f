"""One payload -> one prepared unit: parse, annotate, write beside the lake. Needs no lock and no other payload."""

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from flows.progress import Counted
from transforms import pubmed_xml
from transforms.annotate import annotate
from transforms.vocabulary import Vocabulary, build
from warehouse import vocabulary as stored_vocabulary
from warehouse.lake import Lake
from warehouse.staging import Payload, Unit, UnitWriter, prepared


@lru_cache(maxsize=1)
def vocabulary_of(lake: Lake, version: str) -> Vocabulary:  # noqa: ARG001 - the version is what makes it another one
    """The lake's vocabulary, ready for matching; built once a process and version."""
    parts = stored_vocabulary.read(lake)
    return build(parts["concepts"], parts["concept_names"], parts["concept_ancestors"])


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
    """Mentions with the version of their document; of several versions in one batch only the last can ever count."""
    last = documents.group_by("document_id").aggregate([("version", "max")])
    if len(last) < len(documents):
        at = pc.index_in(documents["document_id"], last["document_id"])
        documents = documents.filter(pc.equal(documents["version"], last["version_max"].take(at)))
    mentions = annotate(documents, vocabulary)
    at = pc.index_in(mentions["document_id"], documents["document_id"].combine_chunks())
    return mentions.drop_columns(["article_id"]).append_column("version", documents["version"].take(at))

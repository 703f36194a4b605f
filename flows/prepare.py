"""One payload -> one prepared unit: parse, annotate, write beside the lake. Needs no lock and no other payload."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import FlowError
from flows.progress import Counted
from transforms import europepmc_json, pubmed_xml
from transforms.annotate import annotate
from transforms.pubmed_xml import REJECTED, Parsed
from transforms.vocabulary import Vocabulary, build
from warehouse import vocabulary as stored_vocabulary
from warehouse.lake import Lake
from warehouse.staging import NOT_RETURNED, Payload, Unit, UnitWriter, prepared

READERS: dict[str, Callable[[BinaryIO, str], Iterator[Parsed]]] = {
    "pubmed": pubmed_xml.parse,
    "europepmc": europepmc_json.parse,
}
"""The transform that reads the payloads of each source. Payloads of other sources ('web') are kept, and not read
yet."""


class NoReaderError(FlowError):
    """No transform reads payloads of this source."""

    def __init__(self, payload: Payload) -> None:
        super().__init__(
            f"{payload.name}: payloads of source '{payload.source}' are not read by this version",
            "name PubMed XML or Europe PMC JSON files",
        )


@lru_cache(maxsize=1)
def vocabulary_of(lake: Lake, version: str) -> Vocabulary:  # noqa: ARG001 - the version is what makes it another one
    """The lake's vocabulary, ready for matching; built once a process and version."""
    parts = stored_vocabulary.read(lake)
    return build(parts["concepts"], parts["concept_names"], parts["concept_ancestors"])


def prepare(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit:
    """Prepare a payload that lies in the lake's raw folder; taken up again where an earlier run has finished it.

    Raises `NoReaderError` for a payload of a source without a transform.
    """
    if payload.source not in READERS:
        raise NoReaderError(payload)
    done = prepared(lake, payload, vocabulary_version)
    if done:
        return done
    vocabulary = vocabulary_of(lake, vocabulary_version)
    with (
        UnitWriter(lake, payload, vocabulary_version) as writer,
        Counted(lake.root / payload.path) as stream,
    ):
        for parsed in READERS[payload.source](stream, payload.name):
            writer.write("documents", parsed.documents)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("mentions", _mentions(parsed.documents, vocabulary))
        writer.write("rejected", _not_returned(payload))
    return writer.unit


def _not_returned(payload: Payload) -> pa.Table:
    """A rejection for each record that was asked for and did not come."""
    return REJECTED.from_rows(
        {
            "source": payload.source,
            "raw_file": payload.name,
            "document_id": document_id,
            "reason": NOT_RETURNED,
            "detail": "the source listed it, but did not return it when it was asked for",
        }
        for document_id in payload.window.missing
    )


def _mentions(documents: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Mentions with the version of their document; of several versions in one batch only the last can ever count."""
    last = documents.group_by("document_id").aggregate([("version", "max")])
    if len(last) < len(documents):
        at = pc.index_in(documents["document_id"], last["document_id"])
        documents = documents.filter(pc.equal(documents["version"], last["version_max"].take(at)))
    mentions = annotate(documents, vocabulary)
    at = pc.index_in(mentions["document_id"], documents["document_id"].combine_chunks())
    return mentions.drop_columns(["article_id"]).append_column("version", documents["version"].take(at))

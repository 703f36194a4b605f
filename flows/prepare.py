"""One payload -> one prepared unit: parse, annotate, find claims, write beside the lake.

Needs no lock and no other payload.
"""

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO

import pyarrow as pa

from flows.progress import Counted
from flows.web_reader import read_page
from transforms import europepmc_json, pubmed_xml
from transforms.annotate import annotate
from transforms.blocking import content_keys
from transforms.numbered_claims import numbered_claims
from transforms.pubmed_xml import REJECTED, Parsed
from transforms.rules_version import annotated_by
from transforms.vocabulary import Vocabulary
from warehouse import vocabulary as stored_vocabulary
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake
from warehouse.staging import NOT_RETURNED, Payload, Unit, UnitWriter, prepared

READERS: dict[str, Callable[[BinaryIO, Payload], Iterator[Parsed]]] = {
    "pubmed": lambda stream, payload: pubmed_xml.parse(stream, payload.name),
    "europepmc": lambda stream, payload: europepmc_json.parse(stream, payload.name),
    "web": read_page,
}
"""What reads the payloads of each source."""

_BUILDING = threading.Lock()
_CLAIMING = ["document_id", "raw_position", "title", "abstract", "sections"]
_READ_TOGETHER = 15_000
"""Documents whose claims are looked for together: the patterns are compiled anew for each call."""


def vocabulary_of(lake: Lake, version: str) -> Vocabulary:
    """The lake's vocabulary, ready for matching; built once a process and version, other threads wait for it.

    Raises `VocabularyChangedError` where another one is in force by now.
    """
    with _BUILDING:
        return built_vocabulary(lake, version)


@lru_cache(maxsize=1)
def built_vocabulary(lake: Lake, version: str) -> Vocabulary:
    """What `vocabulary_of` keeps."""
    vocabulary = stored_vocabulary.in_force(lake)
    if annotated_by(vocabulary.version) != version:
        raise VocabularyChangedError("the vocabulary was replaced in the meantime", "run the same command again")
    return vocabulary


def prepare(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit:
    """Prepare a payload that lies in the lake's raw folder; taken up again where an earlier run has finished it."""
    done = prepared(lake, payload, vocabulary_version)
    if done:
        return done
    vocabulary = vocabulary_of(lake, vocabulary_version)
    with (
        _not_walked(),
        UnitWriter(lake, payload, vocabulary_version) as writer,
        Counted(lake.root / payload.path) as stream,
    ):
        read: list[pa.Table] = []
        for parsed in READERS[payload.source](stream, payload):
            writer.write("documents", parsed.documents)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("mentions", mentions_of(parsed.documents, vocabulary))
            writer.write("document_keys", content_keys(parsed.documents))
            read.append(parsed.documents.select(_CLAIMING))
            if sum(map(len, read)) >= _READ_TOGETHER:
                writer.write("claims", numbered_claims(pa.concat_tables(read), "raw_position"))
                read.clear()
        if read:
            writer.write("claims", numbered_claims(pa.concat_tables(read), "raw_position"))
        writer.write("rejected", _not_returned(payload))
    return writer.unit


@contextlib.contextmanager
def _not_walked() -> Iterator[None]:
    """What there is already, a million names among it, is left alone by the garbage collector inside the block."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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


def mentions_of(documents: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    """Mentions with the position of their document: of records that repeat in one payload any may come to count."""
    at = documents.column_names.index("document_id")
    rows = pa.array(range(len(documents)), pa.int64())  # a document_id may repeat, a row does not
    mentions = annotate(documents.set_column(at, "document_id", rows.cast(pa.string())), vocabulary)
    row = mentions["document_id"].cast(pa.int64())
    at = mentions.column_names.index("document_id")
    named = mentions.set_column(at, "document_id", documents["document_id"].take(row))
    return named.drop_columns(["article_id"]).append_column("raw_position", documents["raw_position"].take(row))

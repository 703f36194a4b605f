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

from flows.prepare.web_page import read_page
from flows.progress import CountedFile
from transforms.annotation.annotate import annotate_slices
from transforms.annotation.rules_version import annotation_version
from transforms.claims.candidates import candidate_sentences
from transforms.claims.detect import claims_in_sentences
from transforms.duplicates.blocking import content_keys
from transforms.europepmc import parse as europepmc_json
from transforms.payloads.parsed import ParsedBatch
from transforms.pubmed import parse as pubmed_xml
from transforms.schema.records import PARSED_REJECTED
from transforms.text.slices import text_slices
from transforms.vocabulary.compiled import Vocabulary
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import NOT_RETURNED, Unit, UnitWriter, finished_unit
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary

READERS: dict[str, Callable[[BinaryIO, Payload], Iterator[ParsedBatch]]] = {
    "pubmed": lambda stream, payload: pubmed_xml.parse(stream, payload.name),
    "europepmc": lambda stream, payload: europepmc_json.parse(stream, payload.name),
    "web": read_page,
}
"""What reads the payloads of each source."""

_BUILDING = threading.Lock()
_READ_TOGETHER = 50_000
"""Sentences that claims are looked for in together: the patterns are compiled anew for each call."""


def matching_vocabulary(lake: Lake, version: str) -> Vocabulary:
    """The lake's vocabulary, ready for matching; built once a process and version, other threads wait for it.

    Raises `VocabularyChangedError` where another one is in force by now.
    """
    with _BUILDING:
        return built_vocabulary(lake, version)


@lru_cache(maxsize=1)
def built_vocabulary(lake: Lake, version: str) -> Vocabulary:
    """What `matching_vocabulary` keeps."""
    vocabulary = stored_vocabulary.current_vocabulary(lake)
    if annotation_version(vocabulary.version) != version:
        raise VocabularyChangedError("the vocabulary was replaced in the meantime", "run the same command again")
    return vocabulary


def prepare(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit:
    """Prepare a payload that lies in the lake's raw folder; taken up again where an earlier run has finished it."""
    done = finished_unit(lake, payload, vocabulary_version)
    if done:
        return done
    vocabulary = matching_vocabulary(lake, vocabulary_version)
    with (
        _no_collecting(),
        UnitWriter(lake, payload, vocabulary_version) as writer,
        CountedFile(lake.root / payload.path) as stream,
    ):
        claiming: list[pa.Table] = []
        for parsed in READERS[payload.source](stream, payload):
            documents = parsed.documents
            slices = list(text_slices(documents))
            writer.write("documents", documents)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("mentions", annotate_slices(slices, vocabulary, "raw_position"))
            writer.write("document_keys", content_keys(documents, slices, "raw_position"))
            claiming.append(candidate_sentences(slices, "raw_position"))
            if sum(map(len, claiming)) >= _READ_TOGETHER:
                writer.write("claims", claims_in_sentences(pa.concat_tables(claiming), "raw_position"))
                claiming.clear()
        if claiming:
            writer.write("claims", claims_in_sentences(pa.concat_tables(claiming), "raw_position"))
        writer.write("rejected", _not_returned(payload))
    return writer.unit


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """No search for garbage inside the block: preparing leaves no cycles, and the vocabulary has a million objects."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _not_returned(payload: Payload) -> pa.Table:
    """A rejection for each record that was asked for and did not come."""
    return PARSED_REJECTED.from_rows(
        {
            "source": payload.source,
            "raw_file": payload.name,
            "document_id": document_id,
            "reason": NOT_RETURNED,
            "detail": "the source listed it, but did not return it when it was asked for",
        }
        for document_id in payload.window.missing
    )

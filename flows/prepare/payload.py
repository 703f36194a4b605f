"""Prepare one payload: parse, annotate, find claims, and write the staged tables of a unit.

Needs neither a lock nor any other payload, so payloads can be prepared in parallel, also in other processes.
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
"""The reader for the payloads of each source."""

_BUILD_LOCK = threading.Lock()
_CLAIM_BATCH_SENTENCES = 50_000
"""Sentences searched for claims in one call, as each call compiles the patterns again."""


def matching_vocabulary(lake: Lake, version: str) -> Vocabulary:
    """Return the compiled vocabulary of a lake; built once per process and version, while other threads wait.

    Raises `VocabularyChangedError` if another version is in force by now.
    """
    with _BUILD_LOCK:
        return built_vocabulary(lake, version)


@lru_cache(maxsize=1)
def built_vocabulary(lake: Lake, version: str) -> Vocabulary:
    """Compile the vocabulary in force; the cache behind `matching_vocabulary`."""
    vocabulary = stored_vocabulary.current_vocabulary(lake)
    if annotation_version(vocabulary.version) != version:
        raise VocabularyChangedError("the vocabulary was replaced in the meantime", "run the same command again")
    return vocabulary


def prepare(lake: Lake, payload: Payload, vocabulary_version: str) -> Unit:
    """Prepare a payload in the lake's raw folder; return the unit of an earlier run if there is one."""
    done = finished_unit(lake, payload, vocabulary_version)
    if done:
        return done
    vocabulary = matching_vocabulary(lake, vocabulary_version)
    with (
        _garbage_collection_paused(),
        UnitWriter(lake, payload, vocabulary_version) as writer,
        CountedFile(lake.root / payload.path) as stream,
    ):
        claim_candidates: list[pa.Table] = []
        for parsed in READERS[payload.source](stream, payload):
            documents = parsed.documents
            slices = list(text_slices(documents))
            writer.write("documents", documents)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("mentions", annotate_slices(slices, vocabulary, "raw_position"))
            writer.write("document_keys", content_keys(documents, slices, "raw_position"))
            claim_candidates.append(candidate_sentences(slices, "raw_position"))
            if sum(map(len, claim_candidates)) >= _CLAIM_BATCH_SENTENCES:
                writer.write("claims", claims_in_sentences(pa.concat_tables(claim_candidates), "raw_position"))
                claim_candidates.clear()
        if claim_candidates:
            writer.write("claims", claims_in_sentences(pa.concat_tables(claim_candidates), "raw_position"))
        writer.write("rejected", _not_returned(payload))
    return writer.unit


@contextlib.contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Pause garbage collection inside the block.

    Preparing creates no reference cycles, and each collection would visit the million objects of the vocabulary.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _not_returned(payload: Payload) -> pa.Table:
    """Return a rejection for each record that was requested and not returned."""
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

"""Prepare one payload: parse, annotate, find claims, and write the staged tables of a unit.

Needs neither a lock nor any other payload, so payloads can be prepared in parallel, also in other processes.
"""

import contextlib
import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import BinaryIO

import pyarrow as pa

from flows.prepare.failing_records import FailingRecords
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
from transforms.subjects.describe import with_subjects
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
    failing = FailingRecords(payload)
    with _garbage_collection_paused():
        while True:
            try:
                with UnitWriter(lake, payload, vocabulary_version) as writer:
                    _write_tables(lake, payload, vocabulary, writer, failing)
                return writer.unit
            except _ClaimsFailedError:  # their documents are written by then: written again without them
                continue


def _write_tables(
    lake: Lake, payload: Payload, vocabulary: Vocabulary, writer: UnitWriter, failing: FailingRecords
) -> None:
    """Write the staged tables of a payload; records that a step fails for become rejections.

    Raises `_ClaimsFailedError`, after all were tried, if the search for claims failed for some.
    """
    candidates: list[pa.Table] = []
    known = len(failing.failures)

    def write_claims() -> None:
        for claims in failing.run(lambda rows: claims_in_sentences(rows, "raw_position"), pa.concat_tables(candidates)):
            writer.write("claims", claims)
        candidates.clear()

    with CountedFile(lake.root / payload.path) as stream:
        for parsed in READERS[payload.source](stream, payload):
            before = len(failing.failures)
            prepared = failing.run(partial(_prepare_records, vocabulary), failing.without(parsed.documents))
            known += len(failing.failures) - before
            for records in prepared:
                writer.write("documents", records.documents)
                writer.write("mentions", records.mentions)
                writer.write("document_keys", records.keys)
                candidates.append(records.claim_candidates)
            writer.write("deletions", parsed.deletions)
            writer.write("rejected", parsed.rejected)
            writer.write("rejected", failing.rejected(parsed.documents))
            if sum(map(len, candidates)) >= _CLAIM_BATCH_SENTENCES:
                write_claims()
    if candidates:
        write_claims()
    if len(failing.failures) > known:
        raise _ClaimsFailedError
    writer.write("rejected", _not_returned(payload))


@dataclass(frozen=True)
class _PreparedRecords:
    """Documents with what was computed from each: rows of the staged tables, and sentences that may hold a claim."""

    documents: pa.Table
    mentions: pa.Table
    keys: pa.Table
    claim_candidates: pa.Table


def _prepare_records(vocabulary: Vocabulary, documents: pa.Table) -> _PreparedRecords:
    slices = list(text_slices(documents))
    return _PreparedRecords(
        with_subjects(documents),
        annotate_slices(slices, vocabulary, "raw_position"),
        content_keys(documents, slices, "raw_position"),
        candidate_sentences(slices, "raw_position"),
    )


class _ClaimsFailedError(Exception):
    """The search for claims failed for records whose documents are in the unit already."""


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

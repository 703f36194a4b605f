"""CPU time of preparing a payload, from xml.gz to written documents and mentions, beside lxml reading the same file.

Preparing is parsing, annotation and writing Parquet, without start-up and building the dictionary (MeSH, MONDO, HPO).
Both are measured in one process, alternately:

    python -m benchmarks.preparation DATA RUNS

prints {"prepare": [seconds], "floor": [seconds], "prepare_all": [seconds]}; the last includes claims and blocking keys.
"""

from flows.process_setup import tune_allocator

tune_allocator()

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.floor import read_with_lxml
from benchmarks.processes import run_module
from flows.load_vocabulary import load_vocabulary
from flows.prepare.payload import matching_vocabulary, prepare
from flows.settings import Settings
from flows.sources import local_files
from transforms.annotation.annotate import annotate_slices
from transforms.pubmed.parse import parse
from transforms.subjects.describe import with_subjects
from transforms.text.slices import text_slices
from transforms.vocabulary.compiled import Vocabulary
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import UnitWriter
from warehouse.lake import Lake

BULK = "pubmed/bulk/pubmed21n1298.xml.gz"
VOCABULARIES = ("vocab/desc2024.xml.gz", "vocab/mondo.obo.gz", "vocab/hp.obo.gz")


def measure_preparation(data: Path, runs: int) -> tuple[dict[str, Any], float] | None:
    """Return the CPU seconds of each run as printed by this module, and the peak memory in MB; None without data."""
    if not all((data / name).exists() for name in (BULK, *VOCABULARIES)):
        return None
    return run_module("benchmarks.preparation", data, runs)


def _measure(data: Path, runs: int) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.at(Path(folder))
        load_vocabulary([data / name for name in VOCABULARIES], Settings(lake=lake.root))
        version = vocabulary_version(read_version(lake))
        payload = local_files.describe_file(lake, data / BULK)
        local_files.copy_into_lake(lake, data / BULK, payload)
        prepare(lake, payload, version).discard()  # builds the dictionary and the character tables
        work = {
            "floor": lambda: read_with_lxml(data / BULK),
            "prepare": lambda: _documents_and_mentions(lake, payload, matching_vocabulary(lake, version)),
            "prepare_all": lambda: prepare(lake, payload, version).discard(),
        }
        seconds: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(runs):
            for name, task in work.items():
                seconds[name].append(_cpu_s(task))
        return seconds


def _documents_and_mentions(lake: Lake, payload: Payload, vocabulary: Vocabulary) -> None:
    gc.disable()  # as `prepare` does
    with UnitWriter(lake, payload, vocabulary.version) as writer, (lake.root / payload.path).open("rb") as stream:
        for batch in parse(stream, payload.name):
            writer.write("documents", with_subjects(batch.documents))
            writer.write("mentions", annotate_slices(text_slices(batch.documents), vocabulary, "raw_position"))
    gc.enable()
    writer.unit.discard()


def _cpu_s(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    json.dump(_measure(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)

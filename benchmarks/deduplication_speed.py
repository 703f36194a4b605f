"""Speed of deduplication: a labelled set beside bib-dedupe, 100,000 documents at once, 1,000 new ones into many.

`python -m benchmarks.deduplication_speed DATA all|new COUNT` prints the CPU seconds of one measurement as JSON. The
documents are PubMed records, and the same records with the columns that another source would have.
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.processes import cpu_seconds, run_module
from transforms.duplicates.blocking import affected_documents, blocking_keys, candidate_pairs
from transforms.duplicates.clustering import cluster
from transforms.duplicates.decisions import decide_pairs
from transforms.duplicates.deduplicate import deduplicate
from transforms.pubmed import parse as pubmed_xml

BULK = ("pubmed/bulk/pubmed21n1298.xml.gz", "pubmed/bulk/pubmed20n0014.xml.gz")
SET = "dedup/neuroimaging.parquet"
NEW = 1000
COLUMNS = (
    "document_id", "pmid", "doi", "title", "abstract", "authors", "journal", "year", "volume", "issue", "pages",
    "publication_types", "relations",
)  # fmt: skip
NOT_IN_THE_COPY = ("pmid", "issue", "publication_types", "relations")


def measure(data: Path, runs: int) -> dict[str, Any]:
    """Return the figures of all benchmarks whose data are present; `ratio` is own seconds divided by the peer's."""
    figures: dict[str, Any] = {}
    if (data / SET).exists():
        own = [run_module("benchmarks.quality.deduplication", data / SET) for _ in range(runs)]
        peer = [run_module("benchmarks.bib_dedupe", data / SET) for _ in range(runs)]
        figures["neuroimaging"] = _leaf(own, peer, "bib-dedupe")
    if all((data / file).exists() for file in BULK):
        module = "benchmarks.deduplication_speed"
        small = [run_module(module, data, "new", 10_000) for _ in range(runs)]
        large = [run_module(module, data, "new", 100_000) for _ in range(runs)]
        figures["1000_into_100000"] = _leaf(large, small, "1,000 into 10,000")
        figures["100000_documents"] = _leaf([run_module(module, data, "all", 100_000)], large, "1,000 into 100,000")
    return figures


def _leaf(
    own: list[tuple[dict[str, Any], float]], peer: list[tuple[dict[str, Any], float]], name: str
) -> dict[str, Any]:
    ours, theirs = (statistics.median(answer["seconds"] for answer, _ in runs) for runs in (own, peer))
    return {
        "seconds": round(ours, 2),
        "peer_seconds": round(theirs, 2),
        "ratio": round(ours / theirs, 3),
        "peer": name,
        "peak_mb": round(max(peak for _, peak in own)),
    }


def read_documents(data: Path, count: int) -> pa.Table:
    """Return `count` documents, alternately a PubMed record and its copy from an invented second source."""
    tables = []
    for name in BULK:
        with (data / name).open("rb") as stream:
            tables += [batch.documents.select(COLUMNS) for batch in pubmed_xml.parse(stream, name.rsplit("/", 1)[-1])]
    table = pa.concat_tables(tables)
    first = pc.index_in(pc.unique(table["document_id"]), table["document_id"].combine_chunks())
    table = table.take(first)
    copy = table.set_column(0, "document_id", pc.binary_join_element_wise("web", table["document_id"], ":"))
    for name in NOT_IN_THE_COPY:
        index = copy.schema.get_field_index(name)
        copy = copy.set_column(index, name, pa.nulls(copy.num_rows, copy.schema.field(name).type))
    both = pa.concat_tables([table, copy])
    order = pa.array([n // 2 + (n % 2) * table.num_rows for n in range(both.num_rows)])
    return both.take(order).slice(0, count).combine_chunks()


def time_all(table: pa.Table) -> float:
    """Return the CPU seconds of deduplicating all documents at once."""
    began = cpu_seconds()
    deduplicate(table)
    return cpu_seconds() - began


def time_new(table: pa.Table) -> float:
    """Return the CPU seconds of adding the last NEW documents to the others, whose keys and decisions are stored."""
    old, new = table.slice(0, table.num_rows - NEW), table.slice(table.num_rows - NEW)
    stored = blocking_keys(old)
    edges = decide_pairs(candidate_pairs(stored), old)
    began = cpu_seconds()
    fresh = blocking_keys(new)
    everything = pa.concat_tables([stored, fresh])
    changed = affected_documents(everything, new["document_id"].combine_chunks(), fresh.slice(0, 0))
    pairs = candidate_pairs(everything, changed)
    kept = edges.filter(
        pc.invert(pc.or_(pc.is_in(edges["document_a"], changed), pc.is_in(edges["document_b"], changed)))
    )
    decided = pa.concat_tables([kept, decide_pairs(pairs, table)])
    reached = decided.filter(pc.or_(pc.is_in(decided["document_a"], changed), pc.is_in(decided["document_b"], changed)))
    ends = pa.chunked_array([*reached["document_a"].chunks, *reached["document_b"].chunks, changed], pa.string())
    cluster(reached, table.filter(pc.is_in(table["document_id"], ends.combine_chunks())))
    return cpu_seconds() - began


def main() -> None:
    """Print one measurement."""
    data, what, count = sys.argv[1:]
    table = read_documents(Path(data), int(count))
    json.dump({"seconds": time_all(table) if what == "all" else time_new(table), "n": table.num_rows}, sys.stdout)


if __name__ == "__main__":
    main()

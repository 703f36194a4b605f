"""Quality of deduplication: sensitivity, precision and F1 over pairs of records, and lost articles, with bib-dedupe.

Each file of DATA/dedup is a set. `seconds` are CPU seconds without start-up, for bib-dedupe (same records, same run)
including the processes it starts. `without_notices` leaves out gold pairs of an article and an erratum, a retraction or
a letter about it, which are articles of their own here. A set of hard cases is scored pair by pair.
"""

import itertools
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.processes import cpu_seconds
from transforms.duplicates.deduplicate import deduplicate
from transforms.schema.records import DOCUMENTS

PEER = "bib-dedupe 0.11.0"
Pair = tuple[str, str]
Clusters = Mapping[str, object]

_NOTICE = re.compile(
    r"\b(?:erratum|corrigendum|correction|retraction)\b(?! appears)|\breply\b|\bcomment on\b|\(vol \d+|\(\d{4}\) \d+",
    re.I,
)


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of every set; None if there are none."""
    files = sorted((data / "dedup").glob("*.parquet"))
    return {
        file.stem: _measure_hard_cases(file) if "case" in _columns(file) else _measure_set(file) for file in files
    } or None


def _columns(file: Path) -> list[str]:
    return pq.read_schema(file).names


def _measure_set(file: Path) -> dict[str, Any]:
    rows = pq.read_table(file).to_pylist()
    gold = {row["record_id"]: row["cluster_id"] for row in rows}
    ours, our_cost = _run("benchmarks.quality.deduplication", file)
    peers, peer_cost = _run("benchmarks.bib_dedupe", file)
    notice_pairs = find_notice_pairs(rows)
    figures: dict[str, Any] = {**score_clusters(gold, _by_record(gold, ours)), "seconds": our_cost}
    figures["peer"] = {"name": PEER, **score_clusters(gold, _by_record(gold, peers)), "seconds": peer_cost}
    if notice_pairs:
        figures["without_notices"] = score_clusters(gold, _by_record(gold, ours), notice_pairs)
        figures["without_notices"]["peer"] = score_clusters(gold, _by_record(gold, peers), notice_pairs)
    return figures


def _run(module: str, file: Path) -> tuple[list[list[str]], float]:
    """Return the clusters of more than one record and the CPU seconds that the module prints."""
    answer = json.loads(
        subprocess.run([sys.executable, "-m", module, str(file)], capture_output=True, check=True).stdout
    )
    return answer["clusters"], round(answer["seconds"], 2)


def _by_record(gold: Clusters, clusters: Iterable[list[str]]) -> dict[str, object]:
    cluster_by_record: dict[str, object] = {record: record for record in gold}
    for members in clusters:
        cluster_by_record.update(dict.fromkeys(members, members[0]))
    return cluster_by_record


def find_pairs(clusters: Clusters) -> set[Pair]:
    """Return all pairs of records in the same cluster, smaller id first."""
    members = defaultdict(list)
    for record, cluster in clusters.items():
        members[cluster].append(record)
    return {pair for group in members.values() for pair in itertools.combinations(sorted(group), 2)}


def score_clusters(gold: Clusters, found: Clusters, left_out: frozenset[Pair] = frozenset()) -> dict[str, Any]:
    """Score pairs of records but those left out: records, gold pairs, sensitivity, precision, F1, lost articles."""
    right, claimed = find_pairs(gold) - left_out, find_pairs(found) - left_out
    both = len(right & claimed)
    return {
        "n": len(gold),
        "pairs": len(right),
        "sensitivity": round(both / len(right), 4) if right else 1.0,
        "precision": round(both / len(claimed), 4) if claimed else 1.0,
        "f1": round(2 * both / (len(right) + len(claimed)), 4) if right or claimed else 1.0,
        "lost": count_lost(gold, found),
    }


def count_lost(gold: Clusters, found: Clusters) -> int:
    """Count the gold articles merged into another: those left when each cluster represents at most one gold article.

    Clusters and articles are matched by the number of records they share, the largest first.
    """
    shared = Counter((found[record], article) for record, article in gold.items())
    taken: set[object] = set()
    kept: set[object] = set()
    for cluster, article in sorted(shared, key=lambda pair: (-shared[pair], str(pair))):
        if cluster not in taken and article not in kept:
            taken.add(cluster)
            kept.add(article)
    return len(set(gold.values())) - len(kept)


def find_notice_pairs(rows: list[dict[str, str]]) -> frozenset[Pair]:
    """Return the gold pairs of which exactly one record is a notice by its title."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["cluster_id"]].append(row)
    return frozenset(
        (min(a["record_id"], b["record_id"]), max(a["record_id"], b["record_id"]))
        for group in groups.values()
        for a, b in itertools.combinations(group, 2)
        if bool(_NOTICE.search(a["title"])) != bool(_NOTICE.search(b["title"]))
    )


def _measure_hard_cases(file: Path) -> dict[str, Any]:
    rows = pq.read_table(file).to_pylist()
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    right = [_merged(pair) == (pair[0]["cluster_id"] == pair[1]["cluster_id"]) for pair in pairs]
    wrong = [pair[0]["case"] for pair, is_right in zip(pairs, right, strict=True) if not is_right]
    return {"n": len(pairs), "right": sum(right), "wrong": wrong}


def _merged(pair: Iterable[dict[str, str]]) -> bool:
    return len(set(deduplicate(to_documents(list(pair)))["article_id"].to_pylist())) == 1


def to_documents(rows: list[dict[str, str]]) -> pa.Table:
    """Return the bibliographic records of a labelled set ('' means missing) as documents."""
    names = (
        "document_id",
        "title",
        "abstract",
        "authors",
        "journal",
        "year",
        "volume",
        "issue",
        "pages",
        "doi",
        "pmid",
    )
    records = [
        {
            **{name: row[name] or None for name in ("abstract", "journal", "volume", "issue", "pages", "doi")},
            "document_id": row["record_id"],
            "title": row["title"],
            "authors": row["authors"].split(" and ") if row["authors"] else None,
            "year": int(row["year"]) if row["year"].isdecimal() else None,
            "pmid": int(row["pmid"]) if row["pmid"].isdecimal() else None,
        }
        for row in rows
    ]
    return pa.Table.from_pylist(records, pa.schema([DOCUMENTS.arrow.field(name) for name in names]))


def main() -> None:
    """Deduplicate one set and print its clusters of more than one record, and the CPU seconds, as JSON."""
    records = to_documents(pq.read_table(sys.argv[1]).to_pylist())
    start = cpu_seconds()
    table = deduplicate(records)
    seconds = cpu_seconds() - start
    members = defaultdict(list)
    for record, article in zip(table["document_id"].to_pylist(), table["article_id"].to_pylist(), strict=True):
        members[article].append(record)
    json.dump({"clusters": [group for group in members.values() if len(group) > 1], "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()

"""`make bench`: speed figures as JSON on stdout, each a ratio to a peer or a floor in the same run.

    python -m benchmarks.speed DATA [PART ...] [--runs N] [--articles N]

Leaves are {"seconds", "peer_seconds", "ratio", "peer", "peak_mb"}: CPU seconds (user + system), medians of the runs.
Machines are noisy: own work and peer alternate, and the ratio is the median of the pairs' ratios.
"""

import argparse
import gzip
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import deduplication_speed, floor
from benchmarks.extraction_speed import extraction
from benchmarks.preparation import BULK, VOCABULARIES, preparation
from benchmarks.processes import Cost, measure, python
from benchmarks.scale import scale
from benchmarks.scaleout import scaleout

_PEER = "import sys, pubmed_parser; print(sum(1 for _ in pubmed_parser.parse_medline_xml(sys.argv[1])))"
_COMMAND = str(Path(sys.executable).with_name("hoofbeats"))


def main() -> None:
    """Run every benchmark the data are there for, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Speed figures as JSON.")
    parser.add_argument("data", type=Path, help="the folder of real data")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="of ingest, extraction, deduplication, scaleout, scale"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--articles", type=int, default=1_000_000, help="of the synthetic lake; takes some 15 minutes")
    given = parser.parse_args()
    parts: dict[str, Callable[[], dict[str, Any] | None]] = {
        "ingest": lambda: ingest(given.data, given.runs),
        "extraction": lambda: extraction(given.data),
        "deduplication": lambda: deduplication_speed.measure(given.data, given.runs),
        "scaleout": lambda: scaleout(given.data),
        "scale": lambda: scale(given.articles),
    }
    if unknown := sorted(set(given.parts) - set(parts)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(parts)}")
    figures = {}
    for part in given.parts or parts:
        sys.stderr.write(f"measuring {part} ...\n")
        found = parts[part]()
        if found is None:
            sys.stderr.write(f"    skipped: no data for it in {given.data}\n")
        else:
            figures[part] = found
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


def ingest(data: Path, runs: int) -> dict[str, Any] | None:
    """The whole ingest of one PubMed update file, start-up of Prefect and dictionary (MeSH, MONDO, HPO) apart.

    The start-up is measured by the same command on a file of one record and taken off. Peers: pubmed_parser, which
    only parses; and as a floor, a plain lxml iterparse reading of title, abstract and headings. "prepare" is the part
    of the way from xml.gz to written documents and mentions, without the commit that counts them; "prepare_all" finds
    claims and keys of duplicates as well, as every load does.
    """
    prepared = preparation(data, runs)
    if prepared is None:
        return None
    own, peer, plain, empty = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "pubmed20n0001.xml.gz"
        _one_record(data / BULK, one)
        for _ in range(runs):
            empty.append(_into_fresh_lake(data, one))
            own.append(_into_fresh_lake(data, data / BULK))
            peer.append(measure(python(_PEER, str(data / BULK))))
            plain.append(measure([sys.executable, "-m", "benchmarks.floor", str(data / BULK)]))
    start_up = statistics.median(cost.cpu_s for cost in empty)
    sys.stderr.write(f"start-up of Prefect and dictionary: {start_up:.1f} s of CPU\n")
    net = [cost.cpu_s - start_up for cost in own]
    peak = max(cost.peak_mb for cost in own)
    return {
        "pubmed21n1298": _leaf(net, [cost.cpu_s for cost in peer], "pubmed_parser.parse_medline_xml", peak),
        "pubmed21n1298_to_floor": _leaf(net, [cost.cpu_s for cost in plain], floor.NAME, peak),
        **{
            name: _leaf(prepared[0][name], prepared[0]["floor"], floor.NAME, prepared[1])
            for name in ("prepare", "prepare_all")
        },
    }


def _into_fresh_lake(data: Path, file: Path) -> Cost:
    """Ingest a file into a lake that holds the vocabulary alone; loading that is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        measure([_COMMAND, "vocabulary", "load", "--lake", folder, *(str(data / name) for name in VOCABULARIES)])
        return measure([_COMMAND, "ingest", "--lake", folder, str(file)])


def _one_record(source: Path, target: Path) -> None:
    """The first record of a PubMed file as a file of its own."""
    with gzip.open(source) as stream:
        head = stream.read(1 << 20)
    end = head.index(b"</PubmedArticle>") + len(b"</PubmedArticle>")
    target.write_bytes(gzip.compress(head[:end] + b"</PubmedArticleSet>"))


def _leaf(seconds: list[float], peer: list[float], name: str, peak_mb: float) -> dict[str, Any]:
    ratios = [ours / theirs for ours, theirs in zip(seconds, peer, strict=True)]
    return {
        "seconds": round(statistics.median(seconds), 2),
        "peer_seconds": round(statistics.median(peer), 2),
        "ratio": round(statistics.median(ratios), 3),
        "peer": name,
        "peak_mb": round(peak_mb),
    }


if __name__ == "__main__":
    main()

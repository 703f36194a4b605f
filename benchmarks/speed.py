"""`make bench`: speed figures as JSON on stdout, each with its ratio to a peer or a floor in the same run.

    python -m benchmarks.speed DATA [PART ...] [--runs N] [--articles N]

Figures are {"seconds", "peer_seconds", "ratio", "peer", "peak_mb"}: CPU seconds (user + system), medians of the runs.
Because machines are noisy, own work and peer alternate, and the ratio is the median of the ratios of the pairs.
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
from benchmarks.extraction_speed import measure_extraction
from benchmarks.preparation import BULK, VOCABULARIES, measure_preparation
from benchmarks.processes import Cost, measure, python_command
from benchmarks.scale import measure_scale
from benchmarks.scaleout import measure_scaleout

_PEER = "import sys, pubmed_parser; print(sum(1 for _ in pubmed_parser.parse_medline_xml(sys.argv[1])))"
_COMMAND = str(Path(sys.executable).with_name("hoofbeats"))


def main() -> None:
    """Run the named benchmarks, by default all whose data are present."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Speed figures as JSON.")
    parser.add_argument("data", type=Path, help="the folder of real data")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="ingest, extraction, deduplication, scaleout or scale; default: all"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--articles",
        type=int,
        default=1_000_000,
        help="articles of the synthetic lake; a million takes about 15 minutes",
    )
    arguments = parser.parse_args()
    parts: dict[str, Callable[[], dict[str, Any] | None]] = {
        "ingest": lambda: measure_ingest(arguments.data, arguments.runs),
        "extraction": lambda: measure_extraction(arguments.data),
        "deduplication": lambda: deduplication_speed.measure(arguments.data, arguments.runs),
        "scaleout": lambda: measure_scaleout(arguments.data),
        "scale": lambda: measure_scale(arguments.articles),
    }
    if unknown := sorted(set(arguments.parts) - set(parts)):
        parser.error(f"no such part: {', '.join(unknown)}; choose from {', '.join(parts)}")
    figures = {}
    for part in arguments.parts or parts:
        sys.stderr.write(f"measuring {part} ...\n")
        figures_of_part = parts[part]()
        if figures_of_part is None:
            sys.stderr.write(f"    skipped: no data for it in {arguments.data}\n")
        else:
            figures[part] = figures_of_part
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


def measure_ingest(data: Path, runs: int) -> dict[str, Any] | None:
    """Measure the ingest of one PubMed update file, without starting Prefect and loading the dictionary.

    The start-up is measured by the same command on a file of one record and subtracted. Peers: pubmed_parser, which
    only parses, and as a floor lxml reading title, abstract and headings. "prepare" is the part from xml.gz to written
    documents and mentions, without the commit that counts them; "prepare_all" includes claims and blocking keys, as
    every load does.
    """
    prepared = measure_preparation(data, runs)
    if prepared is None:
        return None
    own, peer, plain, empty = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        one_record = Path(folder) / "pubmed20n0001.xml.gz"
        _write_first_record(data / BULK, one_record)
        for _ in range(runs):
            empty.append(_ingest_into_new_lake(data, one_record))
            own.append(_ingest_into_new_lake(data, data / BULK))
            peer.append(measure(python_command(_PEER, str(data / BULK))))
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


def _ingest_into_new_lake(data: Path, file: Path) -> Cost:
    """Measure the ingest of a file into a lake that holds only the vocabulary; loading that is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        measure([_COMMAND, "vocabulary", "load", "--lake", folder, *(str(data / name) for name in VOCABULARIES)])
        return measure([_COMMAND, "ingest", "--lake", folder, str(file)])


def _write_first_record(source: Path, target: Path) -> None:
    """Write the first record of a PubMed file to a file of its own."""
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

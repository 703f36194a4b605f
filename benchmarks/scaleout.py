"""Speed-up of a bulk load on each task runner: two PubMed files split into forty, compared with one thread.

    python -m benchmarks.scaleout DATA

Wall-clock seconds of preparing and committing all files, and of starting the workers until each has its vocabulary. The
speed-up is bounded by the cores that are free.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.split_files import split_files
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings

BULK = ("pubmed/bulk/pubmed20n0014.xml.gz", "pubmed/bulk/pubmed21n1298.xml.gz")
VOCABULARY = "vocab/desc2024.xml.gz"
FILES = 40
PEER = "threads:1"


def measure_scaleout(data: Path) -> dict[str, Any] | None:
    """Return the figures of each runner with two workers; the peer is one thread in the same run. None without data."""
    if not all((data / name).exists() for name in (*BULK, VOCABULARY)):
        return None
    runners = [PEER, "processes:2"]
    if importlib.util.find_spec("prefect_dask"):
        runners.append("dask:2")
    runners.append("threads:2")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        split_files([data / name for name in BULK], folder / "files", FILES)
        for runner in runners:
            load_vocabulary([data / VOCABULARY], Settings(lake=folder / runner))
        command = [sys.executable, "-m", "benchmarks.task_runners", str(folder), *runners]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = {row["runner"]: row for row in map(json.loads, output.splitlines())}
    peer = rows.pop(PEER)
    return {runner.replace(":", "_"): _leaf(row, peer) for runner, row in rows.items()}


def _leaf(row: dict[str, Any], peer: dict[str, Any]) -> dict[str, Any]:
    own_s, peer_s = (timing["prepare_s"] + timing["commit_s"] for timing in (row, peer))
    return {
        "seconds": round(own_s, 1),
        "peer_seconds": round(peer_s, 1),
        "ratio": round(own_s / peer_s, 3),
        "peer": "one thread",
        "speed_up_of_preparing": round(peer["prepare_s"] / row["prepare_s"], 2),
        "start_seconds": round(row["start_s"], 1),
        "peer_start_seconds": round(peer["start_s"], 1),
        "vocabularies_built": sum(row["builds"].values()),
        "processes": len(row["builds"]),
    }


if __name__ == "__main__":
    json.dump(measure_scaleout(Path(sys.argv[1])), sys.stdout, indent=2)
    sys.stdout.write("\n")

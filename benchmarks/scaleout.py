"""A bulk load of two PubMed files cut into forty, on each task runner: how much faster than on one thread.

    python -m benchmarks.scaleout DATA

Wall seconds of preparing all files and committing them; beside them, how long it takes until the workers run and each
has its vocabulary. What two workers can gain is bounded by the cores that are free.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.cutting import cut
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings

BULK = ("pubmed/bulk/pubmed20n0014.xml.gz", "pubmed/bulk/pubmed21n1298.xml.gz")
VOCABULARY = "vocab/desc2024.xml.gz"
PIECES = 40
PEER = "threads:1"


def scaleout(data: Path) -> dict[str, Any] | None:
    """A leaf a runner with two workers; the peer is one thread in the same run."""
    if not all((data / name).exists() for name in (*BULK, VOCABULARY)):
        return None
    runners = [PEER, "processes:2"]
    if importlib.util.find_spec("prefect_dask"):
        runners.append("dask:2")
    runners.append("threads:2")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cut([data / name for name in BULK], folder / "files", PIECES)
        for runner in runners:
            load_vocabulary([data / VOCABULARY], Settings(lake=folder / runner))
        command = [sys.executable, "-m", "benchmarks.task_runners", str(folder), *runners]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {row["runner"]: row for row in map(json.loads, told.splitlines())}
    peer = found.pop(PEER)
    return {runner.replace(":", "_"): _leaf(row, peer) for runner, row in found.items()}


def _leaf(row: dict[str, Any], peer: dict[str, Any]) -> dict[str, Any]:
    own_s, peer_s = (one["prepare_s"] + one["commit_s"] for one in (row, peer))
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
    json.dump(scaleout(Path(sys.argv[1])), sys.stdout, indent=2)
    sys.stdout.write("\n")

"""Bulk loads on several task runners, and the comparison of the lakes they made."""

import json
import os
import subprocess
import sys
from pathlib import Path

from flows.demo_literature.literature import literature, mesh
from tests.support.loading import fingerprints, lake_with_vocabulary

PROJECT = Path(__file__).parents[2]


def load(folder, runners, vocabulary, seconds=280):
    """Ingest folder/files into one lake per runner; return the lakes and the report of each run."""
    lakes = {runner: lake_with_vocabulary(folder / runner, vocabulary) for runner in runners}
    command = [sys.executable, "-m", "benchmarks.task_runners", str(folder), *runners]
    environment = {**os.environ, "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=seconds
    )
    assert done.returncode == 0, done.stderr
    return lakes, [json.loads(line) for line in done.stdout.splitlines()]


def assert_equal(lakes, reports, *more):
    assert [report["runner"] for report in reports] == list(lakes)
    first, *others = (fingerprints(lake) for lake in [*lakes.values(), *more])
    assert first["documents"][0][0] > 0
    assert all(other == first for other in others)
    for report in reports:
        assert set(report["builds"].values()) == {1}, report
        assert 1 <= len(report["builds"]) <= (1 if report["runner"] == "threads" else 2)
    processes = [pid for report in reports for pid in report["builds"]]
    assert len(processes) == len(set(processes))


def embedded(folder):
    """Write the embedded literature and its vocabulary to files."""
    (folder / "mesh.xml").write_bytes(mesh())
    (folder / "files").mkdir()
    for name, content in literature().files:
        (folder / "files" / name).write_bytes(content)
    return folder

"""The main flow under Prefect, as the demo runs it: the one module of tests that starts a server."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]
HOOFBEATS = str(Path(sys.executable).with_name("hoofbeats"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "HOME": str(folder), "PREFECT_HOME": str(folder / "prefect")}
    done = subprocess.run(
        [HOOFBEATS, "demo", "--lake", "demo-lake"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return folder, environment, done


def test_the_demo_finds_what_was_planted(demo):
    _, _, done = demo
    assert done.returncode == 0, done.stderr
    assert "but found" not in done.stdout
    assert "extramedullary hematopoiesis with leukemic infiltration" in done.stdout
    assert "catalog.duckdb" in done.stdout
    assert done.stderr == "starting Prefect ...\n"


def test_an_analyst_opens_the_catalog(demo):
    folder, _, _ = demo
    with duckdb.connect(str(folder / "demo-lake" / "catalog.duckdb"), read_only=True) as connection:
        assert len(connection.execute("FROM rare_cooccurrences LIMIT 10").fetchall()) == 10


def test_the_same_files_again_change_nothing(demo):
    folder, environment, _ = demo
    files = sorted((folder / "demo-lake" / "raw" / "pubmed_files").glob("*/*.gz"))
    done = subprocess.run(
        [HOOFBEATS, "ingest", "--lake", "demo-lake", *map(str, files)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("loaded already, nothing changed") == len(files) == 3
    assert "version 2" not in done.stdout


def test_a_folder_no_demo_made_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("mine")
    done = subprocess.run([HOOFBEATS, "demo", "--lake", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not empty and no demo made it" in done.stderr
    assert (tmp_path / "precious").read_text() == "mine"

"""A bulk load on threads, on processes and on Dask: equal tables, and one build of the vocabulary per process."""

import importlib.util
import sys

import pytest

from benchmarks.split_files import split_files
from flows.prepare.task_runners import RunnerMissingError, task_runner
from flows.settings import Settings
from tests.support.bulk_runs import assert_equal, embedded, load
from tests.support.loading import query

DASK = ["dask"] if importlib.util.find_spec("prefect_dask") else []
BULK = ("pubmed/bulk/pubmed20n0014.xml.gz", "pubmed/bulk/pubmed21n1298.xml.gz")


@pytest.mark.soak
@pytest.mark.server
@pytest.mark.skipif(not DASK, reason="prefect-dask is not installed")
def test_threads_and_dask_give_equal_tables(tmp_path):
    assert_equal(*load(embedded(tmp_path), ["threads", "dask"], tmp_path / "mesh.xml"))


@pytest.mark.soak
@pytest.mark.data
@pytest.mark.server
@pytest.mark.timeout(3000)
def test_forty_parts_of_two_pubmed_files(tmp_path, data_dir):
    pieces = split_files([data_dir / name for name in BULK], tmp_path / "files", 40)
    assert len(pieces) == 40
    lakes, reports = load(tmp_path, ["threads", "processes", *DASK], data_dir / "vocab/desc2024.xml.gz", 2900)
    assert_equal(lakes, reports)
    assert query(lakes["threads"], "SELECT count(DISTINCT document_id) > 50000 FROM documents") == [(True,)]


def test_missing_dask_names_the_extra_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "prefect_dask", None)
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    with pytest.raises(RunnerMissingError, match="prefect-dask is not installed") as raised:
        task_runner(Settings(runner="dask"))
    assert "hoofbeats[dask]" in raised.value.hint
    assert type(task_runner(Settings(runner="processes"))).__name__ == "ProcessPoolTaskRunner"


@pytest.mark.skipif(not DASK, reason="prefect-dask is not installed")
def test_dask_uses_a_scheduler_address_or_a_local_cluster():
    assert task_runner(Settings(runner="tcp://10.1.2.3:8786")).address == "tcp://10.1.2.3:8786"
    assert task_runner(Settings(runner="dask", workers=5)).cluster_kwargs["n_workers"] == 5


@pytest.mark.parametrize("wrong", ["thread", "http://host:8786", "tcp://", "tcp://a b"])
def test_unknown_runners_are_rejected(wrong):
    with pytest.raises(ValueError, match="runner"):
        Settings(runner=wrong)

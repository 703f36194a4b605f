"""prefect.yaml without a server: every entrypoint exists, and takes the parameters it is given."""

import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
DEPLOYMENTS = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_deployment_names_a_flow_and_its_parameters(deployment):
    from prefect import Flow

    path, name = deployment["entrypoint"].split(":")
    flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    assert isinstance(flow, Flow)
    accepted = inspect.signature(flow.fn).parameters
    assert set(deployment["parameters"]) <= set(accepted)
    flow.validate_parameters(deployment["parameters"])
    assert deployment["description"]
    assert deployment["work_pool"]["name"] == "hoofbeats"


def test_as_many_payloads_are_prepared_side_by_side_as_the_setting_says():
    told = (
        "from flows.ingest import ingest; from flows.collect import collect;"
        "print(ingest.task_runner._max_workers, collect.task_runner._max_workers)"
    )
    for workers in ("3", "5"):
        done = subprocess.run(
            [sys.executable, "-c", told],
            env={**os.environ, "HOOFBEATS_WORKERS": workers}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.split() == [workers, workers]

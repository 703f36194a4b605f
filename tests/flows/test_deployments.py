"""prefect.yaml without a server: every entrypoint exists, and takes the parameters it is given."""

import importlib
import inspect
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

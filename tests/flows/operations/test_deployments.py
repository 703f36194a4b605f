"""prefect.yaml without a server: entrypoints, parameters, schedules, limits, and the form of each flow."""

import importlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

PROJECT = Path(__file__).parents[3]
DEPLOYMENTS = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
SCHEDULES = [(one, schedule) for one in DEPLOYMENTS for schedule in one.get("schedules", [])]
ASKED = {"backfill": {"source": "pubmed_api", "since": "2020-01-01", "until": "2020-12-31"}}
"""Form values for parameters without defaults in the deployment."""
NEW_YORK = ZoneInfo("America/New_York")


def flow_of(deployment):
    path, name = deployment["entrypoint"].split(":")
    return getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)


def named(deployment):
    return deployment["name"]


def of_schedule(value):
    return value.get("name") or value.get("slug")


def test_the_deployments_declared():
    assert {one["name"]: [schedule["slug"] for schedule in one.get("schedules", [])] for one in DEPLOYMENTS} == {
        "collect-pubmed": ["created", "modified"],
        "collect-pubmed-files": ["daily"],
        "collect-europepmc": ["daily"],
        "collect-web-pages": ["weekly"],
        "backfill": [],
        "ingest": [],
        "maintain": ["nightly"],
        "audit": ["weekly"],
        "refresh-vocabulary": ["weekly"],
    }


def test_prefect_reads_the_file():
    from prefect.cli.deploy._models import PrefectYamlModel

    content = PrefectYamlModel.model_validate(yaml.safe_load((PROJECT / "prefect.yaml").read_text()))
    assert [one.name for one in content.deployments] == [named(one) for one in DEPLOYMENTS]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=named)
def test_a_deployment_has_a_flow_and_a_description(deployment):
    from prefect import Flow

    assert isinstance(flow_of(deployment), Flow)
    assert (PROJECT / deployment["entrypoint"].split(":")[0]).is_file()
    assert len(deployment["description"]) > 40
    assert deployment["tags"][0] == "hoofbeats"
    assert deployment["work_pool"] == {"name": "hoofbeats"}
    assert deployment["concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_limit"]["collision_strategy"] in ("ENQUEUE", "CANCEL_NEW")


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=named)
def test_its_flow_takes_its_parameters(deployment):
    flow = flow_of(deployment)
    by_hand = ASKED.get(named(deployment), {})
    for parameters in ({}, *(schedule.get("parameters", {}) for schedule in deployment.get("schedules", []))):
        flow.validate_parameters({**deployment["parameters"], **by_hand, **parameters})


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=named)
def test_its_form_describes_every_parameter(deployment):
    from prefect.utilities.callables import parameter_schema

    properties = parameter_schema(flow_of(deployment)).model_dump()["properties"]
    assert [name for name, one in properties.items() if len(one.get("description") or "") < 10] == []


@pytest.mark.parametrize(("deployment", "schedule"), SCHEDULES, ids=of_schedule)
def test_schedules_are_off_peak_for_ncbi(deployment, schedule):
    """Also in the nights in which summer time starts and ends; daily schedules must not miss one."""
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.server.schemas.schedules import CronSchedule as Scheduler

    CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
    assert schedule["timezone"] == "America/New_York"
    every = 7 if schedule["slug"] == "weekly" else 1
    first = datetime(2027, 3, 1, tzinfo=UTC)
    runs = list(Scheduler(cron=schedule["cron"], timezone=schedule["timezone"])._get_dates_generator(60, first))
    assert len(runs) == 60
    local = [run.astimezone(NEW_YORK) for run in runs]
    assert all(run.hour >= 21 or run.hour < 5 or run.weekday() >= 5 for run in local)
    days = [run.date().toordinal() for run in local]
    assert {later - earlier for earlier, later in pairwise(days)} == {every}


def test_no_two_schedules_start_at_the_same_time():
    assert len({schedule["cron"] for _, schedule in SCHEDULES}) == len(SCHEDULES)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("collect-pubmed", {"source": "pubmed"}),
        ("collect-pubmed", {"days": 0}),
        ("collect-pubmed", {"days": 367}),
        ("collect-pubmed", {"dates": []}),
        ("collect-pubmed", {"dates": ["published"]}),
        ("collect-pubmed", {"since": "yesterday"}),
        ("backfill", {}),
        ("backfill", {**ASKED["backfill"], "window": "century"}),
        ("backfill", {**ASKED["backfill"], "parallel": 0}),
        ("maintain", {"keep_latest": 0}),
        ("audit", {"check_files": "perhaps"}),
    ],
    ids=lambda value: value if isinstance(value, str) else (list(value) or ["nothing"])[-1],
)
def test_bounds_are_kept(name, wrong):
    from prefect.exceptions import ParameterTypeError

    [deployment] = [one for one in DEPLOYMENTS if one["name"] == name]
    with pytest.raises(ParameterTypeError):
        flow_of(deployment).validate_parameters({**deployment["parameters"], **wrong})


def test_workers_limits_the_payloads_in_preparation():
    code = (
        "from flows.ingest import ingest; from flows.collect import collect;"
        "print(ingest.task_runner._max_workers, collect.task_runner._max_workers)"
    )
    for workers in ("3", "5"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "HOOFBEATS_WORKERS": workers}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.split() == [workers, workers]

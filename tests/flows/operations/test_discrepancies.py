"""Declared deployments compared with those on a server, without a server."""

import datetime as dt

import pytest
from prefect.exceptions import ObjectNotFound

from flows.errors import ServingError
from flows.operations.deployments import (
    PROJECT,
    Deployed,
    declared_deployments,
    deploy,
    ensure_pool,
    find_discrepancies,
)

SOON = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
PLANNED = declared_deployments(PROJECT / "prefect.yaml")
THERE = [Deployed(one.name, one.active_schedules, SOON if one.active_schedules else None) for one in PLANNED]


def with_one(name, **changed):
    return [Deployed(**{**vars(one), **changed}) if one.name == name else one for one in THERE]


def test_no_discrepancies():
    assert find_discrepancies(PLANNED, THERE) == []
    assert find_discrepancies(PLANNED, [*THERE, Deployed("another", 0, None)]) == []


@pytest.mark.parametrize(
    ("there", "message"),
    [
        (THERE[1:], "collect-pubmed is not deployed"),
        (with_one("collect-pubmed", active_schedules=1), "collect-pubmed has 1 active schedules, not 2"),
        (with_one("audit", next_run=None), "audit has a schedule, but no run is scheduled"),
    ],
)
def test_discrepancies_are_described(there, message):
    assert find_discrepancies(PLANNED, there) == [message]


def test_a_missing_prefect_file_is_an_error(tmp_path):
    with pytest.raises(ServingError, match="No such file") as raised:
        declared_deployments(tmp_path / "prefect.yaml")
    assert "checkout" in raised.value.hint


def test_an_unknown_entrypoint_is_an_error(tmp_path):
    text = (PROJECT / "prefect.yaml").read_text().replace("flows/collect.py:collect", "flows/collect.py:keep")
    (tmp_path / "prefect.yaml").write_text(text)
    first = declared_deployments(tmp_path / "prefect.yaml")[0]
    with pytest.raises(ServingError, match=r"there is no flow flows/collect\.py:keep"):
        _ = first.flow


def test_an_invalid_cron_is_an_error(tmp_path):
    text = (PROJECT / "prefect.yaml").read_text().replace('"30 21 * * *"', '"30 25 * * *"')
    (tmp_path / "prefect.yaml").write_text(text)
    with pytest.raises(ValueError, match="30 25"):
        _ = declared_deployments(tmp_path / "prefect.yaml")[0].schedules


class Client:
    """Records what is created."""

    def __init__(self):
        self.created = []

    def create_flow_from_name(self, name):
        return f"flow {name}"

    def create_deployment(self, **fields):
        self.created.append(fields)

    def read_work_pool(self, name):
        if not self.created:
            from httpx import Request, Response

            raise ObjectNotFound(Response(404, request=Request("GET", f"http://x/{name}")))

    def create_work_pool(self, pool):
        self.created.append(pool)


def test_deploy_creates_what_the_file_declares():
    client = Client()
    deploy(client, PLANNED[0])
    [created] = client.created
    assert created["flow_id"] == "flow collect"
    assert (created["concurrency_limit"], created["concurrency_options"].collision_strategy) == (1, "ENQUEUE")
    assert [(one.slug, one.schedule.timezone, one.parameters) for one in created["schedules"]] == [
        ("created", "America/New_York", {"dates": ["created"]}),
        ("modified", "America/New_York", {"dates": ["modified"]}),
    ]
    [step] = created["pull_steps"]
    assert step == {"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}
    assert created["parameter_openapi_schema"]["properties"]["days"]["maximum"] == 366
    assert created["enforce_parameter_schema"]


def test_the_pool_is_created_once():
    client = Client()
    assert ensure_pool(client)
    assert not ensure_pool(client)
    [pool] = client.created
    assert (pool.name, pool.type) == ("hoofbeats", "process")
    assert pool.base_job_template["job_configuration"]

"""Deployments: read them from prefect.yaml, create them with their work pool, and compare with the server."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyOptions, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from flows.errors import ServingError

PROJECT = Path(__file__).parents[2]
_HOME_PLACEHOLDER = "{{ $HOOFBEATS_HOME }}"
POOL = "hoofbeats"
TAG = "hoofbeats"
_PAGE_SIZE = 200


@dataclass(frozen=True)
class PlannedDeployment:
    """A deployment declared in prefect.yaml, with the pull steps that come before each of its runs."""

    declaration: dict[str, Any]
    pull_steps: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """Name of the deployment."""
        return str(self.declaration["name"])

    @property
    def schedules(self) -> list[DeploymentScheduleCreate]:
        """Schedules of the deployment; raises `ValueError` for an invalid cron expression or time zone."""
        return [
            DeploymentScheduleCreate(
                schedule=CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]),
                active=schedule.get("active", True),
                parameters=schedule.get("parameters", {}), slug=schedule["slug"],
            )
            for schedule in self.declaration.get("schedules") or ()
        ]  # fmt: skip

    @property
    def active_schedules(self) -> int:
        """Number of active schedules."""
        return sum(schedule.active for schedule in self.schedules)

    @property
    def flow(self) -> Flow[..., Any]:
        """The flow of the entrypoint; raises `ServingError` if there is none."""
        path, _, name = str(self.declaration["entrypoint"]).partition(":")
        module = import_module(path.removesuffix(".py").replace("/", "."))
        flow = getattr(module, name, None)
        if not isinstance(flow, Flow):
            raise ServingError(
                f"deployment {self.name}: there is no flow {path}:{name}", "correct its entrypoint in prefect.yaml"
            )
        return flow


@dataclass(frozen=True)
class Deployed:
    """A deployment on the server, and the time of its next run (None if no run is scheduled)."""

    name: str
    active_schedules: int
    next_run: dt.datetime | None


def declared_deployments(prefect_file: Path) -> list[PlannedDeployment]:
    """Return the deployments declared in a prefect.yaml; raises `ServingError` if it cannot be read."""
    try:
        text = prefect_file.read_text(encoding="utf-8")
    except OSError as error:
        raise ServingError(
            f"{prefect_file}: {error.strerror}",
            "run the command from a checkout of Hoofbeats, or name a file with --deployments",
        ) from error
    content = yaml.safe_load(text.replace(_HOME_PLACEHOLDER, str(PROJECT)))
    return [PlannedDeployment(declaration, content["pull"]) for declaration in content["deployments"]]


def deploy(client: SyncPrefectClient, deployment: PlannedDeployment) -> UUID:
    """Create or update a deployment with its schedules; a paused one stays paused.

    This uses the client because `prefect deploy` of Prefect 3.8.8 ends after the first deployment of a work pool: the
    server responds with status 422 when it requests the workers.
    """
    limit = deployment.declaration.get("concurrency_limit") or {}
    strategy = limit.get("collision_strategy")
    return client.create_deployment(
        flow_id=client.create_flow_from_name(deployment.flow.name),
        name=deployment.name,
        description=deployment.declaration.get("description"),
        entrypoint=deployment.declaration["entrypoint"],
        parameters=deployment.declaration.get("parameters") or {},
        tags=deployment.declaration.get("tags"),
        schedules=deployment.schedules,
        concurrency_limit=limit.get("limit"),
        concurrency_options=ConcurrencyOptions(collision_strategy=strategy) if strategy else None,
        work_pool_name=deployment.declaration["work_pool"]["name"],
        pull_steps=deployment.pull_steps,
        parameter_openapi_schema=parameter_schema(deployment.flow).model_dump(),
        enforce_parameter_schema=True,
    )


def ensure_pool(client: SyncPrefectClient) -> bool:
    """Create the work pool; return False if it existed."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
        return True
    return False


def list_deployed(client: SyncPrefectClient) -> list[Deployed]:
    """Return the deployments of Hoofbeats on a server, sorted by name."""
    filter_ = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    found: list[DeploymentResponse] = []
    by_name = DeploymentSort.NAME_ASC
    while page := client.read_deployments(deployment_filter=filter_, sort=by_name, limit=_PAGE_SIZE, offset=len(found)):
        found += page
    return [_deployed(client, deployment) for deployment in found]


def _deployed(client: SyncPrefectClient, deployment: DeploymentResponse) -> Deployed:
    runs = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=_PAGE_SIZE,
    )
    times = [run.next_scheduled_start_time for run in runs if run.auto_scheduled and run.next_scheduled_start_time]
    active = 0 if deployment.paused else sum(schedule.active for schedule in deployment.schedules)
    return Deployed(deployment.name, active, min(times, default=None))


def find_discrepancies(wanted: Sequence[PlannedDeployment], existing: Sequence[Deployed]) -> list[str]:
    """Describe each difference from prefect.yaml: missing deployments, missing schedules, schedules without runs."""
    by_name = {deployment.name: deployment for deployment in existing}
    discrepancies = []
    for planned in wanted:
        deployed = by_name.get(planned.name)
        if deployed is None:
            discrepancies.append(f"{planned.name} is not deployed")
        elif deployed.active_schedules < planned.active_schedules:
            discrepancies.append(
                f"{planned.name} has {deployed.active_schedules} active schedules, not {planned.active_schedules}"
            )
        elif deployed.active_schedules and deployed.next_run is None:
            discrepancies.append(f"{planned.name} has a schedule, but no run is scheduled")
    return discrepancies

"""What is deployed: prefect.yaml, the pool its runs wait in, and whether what is scheduled is really scheduled."""

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
_HOME = "{{ $HOOFBEATS_HOME }}"
POOL = "hoofbeats"
TAG = "hoofbeats"
_PAGE = 200


@dataclass(frozen=True)
class PlannedDeployment:
    """A deployment as prefect.yaml has it (`told`), with the steps that come before each of its runs."""

    told: dict[str, Any]
    pull_steps: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.told["name"])

    @property
    def schedules(self) -> list[DeploymentScheduleCreate]:
        """Its schedules; raises `ValueError` for a cron or a time zone there is not."""
        return [
            DeploymentScheduleCreate(
                schedule=CronSchedule(cron=one["cron"], timezone=one["timezone"]), active=one.get("active", True),
                parameters=one.get("parameters", {}), slug=one["slug"],
            )
            for one in self.told.get("schedules") or ()
        ]  # fmt: skip

    @property
    def active_schedules(self) -> int:
        """How many of its schedules are active."""
        return sum(schedule.active for schedule in self.schedules)

    @property
    def flow(self) -> Flow[..., Any]:
        """The flow its entrypoint names; raises `ServingError` where there is none."""
        path, _, name = str(self.told["entrypoint"]).partition(":")
        module = import_module(path.removesuffix(".py").replace("/", "."))
        found = getattr(module, name, None)
        if not isinstance(found, Flow):
            raise ServingError(f"deployment {self.name}: there is no flow {path}:{name}", "see its entrypoint")
        return found


@dataclass(frozen=True)
class Deployed:
    """A deployment as the server has it, and when it runs next; None where no run is scheduled."""

    name: str
    active_schedules: int
    next_run: dt.datetime | None


def declared_deployments(prefect_file: Path) -> list[PlannedDeployment]:
    """The deployments of a prefect.yaml; raises `ServingError` where there is none."""
    try:
        text = prefect_file.read_text(encoding="utf-8")
    except OSError as error:
        raise ServingError(
            f"{prefect_file}: {error.strerror}", "run it from a checkout of Hoofbeats, or name one with --deployments"
        ) from error
    told = yaml.safe_load(text.replace(_HOME, str(PROJECT)))
    return [PlannedDeployment(one, told["pull"]) for one in told["deployments"]]


def deploy(client: SyncPrefectClient, plan: PlannedDeployment) -> UUID:
    """Create a deployment, or bring it up to date with its schedules; one that was paused stays so.

    By the client, not by `prefect deploy`, which in Prefect 3.8.8 ends after the first deployment of a work pool (the
    server answers 422 to the workers it asks for).
    """
    limit = plan.told.get("concurrency_limit") or {}
    strategy = limit.get("collision_strategy")
    return client.create_deployment(
        flow_id=client.create_flow_from_name(plan.flow.name),
        name=plan.name,
        description=plan.told.get("description"),
        entrypoint=plan.told["entrypoint"],
        parameters=plan.told.get("parameters") or {},
        tags=plan.told.get("tags"),
        schedules=plan.schedules,
        concurrency_limit=limit.get("limit"),
        concurrency_options=ConcurrencyOptions(collision_strategy=strategy) if strategy else None,
        work_pool_name=plan.told["work_pool"]["name"],
        pull_steps=plan.pull_steps,
        parameter_openapi_schema=parameter_schema(plan.flow).model_dump(),
        enforce_parameter_schema=True,
    )


def ensure_pool(client: SyncPrefectClient) -> bool:
    """Create the work pool; False where it was there."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
        return True
    return False


def list_deployed(client: SyncPrefectClient) -> list[Deployed]:
    """The deployments of Hoofbeats on a server, by name."""
    filter_ = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    found: list[DeploymentResponse] = []
    by_name = DeploymentSort.NAME_ASC
    while page := client.read_deployments(deployment_filter=filter_, sort=by_name, limit=_PAGE, offset=len(found)):
        found += page
    return [_deployed(client, one) for one in found]


def _deployed(client: SyncPrefectClient, deployment: DeploymentResponse) -> Deployed:
    runs = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=_PAGE,
    )
    times = [run.next_scheduled_start_time for run in runs if run.auto_scheduled and run.next_scheduled_start_time]
    active = 0 if deployment.paused else sum(schedule.active for schedule in deployment.schedules)
    return Deployed(deployment.name, active, min(times, default=None))


def find_discrepancies(wanted: Sequence[PlannedDeployment], there: Sequence[Deployed]) -> list[str]:
    """What is not as it should be: deployments that are not there, schedules that fell away, runs that do not exist."""
    by_name = {one.name: one for one in there}
    told = []
    for one in wanted:
        found = by_name.get(one.name)
        if found is None:
            told.append(f"{one.name} is not deployed")
        elif found.active_schedules < one.active_schedules:
            told.append(f"{one.name} has {found.active_schedules} active schedules, not {one.active_schedules}")
        elif found.active_schedules and found.next_run is None:
            told.append(f"{one.name} has a schedule, but no run is scheduled")
    return told

"""`hoofbeats doctor`: check everything that unattended runs need, the Prefect server included."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from prefect import __version__ as prefect_version
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

from flows.errors import ServingError
from flows.operations import automations, checks
from flows.operations.checks import Finding, fault, ok, warning
from flows.operations.deployments import POOL, declared_deployments, find_discrepancies, list_deployed
from flows.operations.serving import is_healthy, server_client, server_url
from flows.settings import Settings

_UP = "run `hoofbeats up`, which starts what is missing"


def examine(settings: Settings, prefect_file: Path, address: tuple[str, int]) -> list[Finding]:
    """Return all findings; `address` is host and port of the server to check if Prefect is not configured for one."""
    now = dt.datetime.now(dt.UTC)
    return [
        checks.email(settings),
        *checks.key_and_clock(settings, now),
        checks.disk_space(settings),
        checks.versions(),
        *checks.lake(settings, now),
        *_server(server_url(*address), prefect_file),
    ]


def _server(url: str, prefect_file: Path) -> Sequence[Finding]:
    if not is_healthy(url):
        return [fault("server", f"no Prefect server at {url}", _UP)]
    with server_client(url) as client:
        server_version = client.api_version()
        same = ok("server", f"{url}, Prefect {server_version}")
        server = same if server_version == prefect_version else _other_version(url, server_version)
        return [server, _pool(client), _schedules(client, prefect_file), _automations(client)]


def _other_version(url: str, server_version: str) -> Finding:
    found = f"{url} is Prefect {server_version}, this is {prefect_version}"
    return warning("server", found, "install the same version on both sides")


def _pool(client: SyncPrefectClient) -> Finding:
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        return fault("pool", f"there is no work pool {POOL!r}", _UP)
    if pool.is_paused:
        return fault("pool", f"{POOL} is paused: no run starts", f"run `prefect work-pool resume {POOL}`")
    workers = client.read_workers_for_work_pool(POOL, offset=0, limit=200)
    online = [worker.name for worker in workers if worker.status == "ONLINE"]
    if online:
        return ok("pool", f"{POOL}, workers {', '.join(online)}")
    return fault("pool", f"{POOL} has no worker: no run starts", f"{_UP}; or `prefect worker start --pool {POOL}`")


def _schedules(client: SyncPrefectClient, prefect_file: Path) -> Finding:
    try:
        wanted = declared_deployments(prefect_file)
        deployments = list_deployed(client)
    except ServingError as error:
        return fault("schedules", str(error), error.hint)
    discrepancies = find_discrepancies(wanted, deployments)
    if discrepancies:
        mend = "run `hoofbeats up --deploy-only`; if still no run is scheduled, see the check of versions"
        return fault("schedules", "; ".join(discrepancies), mend)
    late = [
        deployment.name
        for deployment in deployments
        if deployment.next_run and deployment.next_run < dt.datetime.now(dt.UTC) - checks.LATE_AFTER
    ]
    if late:
        return warning("schedules", f"late: {', '.join(late)}", "check the worker, and runs that have not ended")
    others = sorted({deployment.name for deployment in deployments} - {deployment.name for deployment in wanted})
    if others:
        found = f"deployed, but no longer in {prefect_file.name}: {', '.join(others)}"
        return warning("schedules", found, "remove them with `prefect deployment delete`")
    times = sorted(deployment.next_run for deployment in deployments if deployment.next_run)
    following = f"the next run {times[0]:%Y-%m-%d %H:%M} UTC" if times else "no schedules"
    return ok("schedules", f"{len(deployments)} deployments, {following}")


def _automations(client: SyncPrefectClient) -> Finding:
    names = [automation.name for automation in automations.declared_automations()]
    enabled = [
        name for name in names if any(automation.enabled for automation in client.read_automations_by_name(name))
    ]
    if enabled == names:
        return ok("automations", f"{len(names)} in force")
    missing = ", ".join(name for name in names if name not in enabled)
    return fault("automations", f"missing or disabled: {missing}", "run `hoofbeats up --deploy-only`")

"""`hoofbeats doctor`: is everything there that unattended runs need; with what Prefect's server says."""

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

_UP = "`hoofbeats up` starts what is missing"


def examine(settings: Settings, prefect_file: Path, place: tuple[str, int]) -> list[Finding]:
    """All findings; `place`: host and port of a server, where Prefect is not configured for one."""
    now = dt.datetime.now(dt.UTC)
    return [
        checks.email(settings),
        *checks.key_and_clock(settings, now),
        checks.disk_space(settings),
        checks.versions(),
        *checks.lake(settings, now),
        *_server(server_url(*place), prefect_file),
    ]


def _server(url: str, prefect_file: Path) -> Sequence[Finding]:
    if not is_healthy(url):
        return [fault("server", f"no Prefect server at {url}", _UP)]
    with server_client(url) as client:
        there = client.api_version()
        same = ok("server", f"{url}, Prefect {there}")
        found = [same if there == prefect_version else _other_version(url, there)]
        return [*found, _pool(client), _schedules(client, prefect_file), _automations(client)]


def _other_version(url: str, there: str) -> Finding:
    told = f"{url} is Prefect {there}, this is {prefect_version}"
    return warning("server", told, "install the same version on both sides")


def _pool(client: SyncPrefectClient) -> Finding:
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        return fault("pool", f"there is no work pool {POOL!r}", _UP)
    if pool.is_paused:
        return fault("pool", f"{POOL} is paused: no run begins", f"`prefect work-pool resume {POOL}`")
    workers = client.read_workers_for_work_pool(POOL, offset=0, limit=200)
    online = [worker.name for worker in workers if worker.status == "ONLINE"]
    if online:
        return ok("pool", f"{POOL}, workers {', '.join(online)}")
    return fault("pool", f"{POOL} has no worker: no run begins", f"{_UP}; or `prefect worker start --pool {POOL}`")


def _schedules(client: SyncPrefectClient, prefect_file: Path) -> Finding:
    try:
        wanted = declared_deployments(prefect_file)
        there = list_deployed(client)
    except ServingError as error:
        return fault("schedules", str(error), error.hint)
    lacking = find_discrepancies(wanted, there)
    if lacking:
        mend = "`hoofbeats up --deploy-only`; if no run comes to be scheduled, see versions"
        return fault("schedules", "; ".join(lacking), mend)
    late = [one.name for one in there if one.next_run and one.next_run < dt.datetime.now(dt.UTC) - checks.LATE]
    if late:
        return warning("schedules", f"late: {', '.join(late)}", "see the worker, and runs that hold their places")
    others = sorted({one.name for one in there} - {one.name for one in wanted})
    if others:
        told = f"deployed, but no longer in {prefect_file.name}: {', '.join(others)}"
        return warning("schedules", told, "`prefect deployment delete` removes them")
    times = sorted(one.next_run for one in there if one.next_run)
    following = f"the next run {times[0]:%Y-%m-%d %H:%M} UTC" if times else "none with a schedule"
    return ok("schedules", f"{len(there)} deployments, {following}")


def _automations(client: SyncPrefectClient) -> Finding:
    names = [one.name for one in automations.declared_automations()]
    enabled = [name for name in names if any(one.enabled for one in client.read_automations_by_name(name))]
    if enabled == names:
        return ok("automations", f"{len(names)} in force")
    lacking = ", ".join(name for name in names if name not in enabled)
    return fault("automations", f"missing or disabled: {lacking}", "`hoofbeats up --deploy-only`")

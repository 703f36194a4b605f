"""`hoofbeats up`: a server (found or started), the pool, all deployments and automations, and a worker; until stopped.

What was started here is stopped here, whatever happens in between; a server that was found is left alone.
"""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from httpx import HTTPError
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, get_current_settings, temporary_settings

from flows import terminal as show
from flows.errors import ServingError
from flows.operations import automations, checks
from flows.operations.deployments import (
    POOL,
    PROJECT,
    Deployed,
    declared_deployments,
    deploy,
    ensure_pool,
    find_discrepancies,
    list_deployed,
)
from flows.operations.processes import Child, environment, executable, start, stop
from flows.settings import Settings

SERVER_WITHIN_S = 180.0
SCHEDULED_WITHIN_S = 120.0
WORKER_WITHIN_S = 120.0

SERVER_ENVIRONMENT = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}
RUN_ENVIRONMENT = {
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(automations.HEARTBEAT_S),
}
"""What runs inherit from their worker: logs for Prefect's UI, and heartbeats, or nobody would see that one died."""


@dataclass(frozen=True)
class ServeOptions:
    """How to serve: where a server is started if none is found, what is deployed; `deploy_only`: and no worker."""

    host: str = "127.0.0.1"
    port: int = 4200
    prefect_file: Path = PROJECT / "prefect.yaml"
    deploy_only: bool = False


class Stopped(Exception):
    """The operator wants it to end."""


class StopSignal:
    """SIGINT, SIGTERM and SIGHUP, as a reason to end at the next chance."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def __enter__(self) -> "StopSignal":
        self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, seconds: float) -> None:
        """Let some time pass; raises `Stopped`."""
        if self._asked.wait(seconds):
            raise Stopped

    def wait_for(self, condition: Callable[[], bool], within_s: float, child: Child | None = None) -> bool:
        """Whether a condition comes true in time; raises `Stopped`, and `ServingError` where `child` ends before."""
        for _ in range(round(within_s * 2)):
            if condition():
                return True
            _check_running(child)
            self.wait(0.5)
        return False

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._asked.set()


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(settings: Settings, how: ServeOptions) -> None:
    """Serve until stopped. Raises `ServingError` where something does not come up, or does not stay."""
    with StopSignal() as stopping, contextlib.ExitStack() as started, contextlib.suppress(Stopped):
        url, server = _ensure_server(how, started, stopping)
        with server_client(url) as client:
            _deploy(client, settings, how, stopping)
        if how.deploy_only:
            return
        worker = start(
            "worker", [executable("prefect"), "worker", "start", "--pool", POOL, "--name", _worker_name()],
            environment(**RUN_ENVIRONMENT, **settings.as_environment(), PREFECT_API_URL=url),
        )  # fmt: skip
        started.callback(stop, worker, descendants_first=True)
        with server_client(url) as client:
            if not stopping.wait_for(lambda: _worker_is_online(client), WORKER_WITHIN_S, worker):
                raise ServingError("the worker does not report to the server", "see what it said above")
            _tell(client, url)
        _warn(settings)
        while True:
            _check_running(worker)
            _check_running(server)
            stopping.wait(0.5)


def is_healthy(url: str) -> bool:
    """Whether a Prefect server answers at an API address."""
    with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
        try:
            return bool(client.api_version())
        except Exception:  # noqa: BLE001 - whatever else answers there, or nothing: it is no Prefect server
            return False


def server_url(host: str, port: int) -> str:
    """The API address Prefect is configured for (PREFECT_API_URL, its profile), else where one is started."""
    return get_current_settings().api.url or f"http://{host}:{port}/api"


@contextlib.contextmanager
def server_client(url: str) -> Iterator[SyncPrefectClient]:
    """A client of a server; what goes wrong with it is raised as `ServingError`."""
    try:
        with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
            yield client
    except HTTPError as error:
        raise ServingError(f"Prefect's server does not answer as it should: {error}", "see what it said") from error


def _ensure_server(how: ServeOptions, started: contextlib.ExitStack, stopping: StopSignal) -> tuple[str, Child | None]:
    """The address of a server that answers; and the server, if it had to be started."""
    url = server_url(how.host, how.port)
    if is_healthy(url):
        show.note(f"Prefect's server is there already: {url}")
        return url, None
    if get_current_settings().api.url:
        raise ServingError(f"Prefect's server does not answer: {url}", "start it, or unset PREFECT_API_URL")
    show.note(f"starting Prefect's server at {url} ...")
    command = [executable("prefect"), "server", "start", "--host", how.host, "--port", str(how.port)]
    server = start("server", command, environment(**SERVER_ENVIRONMENT, PREFECT_API_URL=url))
    started.callback(stop, server)
    if not stopping.wait_for(lambda: is_healthy(url), SERVER_WITHIN_S, server):
        raise ServingError(f"Prefect's server did not come up within {SERVER_WITHIN_S:.0f} seconds", "see above")
    return url, server


def _deploy(client: SyncPrefectClient, settings: Settings, how: ServeOptions, stopping: StopSignal) -> None:
    """Pool, automations and deployments; raises `ServingError` where scheduled runs do not exist in the end."""
    wanted = declared_deployments(how.prefect_file)
    ensure_pool(client)
    automations.deploy_automations(client, settings.operator_blocks.split())
    show.note(f"deploying {len(wanted)} deployments of {how.prefect_file} ...")
    for one in wanted:
        deploy(client, one)
    stopping.wait_for(lambda: not find_discrepancies(wanted, list_deployed(client)), SCHEDULED_WITHIN_S)
    lacking = find_discrepancies(wanted, list_deployed(client))
    if lacking:
        raise ServingError(
            f"not everything is deployed: {'; '.join(lacking)}",
            "where no run is scheduled, Prefect's scheduler fails: `hoofbeats doctor` checks the versions it needs",
        )


def _tell(client: SyncPrefectClient, url: str) -> None:
    show.as_table([_row(one) for one in list_deployed(client)], ["deployment", "next run"])
    show.lines("", f"Prefect's UI: {url.removesuffix('/api')}", "Ctrl-C stops what was started here.")


def _warn(settings: Settings) -> None:
    """Say at once what runs would fail for: no email, no vocabulary, a damaged lake."""
    for finding in (checks.email(settings), *checks.lake(settings, datetime.now(UTC))):
        if finding.state is checks.State.FAULT:
            show.note(f"{finding.check}: {finding.found}; {finding.mend}")


def _row(one: Deployed) -> dict[str, object]:
    if one.next_run is None:
        return {"deployment": one.name, "next run": "when asked for"}
    minutes = max(0, round((one.next_run - datetime.now(UTC)).total_seconds() / 60))
    return {
        "deployment": one.name,
        "next run": f"{one.next_run:%Y-%m-%d %H:%M} UTC, in {minutes // 60} h {minutes % 60} min",
    }


def _worker_name() -> str:
    return f"hoofbeats-{socket.gethostname()}"


def _worker_is_online(client: SyncPrefectClient) -> bool:
    workers = client.read_workers_for_work_pool(POOL, offset=0, limit=200)
    return any(worker.name == _worker_name() and worker.status == "ONLINE" for worker in workers)


def _check_running(child: Child | None) -> None:
    if child and child.exit_code is not None:
        raise ServingError(
            f"the {child.name} ended by itself, with exit code {child.exit_code}", "see what it said above"
        )

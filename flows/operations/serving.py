"""`hoofbeats up`: run a Prefect server, the work pool, all deployments and automations, and a worker, until stopped.

Every process started here is stopped here, whatever happens in between; a server that was running already is left
alone.
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

from flows import terminal
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

SERVER_TIMEOUT_S = 180.0
SCHEDULE_TIMEOUT_S = 120.0
WORKER_TIMEOUT_S = 120.0

NO_PROMPT = {"PREFECT_CLI_PROMPT": "false"}
"""Keeps Prefect's commands from asking questions: their output is a terminal, but nobody can answer them there."""
SERVER_ENVIRONMENT = {
    **NO_PROMPT,
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
}
RUN_ENVIRONMENT = {
    **NO_PROMPT,
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(automations.HEARTBEAT_S),
}
"""Environment that runs inherit from their worker: logs for Prefect's UI, and heartbeats to detect a crash."""


@dataclass(frozen=True)
class ServeOptions:
    """Options of `hoofbeats up`.

    `host` and `port` are for a server to start if none is running; `deploy_only` deploys and starts no worker.
    """

    host: str = "127.0.0.1"
    port: int = 4200
    prefect_file: Path = PROJECT / "prefect.yaml"
    deploy_only: bool = False


class Stopped(Exception):
    """The operator asked the command to stop."""


class StopSignal:
    """Context manager that turns SIGINT, SIGTERM and SIGHUP into `Stopped`, raised by the next wait."""

    def __init__(self) -> None:
        self._requested = threading.Event()

    def __enter__(self) -> "StopSignal":
        self._previous_handlers = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def wait(self, seconds: float) -> None:
        """Wait; raises `Stopped` if a signal arrived."""
        if self._requested.wait(seconds):
            raise Stopped

    def wait_for(self, condition: Callable[[], bool], timeout_s: float, child: Child | None = None) -> bool:
        """Poll a condition; return whether it became true in time.

        Raises `Stopped` on a signal, and `ServingError` if `child` ends meanwhile.
        """
        for _ in range(round(timeout_s * 2)):
            if condition():
                return True
            _check_running(child)
            self.wait(0.5)
        return False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._requested.set()


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(settings: Settings, options: ServeOptions) -> None:
    """Serve until stopped. Raises `ServingError` if a part does not start, or ends by itself."""
    with StopSignal() as stopping, contextlib.ExitStack() as started, contextlib.suppress(Stopped):
        url, server = _ensure_server(options, started, stopping)
        with server_client(url) as client:
            _deploy(client, settings, options, stopping)
        if options.deploy_only:
            return
        worker = start(
            "worker", [executable("prefect"), "worker", "start", "--pool", POOL, "--name", _worker_name()],
            environment(**RUN_ENVIRONMENT, **settings.as_environment(), PREFECT_API_URL=url),
        )  # fmt: skip
        # Callbacks run in reverse order: the worker is stopped before the server it reports to.
        started.callback(stop, worker, descendants_first=True)
        with server_client(url) as client:
            if not stopping.wait_for(lambda: _worker_is_online(client), WORKER_TIMEOUT_S, worker):
                raise ServingError("the worker did not connect to the server", "see its output above")
            _print_schedule(client, url)
        _print_faults(settings)
        while True:
            _check_running(worker)
            _check_running(server)
            stopping.wait(0.5)


def is_healthy(url: str) -> bool:
    """Return whether a Prefect server responds at an API URL."""
    with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
        try:
            return bool(client.api_version())
        except Exception:  # noqa: BLE001 - any other response, or none: not a Prefect server
            return False


def server_url(host: str, port: int) -> str:
    """Return the API URL Prefect is configured for (PREFECT_API_URL or a profile), otherwise that of host and port."""
    return get_current_settings().api.url or f"http://{host}:{port}/api"


@contextlib.contextmanager
def server_client(url: str) -> Iterator[SyncPrefectClient]:
    """Yield a client of a server; its HTTP errors are raised as `ServingError`."""
    try:
        with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
            yield client
    except HTTPError as error:
        raise ServingError(f"a request to the Prefect server failed: {error}", "see its output") from error


def _ensure_server(
    options: ServeOptions, started: contextlib.ExitStack, stopping: StopSignal
) -> tuple[str, Child | None]:
    """Return the API URL of a running server, and the server itself if it was started here."""
    url = server_url(options.host, options.port)
    if is_healthy(url):
        terminal.note(f"using the running Prefect server: {url}")
        return url, None
    if get_current_settings().api.url:
        raise ServingError(f"the Prefect server does not respond: {url}", "start it, or unset PREFECT_API_URL")
    terminal.note(f"starting a Prefect server at {url} ...")
    command = [executable("prefect"), "server", "start", "--host", options.host, "--port", str(options.port)]
    server = start("server", command, environment(**SERVER_ENVIRONMENT, PREFECT_API_URL=url))
    started.callback(stop, server)
    if not stopping.wait_for(lambda: is_healthy(url), SERVER_TIMEOUT_S, server):
        raise ServingError(
            f"the Prefect server did not start within {SERVER_TIMEOUT_S:.0f} seconds", "see its output above"
        )
    return url, server


def _deploy(client: SyncPrefectClient, settings: Settings, options: ServeOptions, stopping: StopSignal) -> None:
    """Create pool, automations and deployments; raises `ServingError` if their runs are not scheduled in time."""
    wanted = declared_deployments(options.prefect_file)
    ensure_pool(client)
    automations.deploy_automations(client, settings.operator_blocks.split())
    terminal.note(f"deploying {len(wanted)} deployments of {options.prefect_file} ...")
    for planned in wanted:
        deploy(client, planned)
    stopping.wait_for(lambda: not find_discrepancies(wanted, list_deployed(client)), SCHEDULE_TIMEOUT_S)
    discrepancies = find_discrepancies(wanted, list_deployed(client))
    if discrepancies:
        raise ServingError(
            f"the deployment is incomplete: {'; '.join(discrepancies)}",
            "if no run is scheduled, Prefect's scheduler fails: `hoofbeats doctor` checks the versions it needs",
        )


def _print_schedule(client: SyncPrefectClient, url: str) -> None:
    terminal.as_table([_row(deployment) for deployment in list_deployed(client)], ["deployment", "next run"])
    terminal.lines("", f"Prefect's UI: {url.removesuffix('/api')}", "Ctrl-C stops what was started here.")


def _print_faults(settings: Settings) -> None:
    """Print the faults that runs would fail for later: no e-mail, no vocabulary, a damaged lake."""
    for finding in (checks.email(settings), *checks.lake(settings, datetime.now(UTC))):
        if finding.state is checks.State.FAULT:
            terminal.note(f"{finding.check}: {finding.found}; {finding.mend}")


def _row(deployment: Deployed) -> dict[str, object]:
    if deployment.next_run is None:
        return {"deployment": deployment.name, "next run": "on request"}
    minutes = max(0, round((deployment.next_run - datetime.now(UTC)).total_seconds() / 60))
    return {
        "deployment": deployment.name,
        "next run": f"{deployment.next_run:%Y-%m-%d %H:%M} UTC, in {minutes // 60} h {minutes % 60} min",
    }


def _worker_name() -> str:
    return f"hoofbeats-{socket.gethostname()}"


def _worker_is_online(client: SyncPrefectClient) -> bool:
    workers = client.read_workers_for_work_pool(POOL, offset=0, limit=200)
    return any(worker.name == _worker_name() and worker.status == "ONLINE" for worker in workers)


def _check_running(child: Child | None) -> None:
    if child and child.exit_code is not None:
        raise ServingError(f"the {child.name} ended by itself with exit code {child.exit_code}", "see its output above")

"""Verbs for running Hoofbeats unattended: up, doctor."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from flows.cli.options import JsonOption, LakeOption, settings_for
from flows.errors import ServingError
from flows.quiet_prefect import leave_failures_to_the_verb, quieten_prefect

app = typer.Typer()
_HostOption = Annotated[str, typer.Option(help="Where the server listens, if none is configured.")]
_PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Its port.")]
_DeploymentsOption = Annotated[
    Path | None, typer.Option(help="Another prefect.yaml than the project's.", exists=True, dir_okay=False)
]


@app.command(epilog="Example: hoofbeats up --lake /data/lake")
def up(
    host: _HostOption = "127.0.0.1",
    port: _PortOption = 4200,
    deployments: _DeploymentsOption = None,
    deploy_only: Annotated[
        bool, typer.Option("--deploy-only", help="Deploy, check the schedules, and end: workers run elsewhere.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Run everything: find or start Prefect's server, deploy, check the schedules, start a worker; until Ctrl-C.

    A server that PREFECT_API_URL or Prefect's profile names is used; one is started only where none is named.
    """
    quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.serving import ServeOptions
    from flows.operations.serving import up as serve

    prefect_file = (deployments or PROJECT / "prefect.yaml").resolve()
    serve(settings_for(lake), ServeOptions(host, port, prefect_file=prefect_file, deploy_only=deploy_only))


@app.command(epilog="Example: hoofbeats doctor --json")
def doctor(
    host: _HostOption = "127.0.0.1",
    port: _PortOption = 4200,
    deployments: _DeploymentsOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check key, email, clock, disk, versions, lake, server, pool, schedules; say how to mend what is wrong.

    Exit code 1 where something does not work; warnings are no failure.
    """
    leave_failures_to_the_verb()
    quieten_prefect()
    from flows.operations.deployments import PROJECT
    from flows.operations.doctor import examine

    findings = examine(settings_for(lake), (deployments or PROJECT / "prefect.yaml").resolve(), (host, port))
    rows = [asdict(finding) for finding in findings]
    terminal.as_json(rows) if as_json else terminal.as_table(rows, ["check", "state", "found", "mend"])
    faults = [row["check"] for row in rows if row["state"] == "fault"]
    if faults:
        raise ServingError(f"{len(faults)} things do not work: {', '.join(faults)}", "the list says how to mend them")

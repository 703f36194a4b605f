"""Verbs for running Hoofbeats unattended: up, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import JsonOption, LakeOption, settings_for

app = typer.Typer()
HostOption = Annotated[str, typer.Option(help="Where the server listens, if none is configured.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Its port.")]
DeploymentsOption = Annotated[
    Path | None, typer.Option(help="Another prefect.yaml than the project's.", exists=True, dir_okay=False)
]


@app.command(epilog="Example: hoofbeats up --lake /data/lake")
def up(
    host: HostOption = "127.0.0.1",
    port: PortOption = 4200,
    deployments: DeploymentsOption = None,
    deploy_only: Annotated[
        bool, typer.Option("--deploy-only", help="Deploy and check what is scheduled, and end: workers run elsewhere.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Run everything: find or start Prefect's server, deploy, check the schedules, start a worker; until Ctrl-C.

    A server that PREFECT_API_URL or Prefect's profile names is used; one is started only where none is named.
    """
    from flows.cli.run import run_up

    run_up(settings_for(lake), (host, port), deployments, only_deploy=deploy_only)


@app.command(epilog="Example: hoofbeats doctor --json")
def doctor(
    host: HostOption = "127.0.0.1",
    port: PortOption = 4200,
    deployments: DeploymentsOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check key, email, clock, disk, versions, lake, server, pool, schedules; say how to mend what is wrong.

    Exit code 1 where something does not work; warnings are no failure.
    """
    from flows.cli.run import run_doctor

    run_doctor(settings_for(lake), (host, port), deployments, as_json=as_json)

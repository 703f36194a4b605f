"""Verbs for running Hoofbeats unattended: up, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from flows.options import LakeOption, settings_for

app = typer.Typer()


@app.command(epilog="Example: hoofbeats up --lake /data/lake")
def up(
    host: Annotated[str, typer.Option(help="Where the server listens, if one is started.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its port.")] = 4200,
    deployments: Annotated[
        Path | None, typer.Option(help="Another prefect.yaml than the project's.", exists=True, dir_okay=False)
    ] = None,
    deploy_only: Annotated[
        bool, typer.Option("--deploy-only", help="Deploy and check what is scheduled, and end: workers run elsewhere.")
    ] = False,
    lake: LakeOption = None,
) -> None:
    """Run everything: find or start Prefect's server, deploy, check the schedules, start a worker; until Ctrl-C.

    A server that PREFECT_API_URL or Prefect's profile names is used; one is started only where none is named.
    """
    from flows.commands import run_up

    run_up(settings_for(lake), (host, port), deployments, only_deploy=deploy_only)

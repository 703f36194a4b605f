"""Names of flow runs in Prefect's lists: what a run works on, instead of two random words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect.runtime import flow_run

from flows.settings import Settings

_LONGEST_FILE_NAME = 80


def current_run_name() -> str:
    """Return the name for the flow run that is starting, from its flow and parameters; given to Prefect's `@flow`."""
    return run_name(str(flow_run.flow_name), flow_run.parameters)


def run_name(flow: str, parameters: Mapping[str, Any]) -> str:
    """Return the name of a run.

    "ingest a.xml.gz and 24 more", "collect pubmed_api, 2026-11-01 to 2026-11-07", "maintain my-lake"
    """
    if files := parameters.get("files"):
        first, *more = (Path(file).name for file in files)
        return f"{flow} {first[:_LONGEST_FILE_NAME]}" + (f" and {len(more):,} more" if more else "")
    if source := parameters.get("source"):
        since, until = parameters.get("since"), parameters.get("until")
        days = f"{since or 'latest'} to {until or 'today'}" if since or until else "latest"
        estimate = "estimate of " if parameters.get("dry_run") else ""
        return f"{estimate}{flow} {getattr(source, 'value', source)}, {days}"
    return f"{flow} {Path(parameters.get('lake') or Settings().lake).resolve().name}"

"""Artifacts of a run in Prefect's UI: its progress, a table of its windows, the reconciliation of its records."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.reporting.reconciliation import Reconciliation, escape_markdown

_COLUMNS = ("window_name", "state", "expected", "received", "kept", "unchanged", "superseded", "duplicates", "rejected")
_MAX_ROWS = 500
"""Rows of a table artifact; the failed windows come first, so that they are never cut off."""


class ProgressArtifact:
    """A progress bar of a run in Prefect's UI; `total` is the number of parts."""

    def __init__(self, key: str, total: int) -> None:
        self._total = max(total, 1)
        self._id = _artifact_id(create_progress_artifact(0.0, f"{key}-progress", f"{total:,} to do"))

    def update(self, done: int) -> None:
        """Show `done` parts as done."""
        update_progress_artifact(self._id, progress=min(100.0, 100.0 * done / self._total))


def publish_windows(key: str, title: str, rows: Sequence[Mapping[str, Any]], remarks: Sequence[str] = ()) -> None:
    """Publish a table of windows (rows of table `windows`) and the reconciliation of their records.

    Raises `AssertionError` if the sums do not match: a defect of this program, never a fault of a source.
    """
    failed_first = sorted(rows, key=lambda row: row["state"] != "failed")[:_MAX_ROWS]
    table = [
        {**{name: row[name] for name in _COLUMNS}, "reason": " ".join((row["reason"] or "").split())}
        for row in failed_first
    ]
    if table:
        create_table_artifact(table, f"{key}-windows", f"{title}: {len(rows):,} windows")
    reconciliation = Reconciliation.from_rows(rows)
    lines = [f"# {title}", "", f"{reconciliation.windows:,} windows.", "", reconciliation.markdown()]
    create_markdown_artifact(
        "\n".join([*lines, "", *(f"- {escape_markdown(remark)}" for remark in remarks)]), f"{key}-records"
    )
    if reconciliation.faults:
        raise AssertionError(f"records in do not equal records accounted for: {'; '.join(reconciliation.faults)}")


def publish_remarks(key: str, title: str, remarks: Sequence[str]) -> None:
    """Publish a list of remarks."""
    create_markdown_artifact(
        "\n".join([f"# {title}", "", *(f"- {escape_markdown(remark)}" for remark in remarks)]), key
    )


def artifact_key(name: str) -> str:
    """Return a name in the form of an artifact key, which allows no underscores."""
    return name.replace("_", "-")


def _artifact_id(artifact: object) -> UUID:
    """Return the id of a created artifact.

    In a running event loop Prefect's functions return a coroutine instead; the flows of Hoofbeats are synchronous.
    """
    if not isinstance(artifact, UUID):
        raise TypeError(f"an artifact's id is expected, not {type(artifact).__name__}")
    return artifact

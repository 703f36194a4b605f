"""What a run leaves in Prefect's UI: its progress, a table of its windows, and the reconciliation of its records."""

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
_SHOWN = 500
"""Rows of a table artifact; a run of more windows shows those that failed, then the first."""


class ProgressArtifact:
    """A progress bar of a run, in parts done of all."""

    def __init__(self, key: str, total: int) -> None:
        self._total = max(total, 1)
        self._id = _created(create_progress_artifact(0.0, f"{key}-progress", f"{total:,} to do"))

    def update(self, done: int) -> None:
        """Show so many parts as done."""
        update_progress_artifact(self._id, progress=min(100.0, 100.0 * done / self._total))


def publish_windows(key: str, title: str, rows: Sequence[Mapping[str, Any]], remarks: Sequence[str] = ()) -> None:
    """Leave a table of windows (rows of table `windows`) and the reconciliation of their records.

    Raises `AssertionError` where the sums do not come out: a defect, never a fault of a source.
    """
    failed_first = sorted(rows, key=lambda row: row["state"] != "failed")[:_SHOWN]
    table = [
        {**{name: row[name] for name in _COLUMNS}, "reason": escape_markdown(row["reason"] or "")}
        for row in failed_first
    ]
    if table:
        create_table_artifact(table, f"{key}-windows", f"{title}: {len(rows):,} windows")
    sums = Reconciliation.from_rows(rows)
    told = [f"# {title}", "", f"{sums.windows:,} windows.", "", sums.markdown()]
    create_markdown_artifact(
        "\n".join([*told, "", *(f"- {escape_markdown(remark)}" for remark in remarks)]), f"{key}-records"
    )
    if sums.faults:
        raise AssertionError(f"records in do not equal records accounted for: {'; '.join(sums.faults)}")


def publish_remarks(key: str, title: str, remarks: Sequence[str]) -> None:
    """Leave a list."""
    create_markdown_artifact("\n".join([f"# {title}", "", *(f"- {escape_markdown(one)}" for one in remarks)]), key)


def artifact_key(name: str) -> str:
    """A name as Prefect's artifact keys allow it."""
    return name.replace("_", "-")


def _created(artifact: object) -> UUID:
    """Prefect's functions answer at once, or with a coroutine where a loop runs; flows of Hoofbeats run in none."""
    if not isinstance(artifact, UUID):
        raise TypeError(f"an artifact's id is expected, not {type(artifact).__name__}")
    return artifact

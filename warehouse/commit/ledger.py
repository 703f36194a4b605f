"""The ledger: what was asked of a source, what came of it, and where the payload lies (table `windows`)."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import pyarrow as pa

from warehouse.catalog.file import Version
from warehouse.catalog.publish import publish, read_version, recover
from warehouse.catalog.schema import WINDOWS
from warehouse.lake import Lake

LOADED_STATES = frozenset({"done", "damaged", "open", "failed"})
"""States of a window whose payload, if it has one, is loaded."""

FINISHED_STATES = frozenset({"done", "damaged"})
"""States of a window that need not be collected again."""


@dataclass(frozen=True)
class Window:
    """What is asked of a source at a time. `name` is the same whenever the same is asked; safe as a folder's name."""

    collector: str
    name: str
    what: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    query: str | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        """What makes it the same window again."""
        return self.collector, self.name, self.query


@dataclass(frozen=True)
class CollectedWindow:
    """What came of a window: its state (see table `windows`) and why; ids that were asked for and not returned."""

    window: Window
    state: str = "done"
    expected: int | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    collected_at: dt.datetime | None = None

    def columns(self) -> dict[str, Any]:
        """Its columns of table `windows`."""
        window = self.window
        return {
            "collector": window.collector,
            "window_name": window.name,
            "since": window.since,
            "until": window.until,
            "query": window.query,
            "expected": self.expected,
            "state": self.state,
            "reason": self.reason,
            "collected_at": self.collected_at,
        }

    def failed(self, reason: str) -> "CollectedWindow":
        """The same, failed."""
        return replace(self, state="failed", reason=reason)

    def to_json(self, **more: object) -> str:
        """As kept beside a payload, so that a rebuild knows it too."""
        return json.dumps({**asdict(self), **more}, default=str, indent=1)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` wrote; other keys are passed over."""
        since, until, at = told["window"]["since"], told["window"]["until"], told["collected_at"]
        window = Window(
            **{
                **told["window"],
                "since": dt.date.fromisoformat(since) if since else None,
                "until": dt.date.fromisoformat(until) if until else None,
            }
        )
        return cls(
            window, told["state"], told["expected"], told["reason"], tuple(told["missing"]),
            dt.datetime.fromisoformat(at) if at else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Payload:
    """A stored payload: source of its records, file name, digest and size of its bytes, path in the lake, window."""

    source: str
    name: str
    sha256: str
    bytes: int
    path: str
    collected: CollectedWindow | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same payload again."""
        return self.source, self.sha256

    @property
    def window(self) -> CollectedWindow:
        """What it was collected for; a file that was named is a window of its own."""
        return self.collected or CollectedWindow(Window("local_files", self.name))


def latest_windows(version: Version) -> dict[tuple[str, str, str | None], dict[str, Any]]:
    """The last row of every window that stands, by its key."""
    rows = version.table("windows").to_pylist()
    rows.sort(key=lambda row: row["batch"])
    return {(row["collector"], row["window_name"], row["query"]): row for row in rows if row["state"] in LOADED_STATES}


def finished_window_keys(version: Version, after: int = -1) -> set[tuple[str, str, str | None]]:
    """The windows that need not be collected again; of the batches after one, if told."""
    return {
        key for key, row in latest_windows(version).items() if row["state"] in FINISHED_STATES and row["batch"] > after
    }


def window_kind(window_name: str) -> str:
    """The first word of the name of a window of days: which dates of the records the days are."""
    return window_name.partition("-")[0]


def finished_days(version: Version, after: int = -1) -> dict[tuple[str, str, str | None], set[dt.date]]:
    """The days that finished windows cover, by collector, kind and query; of the batches after one, if told."""
    found: dict[tuple[str, str, str | None], set[dt.date]] = {}
    for row in latest_windows(version).values():
        if row["since"] and row["state"] in FINISHED_STATES and row["batch"] > after:
            days = found.setdefault((row["collector"], window_kind(row["window_name"]), row["query"]), set())
            days.update(row["since"] + dt.timedelta(days=at) for at in range((row["until"] - row["since"]).days + 1))
    return found


def collected_from(row: Mapping[str, Any]) -> CollectedWindow:
    """A row of `windows`, as what was collected."""
    window = Window(row["collector"], row["window_name"], None, row["since"], row["until"], row["query"])
    return CollectedWindow(window, row["state"], row["expected"], row["reason"], collected_at=row["collected_at"])


def record_windows(lake: Lake, collected: Iterable[tuple[CollectedWindow, Payload | None]]) -> list[dict[str, Any]]:
    """Commit windows that bring no records: they failed, held nothing, or a payload the lake has or does not read.

    Returns their rows of `windows`.
    """
    rows = [_row(one, payload) for one, payload in collected]
    if not rows:
        return []
    with lake.writing():
        recover(lake)
        version = read_version(lake)
        number = version.number + 1
        rows = [{**row, "batch": number} for row in rows]
        added = WINDOWS.from_rows(rows)
        told = hashlib.blake2b(repr((number, rows)).encode(), digest_size=16).hexdigest()
        batch = {"batch_id": told, "kind": "ledger", **dict.fromkeys(_COUNTS, 0)}
        publish(lake, version.successor(lake, batch, windows=pa.concat_tables([version.table("windows"), added])))
        return rows


def _row(collected: CollectedWindow, payload: Payload | None) -> dict[str, Any]:
    told = {**dict.fromkeys(_COUNTS, 0), "bytes": 0, **collected.columns()}
    if payload is None:
        return {**told, "source": collected.window.collector, "name": collected.window.name}
    kept = {"sha256": payload.sha256, "bytes": payload.bytes, "payload": payload.path}
    return {**told, **kept, "source": payload.source, "name": payload.name}


_COUNTS = ("received", "kept", "unchanged", "superseded", "duplicates", "rejected", "deletions")

"""The ledger (table `windows`): what was requested of a source, with what result, and where its payload is stored.

A window is one request to a source, e.g. the records that PubMed created on one day. Collecting it gives a state and
usually a payload. Windows whose payload is ingested get their row with that commit; `record_windows` commits others.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from warehouse.catalog.file import Version
from warehouse.catalog.publish import begin_commit, publish, read_version
from warehouse.catalog.schema import WINDOWS
from warehouse.lake import Lake

LOADED_STATES = frozenset({"done", "damaged", "open", "failed"})
"""States of a window whose payload, if it has one, is loaded: all but withdrawn."""

WEB_PAGES = "web_pages"
"""The collector of web pages."""

FINISHED_STATES = frozenset({"done", "damaged"})
"""States of a window that need not be collected again."""


@dataclass(frozen=True)
class Window:
    """One request to a source.

    `name`: equal for equal requests, and safe as the name of a folder. `what`: what the source is asked for, in its own
    terms. `since`, `until`: first and last day, for windows of days. `query`: in the source's own query language.
    """

    collector: str
    name: str
    what: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    query: str | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        """Collector, name and query: equal for two windows that request the same."""
        return self.collector, self.name, self.query


class DamagedEntryError(ValueError):
    """A ledger entry beside a payload is not as it was written."""


@dataclass(frozen=True)
class CollectedWindow:
    """The result of collecting a window.

    `state`, `reason`, `expected`: as in table `windows`. `missing`: ids that were requested and not returned.
    `charset`: the encoding of a web page by its HTTP header, which its payload does not have.
    """

    window: Window
    state: str = "done"
    expected: int | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()
    collected_at: dt.datetime | None = None
    charset: str | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of table `windows` that this fills."""
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
        """A copy in state 'failed', with this reason."""
        return replace(self, state="failed", reason=reason)

    def to_json(self, **more: object) -> str:
        """The JSON stored beside a payload, from which a rebuild restores the ledger; `more` adds keys.

        Its `digest` is that of the other keys, so that a damaged file is noticed.
        """
        record = json.loads(json.dumps({**asdict(self), **more}, default=str))
        return json.dumps({**record, "digest": _digest(record)}, indent=1)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of `windows`, which has no `what` and no `missing`."""
        window = Window(row["collector"], row["window_name"], None, row["since"], row["until"], row["query"])
        return cls(window, row["state"], row["expected"], row["reason"], collected_at=row["collected_at"])

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote, as parsed JSON; other keys are ignored.

        Raises `DamagedEntryError` where it is not as written; entries of earlier code have no digest.
        """
        if record.get("digest", _digest(record)) != _digest(record):
            raise DamagedEntryError("its content is not as written")
        since, until = record["window"]["since"], record["window"]["until"]
        collected_at = record["collected_at"]
        window = Window(
            **{
                **record["window"],
                "since": dt.date.fromisoformat(since) if since else None,
                "until": dt.date.fromisoformat(until) if until else None,
            }
        )
        return cls(
            window, record["state"], record["expected"], record["reason"], tuple(record["missing"]),
            dt.datetime.fromisoformat(collected_at) if collected_at else None, record.get("charset"),
        )  # fmt: skip


def _digest(record: Mapping[str, Any]) -> str:
    """SHA-256 of a ledger entry without its digest."""
    entry = {name: value for name, value in record.items() if name != "digest"}
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def sidecar_path(payload: Path) -> Path:
    """Return the path of the file that holds the ledger entry of a collected payload."""
    return payload.with_name(f"{payload.name}.json")


def sidecar_problem(payload: Path) -> str | None:
    """Why the ledger entry beside a payload cannot be read; None if it can, or if there is none."""
    try:
        CollectedWindow.from_json(json.loads(sidecar_path(payload).read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"the ledger entry of a payload, is damaged ({type(error).__name__}: {error})"
    return None


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
        """The window it was collected for, with its result; a file that a user named is a window of its own."""
        return self.collected or CollectedWindow(Window("local_files", self.name))


def latest_windows(version: Version) -> dict[tuple[str, str, str | None], dict[str, Any]]:
    """The latest row of every window, by its key; withdrawn rows are left out."""
    rows = version.table("windows").to_pylist()
    rows.sort(key=lambda row: row["batch"])
    return {(row["collector"], row["window_name"], row["query"]): row for row in rows if row["state"] in LOADED_STATES}


def finished_window_keys(version: Version, after: int = -1) -> set[tuple[str, str, str | None]]:
    """The keys of the windows that need not be collected again, of batches after `after` only."""
    return {
        key for key, row in latest_windows(version).items() if row["state"] in FINISHED_STATES and row["batch"] > after
    }


def window_kind(window_name: str) -> str:
    """Which date of records a window of days selects: the first word of its name, 'created' of created-2026-01-05."""
    return window_name.partition("-")[0]


def finished_days(version: Version, after: int = -1) -> dict[tuple[str, str, str | None], set[dt.date]]:
    """The days that finished windows cover, by collector, kind and query, of batches after `after` only."""
    finished: dict[tuple[str, str, str | None], set[dt.date]] = {}
    for row in latest_windows(version).values():
        if row["since"] and row["state"] in FINISHED_STATES and row["batch"] > after:
            days = finished.setdefault((row["collector"], window_kind(row["window_name"]), row["query"]), set())
            days.update(row["since"] + dt.timedelta(days=day) for day in range((row["until"] - row["since"]).days + 1))
    return finished


def record_windows(lake: Lake, collected: Iterable[tuple[CollectedWindow, Payload | None]]) -> list[dict[str, Any]]:
    """Commit windows that bring no records: failed, empty, or with a payload that the lake has already or cannot read.

    Returns their rows of `windows`.
    """
    rows = [_row(window, payload) for window, payload in collected]
    if not rows:
        return []
    with lake.writing():
        begin_commit(lake)
        version = read_version(lake)
        number = version.number + 1
        rows = [{**row, "batch": number} for row in rows]
        added = WINDOWS.from_rows(rows)
        batch_id = hashlib.blake2b(repr((number, rows)).encode(), digest_size=16).hexdigest()
        batch = {"batch_id": batch_id, "kind": "ledger", **dict.fromkeys(_COUNTS, 0)}
        publish(lake, version.successor(lake, batch, windows=pa.concat_tables([version.table("windows"), added])))
        return rows


def _row(collected: CollectedWindow, payload: Payload | None) -> dict[str, Any]:
    row = {**dict.fromkeys(_COUNTS, 0), "bytes": 0, **collected.columns()}
    if payload is None:
        return {**row, "source": collected.window.collector, "name": collected.window.name}
    stored = {"sha256": payload.sha256, "bytes": payload.bytes, "payload": payload.path}
    return {**row, **stored, "source": payload.source, "name": payload.name}


_COUNTS = ("received", "kept", "unchanged", "superseded", "duplicates", "rejected", "deletions")

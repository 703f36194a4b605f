"""A window being fetched: its pages and state lie in lake/raw/<collector>/<window>/ until they become one payload.

    state.json       what is to be requested, written before the first request; deleted once the payload is complete
    page-00001.gz    one page as received, compressed
    <payload>        all pages as gzip members, after an empty one with the name of the window; never changed
    <payload>.json   its ledger entry, from which `hoofbeats rebuild` restores the ledger

A file gets its name only when its content is on disk, so a process killed at any point leaves only complete pages.
"""

import datetime as dt
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from warehouse.commit.ledger import CollectedWindow, Payload, Window, sidecar_path, sidecar_problem
from warehouse.lake import Lake, sync

ABANDONED_AFTER = dt.timedelta(hours=20)
"""Older states and pages are discarded, because what a service lists changes from day to day."""

_STATE = "state.json"


class PendingPayload:
    """The folder of one window."""

    def __init__(self, lake: Lake, window: Window, now: Callable[[], dt.datetime]) -> None:
        self._lake = lake
        self._now = now
        self.window = window
        self.folder = lake.raw / window.collector / window.name
        self.folder.mkdir(parents=True, exist_ok=True)

    def load_state(self) -> dict[str, Any] | None:
        """Return the state of an interrupted run; if there is none or it is stale, clear the folder and return None."""
        try:
            state = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
            if self._now() - dt.datetime.fromisoformat(state["begun"]) < ABANDONED_AFTER:
                return dict(state)
        except FileNotFoundError:
            pass
        self.clear()
        return None

    def save_state(self, state: dict[str, Any]) -> None:
        """Write the state; its `begun` is the time it was first saved."""
        state.setdefault("begun", self._now().isoformat())
        _write(self.folder / _STATE, json.dumps(state).encode())

    def clear(self) -> None:
        """Delete the state and the pages."""
        (self.folder / _STATE).unlink(missing_ok=True)
        for leftover in (*self.folder.glob("page-*"), *self.folder.glob("*.part")):
            leftover.unlink()

    def remove(self) -> None:
        """Delete the state, the pages and, if it is then empty, the folder; for a window without records."""
        self.clear()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def has_page(self, number: int) -> bool:
        """Return whether a page has been written."""
        return self._page(number).exists()

    def write_page(self, number: int, bodies: Sequence[bytes]) -> None:
        """Write a page of one or several response bodies, each a gzip member."""
        packed = b"".join(gzip.compress(body, 6, mtime=0) for body in bodies)
        _write(self._page(number), packed)

    def read_page(self, number: int) -> bytes:
        """Return the decompressed content of a page."""
        return gzip.decompress(self._page(number).read_bytes())

    def assemble(self, source: str, name: str, collected: CollectedWindow) -> Payload:
        """Concatenate all pages to the payload of that name and delete the state."""
        whole = self.folder / f"{name}.part"
        with whole.open("wb") as file:
            # Two windows may receive the same bytes, e.g. the same notice of a wall. With the name of the window they
            # are two payloads, so that each is accounted for.
            gzip.GzipFile(self.window.name, "wb", 6, file, mtime=0).close()
            for page in sorted(self.folder.glob("page-*.gz")):
                with page.open("rb") as content:
                    shutil.copyfileobj(content, file)
        return self.publish_file(whole, source, name, collected)

    def publish_file(self, whole: Path, source: str, name: str, collected: CollectedWindow) -> Payload:
        """Make a complete file the payload of that name, and delete the state.

        The sidecar goes first: a payload without its ledger entry would be lost to a rebuild.
        """
        target = self.folder / name
        _write(sidecar_path(target), collected.to_json(source=source).encode())
        sync(whole)
        whole.replace(target)
        sync(self.folder)
        self.clear()
        return read_payload(self._lake, target)

    def find_complete(self, known: Callable[[Payload], bool]) -> Payload | None:
        """Return the payload that an earlier run completed but did not commit; None if there is none or it is stale.

        `known` says whether the lake has a payload already.
        """
        for path in sorted(self.folder.iterdir(), reverse=True):
            if not sidecar_path(path).exists() or sidecar_problem(path):
                continue  # fetched again
            payload = read_payload(self._lake, path)
            at = payload.window.collected_at
            if not known(payload) and (at is None or self._now() - at < ABANDONED_AFTER):
                return payload
        return None

    def _page(self, number: int) -> Path:
        return self.folder / f"page-{number:05d}.gz"


def read_payload(lake: Lake, target: Path) -> Payload:
    """Return a collected payload in the raw folder of a lake, with the ledger entry of its sidecar file."""
    entry = json.loads(sidecar_path(target).read_text(encoding="utf-8"))
    with target.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    path = target.relative_to(lake.root).as_posix()
    return Payload(entry["source"], target.name, digest, target.stat().st_size, path, CollectedWindow.from_json(entry))


def _write(target: Path, content: bytes) -> None:
    """Write a file atomically: under another name, synced to disk, then renamed."""
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    sync(part)
    part.replace(target)
    sync(target.parent)

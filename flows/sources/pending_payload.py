"""A window on its way: its pages and its plan lie in lake/raw/<collector>/<window>/ until they are one payload.

    state.json       what is asked for, written before it is asked; gone once the payload is whole
    page-00001.gz    a page as received, compressed; there once it is whole
    <payload>        the pages behind each other (gzip members): immutable from here on
    <payload>.json   what the ledger knows of it, so that a rebuild knows it too

Every file gets its name when its content is on the disk, so that a process that dies anywhere leaves the pages before.
"""

import datetime as dt
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from warehouse.commit.ledger import CollectedWindow, Payload, Window
from warehouse.lake import Lake, sync

STALE_AFTER = dt.timedelta(hours=20)
"""Older plans and pages are dropped: what a service lists changes from day to day."""

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
        """The plan of an interrupted run; None, and an empty folder, where there is none or it is stale."""
        try:
            told = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
            if self._now() - dt.datetime.fromisoformat(told["begun"]) < STALE_AFTER:
                return dict(told)
        except FileNotFoundError:
            pass
        self.clear()
        return None

    def save_state(self, state: dict[str, Any]) -> None:
        """Keep the plan; its `begun` is when it was first saved."""
        state.setdefault("begun", self._now().isoformat())
        _write(self.folder / _STATE, json.dumps(state).encode())

    def clear(self) -> None:
        """Drop the plan and its pages."""
        (self.folder / _STATE).unlink(missing_ok=True)
        for left in (*self.folder.glob("page-*"), *self.folder.glob("*.part")):
            left.unlink()

    def remove(self) -> None:
        """Leave nothing behind of a window that holds no records."""
        self.clear()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def has_page(self, number: int) -> bool:
        """Whether a page is here, whole."""
        return self._page(number).exists()

    def write_page(self, number: int, bodies: Sequence[bytes]) -> None:
        """Keep a page: one answer, or several behind each other."""
        packed = b"".join(gzip.compress(body, 6, mtime=0) for body in bodies)
        _write(self._page(number), packed)

    def read_page(self, number: int) -> bytes:
        """A page that was kept."""
        return gzip.decompress(self._page(number).read_bytes())

    def assemble(self, source: str, name: str, collected: CollectedWindow) -> Payload:
        """All pages as one payload of that name, durable, and the plan gone."""
        whole = self.folder / f"{name}.part"
        with whole.open("wb") as file:
            for page in sorted(self.folder.glob("page-*.gz")):
                with page.open("rb") as content:
                    shutil.copyfileobj(content, file)
        return self.publish_file(whole, source, name, collected)

    def publish_file(self, whole: Path, source: str, name: str, collected: CollectedWindow) -> Payload:
        """A file that is whole becomes the payload of that name."""
        place = self.folder / name
        _write(sidecar_path(place), collected.to_json(source=source).encode())
        sync(whole)
        whole.replace(place)
        sync(self.folder)
        self.clear()
        return read_payload(self._lake, place)

    def find_complete(self, known: Callable[[Payload], bool]) -> Payload | None:
        """The payload an earlier run completed but did not commit, if it is not stale."""
        for place in sorted(self.folder.iterdir(), reverse=True):
            if not sidecar_path(place).exists():
                continue
            payload = read_payload(self._lake, place)
            at = payload.window.collected_at
            if not known(payload) and (at is None or self._now() - at < STALE_AFTER):
                return payload
        return None

    def _page(self, number: int) -> Path:
        return self.folder / f"page-{number:05d}.gz"


def sidecar_path(payload: Path) -> Path:
    """Where stands what the ledger knows of a collected payload."""
    return payload.with_name(f"{payload.name}.json")


def read_payload(lake: Lake, place: Path) -> Payload:
    """A collected payload in the raw folder of a lake, with what stands beside it."""
    told = json.loads(sidecar_path(place).read_text(encoding="utf-8"))
    with place.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    path = place.relative_to(lake.root).as_posix()
    return Payload(told["source"], place.name, digest, place.stat().st_size, path, CollectedWindow.from_json(told))


def _write(place: Path, content: bytes) -> None:
    """Write a file whole: beside, durable, then under its name."""
    beside = place.with_name(f"{place.name}.part")
    beside.write_bytes(content)
    sync(beside)
    beside.replace(place)
    sync(place.parent)

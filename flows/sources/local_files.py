"""Files an operator names: they are taken into the lake's raw folder, so that everything can be rebuilt from there.

A file out of a lake's own raw folder brings along what the ledger knew of it: that is how a lake is rebuilt.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from flows.sources.pending_payload import sidecar_path
from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.payloads.detect import HEAD_BYTES, detect_source
from warehouse.commit.ledger import CollectedWindow, Payload
from warehouse.lake import Lake, sync


class UnreadableFileError(OSError):
    """A file that was named cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.hint = "name PubMed XML or Europe PMC JSON files, plain or .gz; see `hoofbeats ingest --help`"


def describe_file(lake: Lake, path: Path) -> Payload:
    """The payload a file is, without taking it in; raises `UnreadableFileError`."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
        told = _told(path)
        source = told["source"] if told else detect_source(_head(path))
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error
    folder = (
        lake.raw / told["window"]["collector"] / told["window"]["name"] if told else lake.raw / source / digest[:16]
    )
    kept = (folder / path.name).relative_to(lake.root).as_posix()
    return Payload(source, path.name, digest, size, kept, CollectedWindow.from_json(told) if told else None)


def copy_into_lake(lake: Lake, path: Path, payload: Payload) -> Path:
    """Copy the file into the lake, durable before it gets its name; returns where it is kept."""
    kept = lake.root / payload.path
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        if payload.collected:
            _copy(sidecar_path(path), sidecar_path(kept))
        _copy(path, kept)
    return kept


def _told(path: Path) -> dict[str, Any] | None:
    """What stands beside a collected payload; None for any other file."""
    try:
        told = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
        CollectedWindow.from_json(told)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return dict(told) if _is_plain(told["window"]["collector"]) and _is_plain(told["window"]["name"]) else None


def _is_plain(name: str) -> bool:
    """Whether it names a folder, and nothing above or below it."""
    return name == Path(name).name and name not in ("", ".", "..")


def _head(path: Path) -> bytes:
    """How the file begins, decompressed."""
    head = b""
    with path.open("rb") as stream:
        try:
            for chunk in read_chunks(stream):
                head += chunk
                if len(head) >= HEAD_BYTES:
                    break
        except DamagedPayload:
            pass  # told when it is parsed
    return head[:HEAD_BYTES]


def _copy(path: Path, place: Path) -> None:
    beside = place.with_name(f"{place.name}.{os.getpid()}.part")
    shutil.copyfile(path, beside)
    sync(beside)
    beside.replace(place)
    sync(place.parent)

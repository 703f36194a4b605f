"""Files an operator names: they are taken into the lake's raw folder, so that everything can be rebuilt from there."""

import hashlib
import os
import shutil
from pathlib import Path

from warehouse.lake import Lake, sync
from warehouse.staging import Payload

SOURCE = "pubmed"
_CHUNK = 1 << 20


class UnreadableFileError(OSError):
    """A file that was named cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.hint = "name PubMed XML files, plain or .gz; see `hoofbeats ingest --help`"


def payload_of(lake: Lake, path: Path) -> Payload:
    """The payload a file is, without taking it in; raises `UnreadableFileError`."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error
    kept = lake.raw / SOURCE / digest[:16] / path.name
    return Payload(SOURCE, path.name, digest, size, kept.relative_to(lake.root).as_posix())


def take_in(lake: Lake, path: Path, payload: Payload) -> Path:
    """Copy the file into the lake, durable before it gets its name; returns where it is kept."""
    kept = lake.root / payload.path
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        beside = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        shutil.copyfile(path, beside)
        sync(beside)
        beside.replace(kept)
        sync(kept.parent)
    return kept

"""Files named by an operator: copied into the lake's raw folder, from which the whole lake can be rebuilt.

A file from the raw folder of a lake has a sidecar file with its ledger entry, which is copied along. That is how
`hoofbeats rebuild` restores the ledger.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.payloads.detect import HEAD_BYTES, detect_source
from warehouse.commit.ledger import CollectedWindow, Payload, sidecar_path
from warehouse.lake import Lake, sync


class UnreadableFileError(OSError):
    """A file to ingest cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.hint = "name PubMed XML or Europe PMC JSON files, plain or .gz; see `hoofbeats ingest --help`"


@contextlib.contextmanager
def paths_in_utf8(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the paths, with symbolic links in place of those that are no UTF-8: Prefect keeps parameters as JSON."""
    with tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
        paths = []
        for number, path in enumerate(files):
            if _is_utf8(path):
                paths.append(path)
                continue
            link = Path(folder) / str(number) / stored_name(path)
            link.parent.mkdir()
            link.symlink_to(path.absolute())
            paths.append(link)
        yield paths


def _is_utf8(path: Path) -> bool:
    try:
        os.fsencode(path).decode()
    except UnicodeDecodeError:
        return False
    return True


_LONGEST_NAME_BYTES = 180
"""Bytes of a name in the lake: file systems allow 255, of which suffixes of other files take some."""


def stored_name(path: Path) -> str:
    """Return the name of a file in the lake and its ledger: its own, unless that is no UTF-8 or too long.

    Bytes that are no UTF-8 become '?'. A long name keeps its beginning and its end, with a digest between them.
    """
    name = os.fsencode(path.name).decode("utf-8", "replace").replace("\ufffd", "?")
    name = "".join(char if char.isprintable() else "?" for char in name)
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME_BYTES:
        return name
    digest, half = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16], (_LONGEST_NAME_BYTES - 18) // 2
    return f"{encoded[:half].decode('utf-8', 'ignore')}-{digest}-{encoded[-half:].decode('utf-8', 'ignore')}"


def describe_file(lake: Lake, path: Path) -> Payload:
    """Return the payload a file would become, without copying it; raises `UnreadableFileError`."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
        entry = _ledger_entry(path)
        source = entry["source"] if entry else detect_source(_head(path))
    except OSError as error:
        raise UnreadableFileError(path, error.strerror or str(error)) from error
    folder = (
        lake.raw / entry["window"]["collector"] / entry["window"]["name"] if entry else lake.raw / source / digest[:16]
    )
    name = stored_name(path)
    kept = (folder / name).relative_to(lake.root).as_posix()
    return Payload(source, name, digest, size, kept, CollectedWindow.from_json(entry) if entry else None)


def copy_into_lake(lake: Lake, path: Path, payload: Payload) -> Path:
    """Copy a file into the lake and return its path there. It gets its name only when it is safely on disk.

    A file that lies there already is trusted only if its content is that of the payload; a damaged one is replaced.
    Raises `UnreadableFileError` if the file is no longer the one that `describe_file` read.
    """
    kept = lake.root / payload.path
    if _is_payload(kept, payload):
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    if payload.collected:
        _copy(sidecar_path(path), sidecar_path(kept))
    _copy(path, kept, expected=payload.sha256)
    return kept


def repair_copy(lake: Lake, path: Path, payload: Payload) -> None:
    """Replace the copy of a loaded file in the lake if it is damaged: a rebuild reads it again."""
    if (lake.root / payload.path).exists():
        copy_into_lake(lake, path, payload)


def _is_payload(kept: Path, payload: Payload) -> bool:
    """Return whether a file has the size and the digest of the payload."""
    if not kept.is_file() or kept.stat().st_size != payload.bytes:
        return False
    with kept.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == payload.sha256


def _ledger_entry(path: Path) -> dict[str, Any] | None:
    """Return the ledger entry in the sidecar file of a collected payload; None for any other file."""
    try:
        entry = json.loads(sidecar_path(path).read_text(encoding="utf-8"))
        CollectedWindow.from_json(entry)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # so there is no such file
            return None
        raise
    return dict(entry) if _is_plain(entry["window"]["collector"]) and _is_plain(entry["window"]["name"]) else None


def _is_plain(name: str) -> bool:
    """Return whether `name` is a single path component, so that it cannot lead out of the raw folder."""
    return name == Path(name).name and name not in ("", ".", "..")


def _head(path: Path) -> bytes:
    """Return the first bytes of a file, decompressed."""
    head = b""
    with path.open("rb") as stream:
        try:
            for chunk in read_chunks(stream):
                head += chunk
                if len(head) >= HEAD_BYTES:
                    break
        except DamagedPayload:
            pass  # reported when the file is parsed
    return head[:HEAD_BYTES]


def _copy(path: Path, target: Path, *, expected: str | None = None) -> None:
    """Copy a file under another name and rename it when it is on disk and has the expected digest."""
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(path, part)
        with part.open("rb") as stream:
            copied = hashlib.file_digest(stream, "sha256").hexdigest()
        if expected not in (None, copied):
            raise UnreadableFileError(path, "it was changed or replaced while it was read; run the command again")
        sync(part)
    except BaseException:
        part.unlink(missing_ok=True)  # a full disk would stay full
        raise
    part.replace(target)
    sync(target.parent)

"""The TOML file of watches: read it, and edit it without losing comments and layout."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import tomlkit
from filelock import FileLock
from tomlkit.items import AoT

from flows.errors import FlowError
from transforms.publishing.watches import Watch, WatchError, check_distinct, read_watches
from warehouse.lake import sync


class WatchFileError(FlowError):
    """The watch file, or a watch in it, is invalid."""


def read(path: Path) -> tuple[Watch, ...]:
    """Return the watches of a file, none if it does not exist; raises `WatchFileError` if it is invalid."""
    try:
        return read_watches(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (WatchError, UnicodeDecodeError) as error:
        raise WatchFileError(
            f"{path}: {error}", "correct the file; `hoofbeats watch --help` shows its format"
        ) from error


def add(path: Path, watch: Watch) -> None:
    """Append a watch to the file; raises `WatchFileError` if its name is in use."""
    with _editing(path):
        try:
            check_distinct([*read(path), watch])
        except WatchError as error:
            raise WatchFileError(str(error), "`hoofbeats watch list` shows the names in use") from error
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        listed = document.setdefault("watch", tomlkit.aot())
        listed.append(tomlkit.item(watch.to_toml()))
        replace_if_changed(path, tomlkit.dumps(document).encode())


def remove(path: Path, name: str) -> Watch:
    """Remove a watch, by name or id, from the file and return it; raises `WatchFileError` if there is none."""
    with _editing(path):
        watches = read(path)
        index = next((i for i, watch in enumerate(watches) if name in (watch.name, watch.watch_id)), None)
        if index is None:
            known = ", ".join(f'"{watch.name}"' for watch in watches)
            raise WatchFileError(f'there is no watch "{name}"', f"watches: {known or 'none'}")
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        listed = document["watch"]
        if isinstance(listed, AoT):
            del listed[index]
        replace_if_changed(path, tomlkit.dumps(document).encode())
        return watches[index]


@contextlib.contextmanager
def _editing(path: Path) -> Iterator[None]:
    """Hold the lock of the file: of two commands that edit it at the same time, the later sees what the first wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield


def replace_if_changed(path: Path, content: bytes) -> bool:
    """Write a file unless it has that content already; return whether it was written.

    The new content replaces the old by a rename once it is on disk, so that a crash leaves one or the other.
    """
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        sync(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)
    return True

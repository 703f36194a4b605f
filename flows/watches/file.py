"""The TOML file of watches: read it, and edit it without losing comments and layout."""

from pathlib import Path

import tomlkit
from tomlkit.items import AoT

from flows.errors import FlowError
from transforms.publishing.watches import Watch, WatchError, check_distinct, read_watches


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
    try:
        check_distinct([*read(path), watch])
    except WatchError as error:
        raise WatchFileError(str(error), "`hoofbeats watch list` shows the names in use") from error
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    listed = document.setdefault("watch", tomlkit.aot())
    listed.append(tomlkit.item(watch.to_toml()))
    _write(path, document)


def remove(path: Path, name: str) -> Watch:
    """Remove a watch, by name or id, from the file and return it; raises `WatchFileError` if there is none."""
    watches = read(path)
    index = next((i for i, watch in enumerate(watches) if name in (watch.name, watch.watch_id)), None)
    if index is None:
        known = ", ".join(f'"{watch.name}"' for watch in watches)
        raise WatchFileError(f'there is no watch "{name}"', f"watches: {known or 'none'}")
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    listed = document["watch"]
    if isinstance(listed, AoT):
        del listed[index]
    _write(path, document)
    return watches[index]


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(tomlkit.dumps(document), encoding="utf-8")
    part.replace(path)

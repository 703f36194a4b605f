"""The TOML file of watches: read, and changed so that what a person wrote in it stays."""

from pathlib import Path

import tomlkit
from tomlkit.items import AoT

from flows.errors import FlowError
from transforms.publishing.watches import Watch, WatchError, check_distinct, read_watches


class WatchFileError(FlowError):
    """The file of watches, or a watch, cannot be used."""


def read(path: Path) -> tuple[Watch, ...]:
    """The watches of a file; none where there is no file. Raises `WatchFileError` where it cannot be read."""
    try:
        return read_watches(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (WatchError, UnicodeDecodeError) as error:
        raise WatchFileError(f"{path}: {error}", "mend the file; `hoofbeats watch --help` shows its form") from error


def add(path: Path, watch: Watch) -> None:
    """Write a further watch to the file; raises `WatchFileError` where one goes by its name already."""
    try:
        check_distinct([*read(path), watch])
    except WatchError as error:
        raise WatchFileError(str(error), "`hoofbeats watch list` shows the names in use") from error
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    listed = document.setdefault("watch", tomlkit.aot())
    listed.append(tomlkit.item(watch.to_toml()))
    _write(path, document)


def remove(path: Path, name: str) -> Watch:
    """Take a watch, by name or id, out of the file and return it; raises `WatchFileError` where there is none."""
    watches = read(path)
    found = next((number for number, each in enumerate(watches) if name in (each.name, each.watch_id)), None)
    if found is None:
        known = ", ".join(f'"{each.name}"' for each in watches)
        raise WatchFileError(f'no watch is called "{name}"', f"watches: {known or 'none'}")
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    listed = document["watch"]
    if isinstance(listed, AoT):
        del listed[found]
    _write(path, document)
    return watches[found]


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(tomlkit.dumps(document), encoding="utf-8")
    beside.replace(path)

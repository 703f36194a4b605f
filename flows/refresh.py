"""The refresh-vocabulary flow: fetch each vocabulary file from its official URL, load them if one has changed.

Files are fetched by conditional requests and stored in the lake's raw/vocabularies. If a file cannot be fetched or
read, the run fails and the current vocabulary stays in force.
"""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

import contextlib
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE

from flows.http.client import BadResponseError, Client, RefusedError, Request, Response
from flows.load_vocabulary import LoadedVocabulary, load_vocabulary, loaded_vocabulary
from flows.reporting.run_names import current_run_name
from flows.settings import Settings
from flows.sources.base import utc_now
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake, sync
from warehouse.revision.stored_vocabulary import current_editions

set_up_flow_run()

_HTML = (b"<!doctype html", b"<html")


@task(task_run_name="fetch {address}", cache_policy=NO_CACHE)
def fetch(client: Client, address: str, folder: Path) -> tuple[Path, str]:
    """Fetch one vocabulary file, see `fetch_changed`."""
    return fetch_changed(client, address, folder)


@flow(name="refresh-vocabulary", flow_run_name=current_run_name, persist_result=False)
def refresh_vocabulary(lake: Path | None = None) -> LoadedVocabulary:
    """Fetch the vocabularies and load them if any differs from the one in the lake; otherwise change nothing.

    Args:
        lake: Folder of the lake; empty: the configured one.
    """
    settings = Settings() if lake is None else Settings(lake=lake)
    folder = vocabulary_folder(settings)
    with Client(settings) as client:
        fetched = dict(fetch(client, address, folder) for address in settings.vocabulary_addresses.split())
    done = load_changed(settings, fetched)
    change = "unchanged" if done.catalog_version is None else f"catalog version {done.catalog_version}"
    get_run_logger().info("vocabulary %s: %s", done.version[:12], change)
    return done


def vocabulary_folder(settings: Settings) -> Path:
    """Return the folder of the lake's fetched vocabulary files; create it if needed."""
    folder = Lake.at(settings.lake).raw / "vocabularies"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fetch_changed(client: Client, address: str, folder: Path) -> tuple[Path, str]:
    """Fetch the vocabulary at an address into a folder, if it changed; return its file and the URL it came from.

    '{year}' in the address is replaced by this year or, if the service has no such file yet, by last year. Raises
    `HttpError`.
    """
    year = utc_now().year
    # both URLs with {year}, a single one without
    *earlier, last = dict.fromkeys(address.replace("{year}", str(number)) for number in (year, year - 1))
    for url in earlier:
        with contextlib.suppress(RefusedError):
            return _fetch(client, url, folder), url
    return _fetch(client, last, folder), last


def _fetch(client: Client, address: str, folder: Path) -> Path:
    return client.fetch(Request(address, conditional=True), lambda response: _store(response, folder, address))


def load_changed(settings: Settings, fetched: Mapping[Path, str]) -> LoadedVocabulary:
    """Load fetched files (with their URLs) and the configured custom lists, unless these very files are in force."""
    files = [*fetched, *map(Path, settings.vocabulary_files.split())]
    current = _in_force(read_version(Lake.at(settings.lake)), files, settings)
    return current or load_vocabulary(
        files, settings, {path: _origin(path, address) for path, address in fetched.items()}
    )


def _store(response: Response, folder: Path, address: str) -> Path:
    """Store a response and return its file; an unchanged file keeps its modification time, the time it was fetched."""
    if not response.body or response.body[:64].lstrip().lower().startswith(_HTML):
        raise BadResponseError(f"{address}: an HTML page instead of a vocabulary")
    path = folder / Path(urlsplit(address).path).name
    # What an earlier run left may be cut: it is trusted by its content, not because it is there.
    if response.fresh or not path.exists() or path.read_bytes() != response.body:
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(response.body)
        sync(part)
        part.replace(path)
    return path


def _in_force(version: Version, files: list[Path], settings: Settings) -> LoadedVocabulary | None:
    """Return the vocabulary in force if it was loaded from these very files with these categories, otherwise None."""
    current = loaded_vocabulary(version)
    known = {(row["file"], row["sha256"]) for row in current_editions(version)}
    if current is None or known != {(path.name, _digest(path)) for path in files}:
        return None
    categories = version.table("vocabularies").to_pylist()[-1]["categories"]
    return current if categories == sorted(settings.categories) else None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _origin(path: Path, address: str) -> dict[str, Any]:
    return {"address": address, "fetched_at": dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)}

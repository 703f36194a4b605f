"""The flow that keeps the vocabulary current: fetch each file from its official address, load what has changed.

Files are asked for only if they changed since the last time; what was fetched lies in the lake's raw/vocabularies. A
file that cannot be fetched or read fails the run, and the vocabulary in force stays.
"""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

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
from flows.load_vocabulary import LoadedVocabulary, current_vocabulary, load_vocabulary
from flows.settings import Settings
from flows.sources.base import utc_now
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.revision.stored_vocabulary import current_editions

silence_exit_of_flow_run()

_HTML = (b"<!doctype html", b"<html")


@task(task_run_name="fetch {address}", cache_policy=NO_CACHE)
def fetch(client: Client, address: str, folder: Path) -> tuple[Path, str]:
    """Fetch one vocabulary."""
    return fetch_changed(client, address, folder)


@flow(name="refresh-vocabulary", persist_result=False)
def refresh_vocabulary(lake: Path | None = None) -> LoadedVocabulary:
    """Fetch the vocabularies, and load them where one of them is another than the lake's. Nothing new, nothing done.

    Args:
        lake: The lake's folder; without it, as configured.
    """
    settings = Settings() if lake is None else Settings(lake=lake)
    folder = folder_of(settings)
    with Client(settings) as client:
        fetched = dict(fetch(client, address, folder) for address in settings.vocabulary_addresses.split())
    done = load_changed(settings, fetched)
    told = "nothing new" if done.catalog_version is None else f"catalog version {done.catalog_version}"
    get_run_logger().info("vocabulary %s: %s", done.version[:12], told)
    return done


def folder_of(settings: Settings) -> Path:
    """Where the files of a lake's vocabularies lie."""
    folder = Lake.at(settings.lake).raw / "vocabularies"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fetch_changed(client: Client, address: str, folder: Path) -> tuple[Path, str]:
    """Fetch the vocabulary at an address, if it changed, into a folder; returns its file, and where that came from.

    '{year}' in the address is this year or, where there is nothing yet, the last. Raises `HttpError`.
    """
    year = utc_now().year
    *others, last = dict.fromkeys(address.replace("{year}", str(number)) for number in (year, year - 1))
    for one in others:
        with contextlib.suppress(RefusedError):
            return _fetch(client, one, folder), one
    return _fetch(client, last, folder), last


def _fetch(client: Client, address: str, folder: Path) -> Path:
    return client.fetch(Request(address, conditional=True), lambda answer: _kept(answer, folder, address))


def load_changed(settings: Settings, fetched: Mapping[Path, str]) -> LoadedVocabulary:
    """Load fetched files (and where each came from) with lists of one's own, unless these very files are in force."""
    files = [*fetched, *map(Path, settings.vocabulary_files.split())]
    standing = _in_force(read_version(Lake.at(settings.lake)), files, settings)
    return standing or load_vocabulary(
        files, settings, {path: _origin(path, address) for path, address in fetched.items()}
    )


def _kept(answer: Response, folder: Path, address: str) -> Path:
    """The file of an answer; one that is fetched already keeps its time."""
    if not answer.body or answer.body[:64].lstrip().lower().startswith(_HTML):
        raise BadResponseError(f"{address}: a page instead of a vocabulary")
    place = folder / Path(urlsplit(address).path).name
    if answer.fresh or not place.exists():
        part = place.with_name(f"{place.name}.part")
        part.write_bytes(answer.body)
        part.replace(place)
    return place


def _in_force(version: Version, files: list[Path], settings: Settings) -> LoadedVocabulary | None:
    """What is in force, if that was read from these very files with these categories."""
    standing = current_vocabulary(version)
    known = {(row["file"], row["sha256"]) for row in current_editions(version)}
    if standing is None or known != {(path.name, _digest(path)) for path in files}:
        return None
    categories = version.table("vocabularies").to_pylist()[-1]["categories"]
    return standing if categories == sorted(settings.categories) else None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _origin(path: Path, address: str) -> dict[str, Any]:
    return {"address": address, "fetched_at": dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)}

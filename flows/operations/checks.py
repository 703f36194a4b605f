"""What `hoofbeats doctor` looks at on this machine and in the lake; each check says how to mend what is wrong."""

import datetime as dt
import importlib.metadata
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
from packaging.requirements import Requirement

from flows.http.client import BadResponseError, Client, HttpError, RefusedError, Request, Response
from flows.reporting.reconciliation import Reconciliation
from flows.settings import Settings
from transforms.pubmed.esearch import AnswerError, read_search
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.ledger import latest_windows
from warehouse.errors import LakeError
from warehouse.lake import Lake

CLOCK_OFF_BY_S = 60.0
LATE = dt.timedelta(minutes=30)
STALE = dt.timedelta(days=3)
_OFF = dt.timedelta(hours=1)


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What a check found: how it is, and where it is not well, how to mend it."""

    check: str
    state: State
    found: str
    mend: str = ""


def ok(check: str, found: str) -> Finding:
    """All is well."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, mend: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding(check, State.WARNING, found, mend)


def fault(check: str, found: str, mend: str) -> Finding:
    """Something does not work."""
    return Finding(check, State.FAULT, found, mend)


def email(settings: Settings) -> Finding:
    """Whether NCBI is told whom to write to."""
    if settings.email:
        return ok("email", settings.email)
    return fault("email", "none: PubMed is not asked without one", "set HOOFBEATS_EMAIL, or email in hoofbeats.toml")


def key_and_clock(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Whether NCBI accepts the key, and whether its clock and this one agree: one request says both."""
    key = settings.ncbi_api_key
    none = warning("key", "none: three requests a second instead of ten", "get one at NCBI; set NCBI_API_KEY")
    identity = {"tool": "hoofbeats", "email": settings.email or ""}
    params = {"db": "pubmed", "term": "1[UID]", "retmax": "0", **identity}
    if key:
        params["api_key"] = key.get_secret_value()
    request = Request(f"{settings.pubmed_api_url.rstrip('/')}/esearch.fcgi", params=params)
    patience = {"attempts": 2, "connect_timeout_s": 5.0, "read_timeout_s": 10.0, "longest_wait_s": 2.0}
    try:
        with Client(settings.model_copy(update=patience)) as client:
            told = client.fetch(request, _date_of)
    except RefusedError as error:
        accepted = fault("key", f"refused: {error}", "check NCBI_API_KEY; NCBI's account settings list your keys")
        return [accepted if key else none, warning("clock", "not compared: NCBI refused to answer", "see the key")]
    except HttpError as error:
        unknown = warning("key", "not tried: NCBI cannot be reached", "see the network") if key else none
        return [unknown, warning("clock", f"not compared: {error}", "see whether this machine reaches NCBI")]
    return [ok("key", "accepted by NCBI") if key else none, clock(told, now)]


def _date_of(answer: Response) -> dt.datetime | None:
    try:
        read_search(answer.body)
    except AnswerError as error:
        raise BadResponseError(str(error)) from error
    return parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else None


def clock(told: dt.datetime | None, now: dt.datetime) -> Finding:
    """Whether this clock agrees with another: windows are days, and runs begin by it."""
    if told is None:
        return warning("clock", "not compared: NCBI's answer has no date", "compare it with a time server")
    off = abs(now - told)
    found = f"{off.total_seconds():.0f} seconds off NCBI's"
    if off.total_seconds() <= CLOCK_OFF_BY_S:
        return ok("clock", found)
    mend = "let it be set by a time server, e.g. `timedatectl set-ntp true`"
    return fault("clock", found, mend) if off > _OFF else warning("clock", found, mend)


def disk_space(settings: Settings) -> Finding:
    """Whether the lake's disk has room."""
    place = Lake.at(settings.lake).root
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 2**30:,.1f} GiB free at {there}"
    if free >= settings.least_free_bytes:
        return ok("disk space", found)
    return fault("disk space", found, "make room, `hoofbeats maintain`, or see HOOFBEATS_LEAST_FREE_BYTES")


def versions() -> Finding:
    """Whether the libraries are those that work together: a Prefect with a newer SQLAlchemy never fires a schedule."""
    wrong = list(_unmet(importlib.metadata.requires("hoofbeats") or []))
    if wrong:
        return fault("versions", "; ".join(wrong), "install what requirements.lock names: `make install`")
    named = ("prefect", "fastapi", "sqlalchemy", "duckdb", "pyarrow")
    return ok("versions", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("hoofbeats", *named)))


def _unmet(requirements: list[str]) -> Iterator[str]:
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            there = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{requirement.name} is not installed"
            continue
        if not requirement.specifier.contains(there, prereleases=True):
            yield f"{requirement.name} {there} is not {requirement.specifier}"


def lake(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Whether the lake opens, has a vocabulary, all its files, sums that come out, and is current."""
    place = Lake.at(settings.lake)
    try:
        version = read_version(place)
        if not version.number:
            raise LakeError(f"there is no lake at {place.root} yet", "`hoofbeats vocabulary load FILE` makes one")
        connect(place).close()
    except (LakeError, duckdb.Error) as error:
        hint = getattr(error, "hint", "see `hoofbeats verify`; a backup, or `hoofbeats rebuild`, mends it")
        return [fault("lake", " ".join(str(error).split()), hint)]
    rows = [row for row in version.table("windows").to_pylist() if row["state"] != "withdrawn"]
    return [
        ok("lake", f"{place.root}, version {version.number}"),
        _vocabulary(version),
        _files(place, version),
        _sums(rows),
        _failed_windows(version),
        _currency(rows, now),
    ]


def _vocabulary(version: Version) -> Finding:
    loads = version.table("vocabularies").to_pylist()
    if loads:
        return ok("vocabulary", f"{loads[-1]['counted']:,} concepts counted")
    return fault("vocabulary", "none: nothing can be loaded without one", "`hoofbeats vocabulary load FILE`")


def _files(place: Lake, version: Version) -> Finding:
    named = [(place.root / row["path"], row["bytes"]) for row in version.table("segments").to_pylist()]
    wrong = [path for path, size in named if not _has_size(path, size)]
    if not wrong:
        return ok("files", f"{len(named):,} segments, all there with their sizes")
    return fault("files", f"{len(wrong):,} segments are missing or cut, {wrong[0]} first", "see `hoofbeats verify`")


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _sums(rows: list[dict[str, Any]]) -> Finding:
    sums = Reconciliation.from_rows(rows)
    if sums.faults:
        return fault("sums", "; ".join(sums.faults), "please report this; `hoofbeats rebuild` mends the lake")
    return ok("sums", f"{sums.received:,} records received, all accounted for")


def _failed_windows(version: Version) -> Finding:
    failed = [row for row in latest_windows(version).values() if row["state"] == "failed"]
    if not failed:
        return ok("windows", "none failed")
    first = failed[-1]
    told = f"{len(failed):,} failed, the last {first['collector']} {first['window_name']}: {first['reason']}"
    return warning("windows", told, "the next runs try them again; `hoofbeats collect` does it now")


def _currency(rows: list[dict[str, Any]], now: dt.datetime) -> Finding:
    times = [row["collected_at"] for row in rows if row["collected_at"] and row["state"] != "failed"]
    if not times:
        return ok("currency", "nothing was collected yet")
    last = max(times)
    if now - last <= STALE:
        return ok("currency", f"last collected {last:%Y-%m-%d %H:%M} UTC")
    return warning("currency", f"nothing was collected since {last:%Y-%m-%d}", "see whether `hoofbeats up` is running")

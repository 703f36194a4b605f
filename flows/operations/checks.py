"""Checks of this machine and of the lake for `hoofbeats doctor`; each finding says how to fix what is wrong."""

import contextlib
import datetime as dt
import importlib.metadata
import shutil
import tempfile
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
from warehouse.commit.coverage import find_holes
from warehouse.commit.ledger import WEB_PAGES, latest_windows
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.upkeep.verify import check_catalogs, check_schema_files

MAX_CLOCK_OFFSET_S = 60.0
LATE_AFTER = dt.timedelta(minutes=30)
STALE_AFTER = {WEB_PAGES: dt.timedelta(days=10)}
"""Collector -> time without a collection from which on its runs seem to have stopped."""
_STALE = dt.timedelta(days=3)
_HOLES_NAMED = 5
_CLOCK_FAULT = dt.timedelta(hours=1)
"""A clock further off than this is a fault, because windows are days and schedules would run at the wrong time."""


class State(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """The finding of one check: its state and, unless that is OK, how to fix it (`mend`)."""

    check: str
    state: State
    found: str
    mend: str = ""


def ok(check: str, found: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, mend: str) -> Finding:
    """Return a finding that something works, but not as well as it could."""
    return Finding(check, State.WARNING, found, mend)


def fault(check: str, found: str, mend: str) -> Finding:
    """Return a finding that something does not work."""
    return Finding(check, State.FAULT, found, mend)


def email(settings: Settings) -> Finding:
    """Check whether a contact e-mail for NCBI is configured."""
    if settings.email:
        return ok("email", settings.email)
    return fault(
        "email", "none: pubmed_api cannot collect without one", "set HOOFBEATS_EMAIL, or email in hoofbeats.toml"
    )


def key_and_clock(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Check the NCBI API key and compare this clock with NCBI's; a single request answers both."""
    key = settings.ncbi_api_key
    none = warning("key", "none: three requests a second instead of ten", "get one at NCBI; set NCBI_API_KEY")
    identity = {"tool": "hoofbeats", "email": settings.email or ""}
    params = {"db": "pubmed", "term": "1[UID]", "retmax": "0", **identity}
    if key:
        params["api_key"] = key.get_secret_value()
    request = Request(f"{settings.pubmed_api_url.rstrip('/')}/esearch.fcgi", params=params)
    try:
        with _settings_for_one_request(settings) as one_request, Client(one_request) as client:
            ncbi_time = client.fetch(request, _read_date)
    except RefusedError as error:
        accepted = fault("key", f"rejected: {error}", "check NCBI_API_KEY; NCBI's account settings list your keys")
        return [
            accepted if key else none,
            warning("clock", "not compared: NCBI rejected the request", "fix the key first"),
        ]
    except HttpError as error:
        unknown = warning("key", "not checked: NCBI cannot be reached", "check the network") if key else none
        return [unknown, warning("clock", f"not compared: {error}", "check whether this machine can reach NCBI")]
    return [ok("key", "accepted by NCBI") if key else none, clock(ncbi_time, now)]


@contextlib.contextmanager
def _settings_for_one_request(settings: Settings) -> Iterator[Settings]:
    """Settings with short timeouts, and a temporary lake: the note of the request in the rate limits would be a write.

    One request more than the limits of the lake know of is within what the services allow.
    """
    short_timeouts = {"attempts": 2, "connect_timeout_s": 5.0, "read_timeout_s": 10.0, "longest_wait_s": 2.0}
    with tempfile.TemporaryDirectory(prefix="hoofbeats-") as folder:
        yield settings.model_copy(update={**short_timeouts, "lake": Path(folder)})


def _read_date(answer: Response) -> dt.datetime | None:
    try:
        read_search(answer.body)
    except AnswerError as error:
        raise BadResponseError(str(error)) from error
    return parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else None


def clock(ncbi_time: dt.datetime | None, now: dt.datetime) -> Finding:
    """Compare this machine's clock with that of NCBI (None: unknown)."""
    if ncbi_time is None:
        return warning("clock", "not compared: NCBI's response has no Date header", "compare it with a time server")
    offset = abs(now - ncbi_time)
    found = f"{offset.total_seconds():.0f} seconds off NCBI's clock"
    if offset.total_seconds() <= MAX_CLOCK_OFFSET_S:
        return ok("clock", found)
    mend = "synchronise it with a time server, e.g. `timedatectl set-ntp true`"
    return fault("clock", found, mend) if offset > _CLOCK_FAULT else warning("clock", found, mend)


def disk_space(settings: Settings) -> Finding:
    """Check the free space on the disk of the lake."""
    root = Lake.at(settings.lake).root
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 2**30:,.1f} GiB free at {existing}"
    if free >= settings.least_free_bytes:
        return ok("disk space", found)
    return fault("disk space", found, "free some space, run `hoofbeats maintain`, or change HOOFBEATS_LEAST_FREE_BYTES")


def versions() -> Finding:
    """Check the installed library versions against the requirements.

    For example, with a SQLAlchemy newer than required, Prefect never starts a scheduled run.
    """
    unmet = list(_unmet_requirements(importlib.metadata.requires("hoofbeats") or []))
    if unmet:
        return fault("versions", "; ".join(unmet), "install the versions of requirements.lock: `make install`")
    named = ("prefect", "fastapi", "sqlalchemy", "duckdb", "pyarrow")
    return ok("versions", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("hoofbeats", *named)))


def _unmet_requirements(requirements: list[str]) -> Iterator[str]:
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{requirement.name} is not installed"
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield f"{requirement.name} {installed} is not {requirement.specifier}"


def lake(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Check that the lake opens, has a vocabulary and all its files, reconciles, and is current."""
    checked = Lake.at(settings.lake)
    try:
        version = read_version(checked)
        if not version.number:
            raise LakeError(
                f"there is no lake at {checked.root} yet", "create it with `hoofbeats vocabulary load FILE`"
            )
        connect(checked).close()
        files = _files(checked, version)
    except (LakeError, duckdb.Error) as error:
        hint = getattr(error, "hint", "see `hoofbeats verify`; restore a backup, or run `hoofbeats rebuild`")
        return [fault("lake", " ".join(str(error).split()), hint)]
    rows = [row for row in version.table("windows").to_pylist() if row["state"] != "withdrawn"]
    return [
        ok("lake", f"{checked.root}, version {version.number}"),
        _vocabulary(version),
        files,
        _reconciliation(rows),
        _failed_windows(version),
        _holes(version, settings, now),
        _currency(rows, now),
    ]


def _vocabulary(version: Version) -> Finding:
    loads = version.table("vocabularies").to_pylist()
    if loads:
        return ok("vocabulary", f"{loads[-1]['counted']:,} concepts counted")
    return fault("vocabulary", "none: nothing can be loaded without one", "run `hoofbeats vocabulary load FILE`")


def _files(checked: Lake, version: Version) -> Finding:
    """Check what a query or a commit opens, but for the content of the segments, which `verify` reads."""
    named = [(checked.root / row["path"], row["bytes"]) for row in version.table("segments").to_pylist()]
    damaged = [path for path, size in named if not _has_size(path, size)]
    others = {**check_schema_files(checked), **check_catalogs(checked)}
    damaged += [path for path, problem in others.items() if problem]
    if not damaged:
        return ok("files", f"{len(named):,} segments and {len(others):,} other files, all as they should be")
    return fault(
        "files", f"{len(damaged):,} files are missing or damaged, {damaged[0]} first", "see `hoofbeats verify`"
    )


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _reconciliation(rows: list[dict[str, Any]]) -> Finding:
    reconciliation = Reconciliation.from_rows(rows)
    if reconciliation.faults:
        return fault(
            "sums", "; ".join(reconciliation.faults), "please report this; `hoofbeats rebuild` repairs the lake"
        )
    return ok("sums", f"{reconciliation.received:,} records received, all accounted for")


def _failed_windows(version: Version) -> Finding:
    failed = [row for row in latest_windows(version).values() if row["state"] == "failed"]
    if not failed:
        return ok("windows", "none failed")
    first = failed[-1]
    found = f"{len(failed):,} failed, the last {first['collector']} {first['window_name']}: {first['reason']}"
    return warning("windows", found, "the next runs try them again; `hoofbeats collect` does so now")


def _holes(version: Version, settings: Settings, now: dt.datetime) -> Finding:
    """Check that every source is complete by the ledger from its first day or file to the last."""
    holes = find_holes(version.table("windows").to_pylist(), now.date(), settings.settled_after_days)
    if not holes:
        return ok("holes", "none: every source is complete since it was collected first")
    if any(hole.filled_by_run for hole in holes):
        mend = "the next scheduled run collects them; check with `hoofbeats up` that runs take place"
    else:
        mend = "run the backfill named, unless these days were left out on purpose"
    return warning("holes", "; ".join(hole.describe() for hole in holes[-_HOLES_NAMED:]), mend)


def _currency(rows: list[dict[str, Any]], now: dt.datetime) -> Finding:
    last: dict[str, dt.datetime] = {}
    for row in rows:
        if row["collected_at"] and row["state"] != "failed":
            last[row["collector"]] = max(row["collected_at"], last.get(row["collector"], row["collected_at"]))
    if not last:
        return ok("currency", "nothing was collected yet")
    stale = [name for name, at in sorted(last.items()) if now - at > STALE_AFTER.get(name, _STALE)]
    if not stale:
        return ok("currency", f"last collected {max(last.values()):%Y-%m-%d %H:%M} UTC")
    since = ", ".join(f"from {name} since {last[name]:%Y-%m-%d}" for name in stale)
    return warning("currency", f"nothing was collected {since}", "check whether `hoofbeats up` is running")

"""Collecting: a span of days of one source -> windows -> payloads -> the published catalog, and all of it in the
ledger.

Windows that are done are passed over; one that was interrupted goes on where it was; one whose days were not settled
yet is collected again. A window that fails stands in the ledger with its reason and is tried again by the next run.
Where a service cannot be reached, or refuses to answer at all, the windows after it are not attempted, and told so.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.task_runners import ThreadPoolTaskRunner

from flows.errors import CollectError
from flows.http import Client, HttpError, RefusedError, UnreachableError
from flows.in_flight import InFlight
from flows.ingest import commit_units
from flows.prepare import READERS, prepare
from flows.settings import Settings
from flows.sources.base import Clock, Fetched, Source, Span, utc_now
from flows.sources.europepmc import EuropePmc
from flows.sources.pubmed_api import PubmedApi
from flows.sources.pubmed_files import REPLACEMENT, PubmedFiles
from flows.sources.web_pages import WebPages
from transforms.eutils import release_of
from warehouse.catalog import read_version
from warehouse.catalog_file import Version
from warehouse.commit import loaded, vocabulary_version
from warehouse.lake import Lake
from warehouse.staging import Payload, Unit
from warehouse.windows import Collected, Window, ledger, record

A_WEEK = dt.timedelta(days=7)
SOURCES = ("pubmed_api", "pubmed_files", "europepmc", "web_pages")


@dataclass
class CollectResult:
    """What a collection did: the catalog's version, and by window what came of it; windows passed over apart."""

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The windows that failed."""
        return [row for row in self.windows if row["state"] == "failed"]


@dataclass(frozen=True)
class Outcome:
    """What came of a window: a prepared unit, or only its row of the ledger; `halt`: no use to go on."""

    collected: Collected
    unit: Unit | None = None
    payload: Payload | None = None
    halt: bool = False


def make_source(name: str, client: Client, settings: Settings, version: Version, now: Clock = utc_now) -> Source:
    """A source by its collector's name; raises `CollectError` for an unknown one."""
    makers: dict[str, Callable[[], Source]] = {
        "pubmed_api": lambda: PubmedApi(client, settings, after=last_release(version), now=now),
        "pubmed_files": lambda: PubmedFiles(client, settings, now=now),
        "europepmc": lambda: EuropePmc(client, settings, now=now),
        "web_pages": lambda: WebPages(client, settings, now=now),
    }
    if name not in makers:
        raise CollectError(f"no source is called {name!r}", f"sources: {', '.join(SOURCES)}")
    return makers[name]()


def last_release(version: Version) -> tuple[int, int] | None:
    """The greatest numbered file of PubMed a lake has, as (year, number)."""
    names = [row["name"] for row in version.table("windows").to_pylist() if row["state"] in ("done", "damaged")]
    return max(filter(None, map(release_of, names)), default=None)


@dataclass(frozen=True)
class Known:
    """What of a lake collecting needs to know: payloads that are loaded, any it ever had, the vocabulary in force."""

    loaded: frozenset[tuple[str, str]]
    ever: frozenset[tuple[str, str]]
    vocabulary: str

    @classmethod
    def of(cls, version: Version) -> "Known":
        """As a version of the lake has it; raises `NoVocabularyError`."""
        rows = version.table("windows").select(["source", "sha256"]).to_pylist()
        ever = frozenset((row["source"], row["sha256"]) for row in rows)
        return cls(frozenset(loaded(version)), ever, vocabulary_version(version))


def collect_window(lake: Lake, source: Source, window: Window, known: Known, now: Clock = utc_now) -> Outcome:
    """Fetch and prepare one window. What goes wrong with its source is its outcome; all else is raised."""
    flight = InFlight(lake, window, now)
    payload = flight.finished(lambda payload: payload.key in known.ever)
    try:
        fetched = Fetched(payload.window, payload) if payload else source.fetch(window, flight)
    except HttpError as error:
        halt = source.one_host and isinstance(error, RefusedError | UnreachableError)
        return Outcome(Collected(window, collected_at=now()).failed(str(error)), halt=halt)
    payload = fetched.payload
    if payload is None or payload.key in known.loaded or payload.source not in READERS:
        return Outcome(fetched.collected, payload=payload)
    return Outcome(fetched.collected, prepare(lake, payload, known.vocabulary), payload)


@task(task_run_name="collect {window.name}", cache_policy=NO_CACHE)
def collect_one(lake: Lake, source: Source, window: Window, known: Known) -> Outcome:
    """Collect one window."""
    return collect_window(lake, source, window, known)


def waiting(windows: Iterable[Window], version: Version, *, force: bool) -> list[Window]:
    """The windows that are not done; all of them where forced."""
    done = {key for key, row in ledger(version).items() if row["state"] in ("done", "damaged", "kept")}
    return [window for window in windows if force or window.key not in done]


def next_group(windows: Sequence[Window], at_once: int) -> Sequence[Window]:
    """The windows to commit next; one that replaces what was before asks the lake, and so stands alone."""
    until = next((at for at, window in enumerate(windows[:at_once]) if window.what == REPLACEMENT), at_once)
    return windows[: max(until, 1)]


def keep(lake: Lake, outcomes: Sequence[Outcome], result: CollectResult) -> None:
    """Commit what came of some windows: their records, then the windows without any."""
    units = [outcome.unit for outcome in outcomes if outcome.unit]
    done = commit_units(lake, units) if units else None
    if done:
        result.windows += done.windows
    result.windows += record(lake, [(told.collected, told.payload) for told in outcomes if not told.unit])
    result.version = read_version(lake).number


@flow(name="collect", task_runner=ThreadPoolTaskRunner(max_workers=2), persist_result=False)  # type: ignore[arg-type]
def collect(  # noqa: PLR0913 - one parameter for each thing an operator can choose
    source: str,
    since: dt.date | None = None,
    until: dt.date | None = None,
    query: str | None = None,
    dates: Sequence[str] = ("created", "modified"),
    *,
    force: bool = False,
    settings: Settings | None = None,
) -> CollectResult:
    """Collect what one source has of the days from `since` to `until`; done windows are left alone unless forced.

    Without days, as a scheduled run asks: the last week, so that a run that was missed leaves no gap.
    """
    told = settings or Settings()
    last = until or utc_now().date()
    span = Span(since or last - A_WEEK, last, query, tuple(dates))
    place = Lake.at(told.lake)
    vocabulary_version(read_version(place))
    with _only_one(place, source), Client(told) as client:
        asked = make_source(source, client, told, read_version(place))
        try:
            planned = asked.plan(span)
        except HttpError as error:
            window = Window(source, f"plan-{span.since}-to-{span.until}", "plan", span.since, span.until, query)
            record(place, [(Collected(window, collected_at=utc_now()).failed(str(error)), None)])
            raise CollectError(str(error), error.hint) from error
        return _collect_all(place, asked, planned, force=force, at_once=told.files_per_commit)


def _collect_all(lake: Lake, source: Source, planned: Sequence[Window], *, force: bool, at_once: int) -> CollectResult:
    version = read_version(lake)
    left: Sequence[Window] = waiting(planned, version, force=force)
    result = CollectResult(version.number, already_done=len(planned) - len(left))
    logger = get_run_logger()
    while left:
        known = Known.of(read_version(lake))
        group = next_group(left, at_once)
        left = left[len(group) :]
        futures = [collect_one.submit(lake, source, window, known) for window in group]
        outcomes = [future.result() for future in futures]
        halted = next((outcome for outcome in outcomes if outcome.halt), None)
        if halted:
            reason = f"not attempted after {halted.collected.window.name} failed: {halted.collected.reason}"
            outcomes += [Outcome(Collected(window).failed(reason)) for window in left]
            left = []
        keep(lake, outcomes, result)
        logger.info("version %d: %d windows", result.version, len(outcomes))
    order = {window.name: place for place, window in enumerate(planned)}
    result.windows.sort(key=lambda row: order[row["window"]])
    return result


class _only_one:  # noqa: N801 - reads as what it does
    """Holds a source: two runs of one would ask for everything twice."""

    def __init__(self, lake: Lake, source: str) -> None:
        lake.raw.mkdir(parents=True, exist_ok=True)
        self._source = source
        self._lock = FileLock(lake.raw / f"{Path(source).name}.lock")

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise CollectError(
                f"another run is collecting from {self._source} into this lake", "wait for it, or stop it"
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()

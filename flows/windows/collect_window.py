"""Collect one window: fetch or resume it, store and prepare its payload, or record why it failed."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flows.errors import CollectError
from flows.http.client import Client, HttpError, RefusedError, UnreachableError
from flows.http.masking import mask_secrets
from flows.prepare.payload import prepare
from flows.settings import Settings
from flows.sources.base import Clock, Fetched, Source, Span, utc_now
from flows.sources.europepmc import EuropePmc
from flows.sources.pending_payload import PendingPayload
from flows.sources.pubmed_api import PubmedApi
from flows.sources.pubmed_files import REPLACEMENT, PubmedFiles
from flows.sources.web_pages import WebPages
from transforms.payloads.record_versions import file_release
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.commit.coverage import is_covered, requested_days
from warehouse.commit.ingest import Commit, loaded_payloads, vocabulary_version
from warehouse.commit.ledger import CollectedWindow, Payload, Window, finished_window_keys, record_windows
from warehouse.commit.retries import is_walled, next_attempts
from warehouse.commit.staging import Unit
from warehouse.lake import Lake

SOURCES = ("pubmed_api", "pubmed_files", "europepmc", "web_pages")


@dataclass(frozen=True)
class Outcome:
    """The outcome of collecting a window: its ledger entry and, if it brought new records, the prepared unit.

    `halt`: the service is unreachable or rejects requests, so further windows would fail as well.
    """

    collected: CollectedWindow
    unit: Unit | None = None
    payload: Payload | None = None
    halt: bool = False


def make_source(name: str, client: Client, settings: Settings, version: Version, now: Clock = utc_now) -> Source:
    """Return the source with the collector name `name`; raises `CollectError` if there is none."""
    makers: dict[str, Callable[[], Source]] = {
        "pubmed_api": lambda: PubmedApi(client, settings, after=last_release(version), now=now),
        "pubmed_files": lambda: PubmedFiles(client, settings, now=now),
        "europepmc": lambda: EuropePmc(client, settings, now=now),
        "web_pages": lambda: WebPages(client, settings, now=now),
    }
    if name not in makers:
        raise CollectError(f"there is no source {name!r}", f"name one of {', '.join(SOURCES)}")
    return makers[name]()


def last_release(version: Version) -> tuple[int, int] | None:
    """Return (year, number) of the latest numbered PubMed file in the lake, None if there is none."""
    names = [row["name"] for row in version.table("windows").to_pylist() if row["state"] in ("done", "damaged")]
    return max(filter(None, map(file_release, names)), default=None)


@dataclass(frozen=True)
class LakeSnapshot:
    """What collecting needs to know of a version of the lake.

    `loaded` and `ever_loaded` are keys of payloads (source, sha256), the latter with those of withdrawn batches;
    `vocabulary` is the version that documents are annotated with; `walls` has why payloads of pages were rejected, if
    another attempt may find the page.
    """

    loaded: frozenset[tuple[str, str]]
    ever_loaded: frozenset[tuple[str, str]]
    vocabulary: str
    walls: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def from_version(cls, version: Version) -> "LakeSnapshot":
        """Read the snapshot from a version of the lake; raises `NoVocabularyError`."""
        rows = version.table("windows").select(["source", "sha256", "state", "reason", "until"]).to_pylist()
        ever_loaded = frozenset((row["source"], row["sha256"]) for row in rows)
        walls = {(row["source"], row["sha256"]): row["reason"] for row in rows if is_walled(row)}
        return cls(frozenset(loaded_payloads(version)), ever_loaded, vocabulary_version(version), walls)


def collect_window(lake: Lake, source: Source, window: Window, snapshot: LakeSnapshot, now: Clock = utc_now) -> Outcome:
    """Fetch and prepare one window.

    An error of the source becomes the outcome of the window; any other error is raised.
    """
    pending = PendingPayload(lake, window, now)
    # An earlier run may have been killed between completing the payload and committing it.
    payload = pending.find_complete(lambda payload: payload.key in snapshot.ever_loaded)
    try:
        fetched = Fetched(payload.window, payload) if payload else source.fetch(window, pending)
    except HttpError as error:
        halt = source.one_host and isinstance(error, RefusedError | UnreachableError)
        return Outcome(CollectedWindow(window, collected_at=now()).failed(str(error)), halt=halt)
    payload = fetched.payload
    if payload is None or payload.key in snapshot.loaded:
        wall = snapshot.walls.get(payload.key) if payload else None
        return Outcome(
            replace(fetched.collected, state="open", reason=wall) if wall else fetched.collected, None, payload
        )
    return Outcome(fetched.collected, prepare(lake, payload, snapshot.vocabulary), payload)


def plan_windows(lake: Lake, source: Source, span: Span, now: Clock = utc_now, *, resume: bool = False) -> list[Window]:
    """Return the windows of a span; with `resume` also those before it that the ledger lacks.

    If the source cannot list them, the failure is recorded in the ledger and `CollectError` is raised.
    """
    try:
        return source.resume(span, read_version(lake).table("windows").to_pylist()) if resume else source.plan(span)
    except HttpError as error:
        query = mask_secrets(span.query) if span.query else None
        window = Window(source.collector, f"plan-{span.since}-to-{span.until}", "plan", span.since, span.until, query)
        record_windows(lake, [(CollectedWindow(window, collected_at=now()).failed(str(error)), None)])
        raise CollectError(str(error), error.hint) from error


def uncommitted(outcomes: Iterable[Outcome], commit: Commit | None) -> list[Outcome]:
    """Return the outcomes that a commit did not enter in the ledger: no records, or a payload the lake has already.

    Two windows may have payloads identical to the byte, e.g. the records created and those modified on a day; only one
    of them is loaded.
    """
    rows = commit.windows if commit else []
    committed = {(row["collector"], row["window_name"], row["query"]) for row in rows}
    return [outcome for outcome in outcomes if outcome.collected.window.key not in committed]


@dataclass(frozen=True)
class Remaining:
    """Windows to collect, and those that are to be tried again on a later day only."""

    windows: list[Window]
    paused: list[Window] = field(default_factory=list)


def unfinished(windows: Iterable[Window], version: Version, *, force: bool) -> list[Window]:
    """Return the windows that are not done, or all of them if `force` is set."""
    done = finished_window_keys(version)
    return [window for window in windows if force or window.key not in done]


def choose_due(
    windows: Iterable[Window], version: Version, settled_after_days: int, today: dt.date, *, overlap: dt.date | None
) -> Remaining:
    """Return the windows to collect today: all but those that are done, and those that pause after failed attempts.

    Pages that failed, or are behind walls, pause; in a run that goes on from the ledger, so do windows before its first
    day in any case, `overlap`. Windows that failed come last: one that fails again keeps no run from the others.
    """
    rows = version.table("windows").to_pylist()
    requested, due = requested_days(rows, settled_after_days), next_attempts(rows)
    open_windows = [window for window in unfinished(windows, version, force=False) if not is_covered(window, requested)]

    def pauses(window: Window) -> bool:
        is_page = window.collector == WebPages.collector
        may_pause = overlap is not None and window.until < overlap if window.until else is_page
        return may_pause and due.get(window.key, today) > today

    chosen = [window for window in open_windows if not pauses(window)]
    if overlap is not None:
        chosen.sort(key=lambda window: window.key in due and window.until is not None)
    return Remaining(chosen, [window for window in open_windows if pauses(window)])


def next_group(windows: Sequence[Window], size: int) -> Sequence[Window]:
    """Return the windows to commit next, at most `size`.

    A replacement window comes alone, because it compares the baseline with what the lake holds by then. For example,
    with size 3 and R a replacement: a b c d R e  ->  a b c | d | R | e
    """
    end = next((at for at, window in enumerate(windows[:size]) if window.what == REPLACEMENT), size)
    return windows[: max(end, 1)]

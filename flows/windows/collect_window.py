"""What becomes of windows, one by one: request for or taken up again, kept, prepared; or failed, and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.errors import CollectError
from flows.http.client import Client, HttpError, RefusedError, UnreachableError
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
from warehouse.commit.ingest import Commit, loaded_payloads, vocabulary_version
from warehouse.commit.ledger import CollectedWindow, Payload, Window, finished_window_keys, record_windows
from warehouse.commit.staging import Unit
from warehouse.lake import Lake

SOURCES = ("pubmed_api", "pubmed_files", "europepmc", "web_pages")


@dataclass(frozen=True)
class Outcome:
    """What came of a window: a prepared unit, or only its row of the ledger; `halt`: no use to go on."""

    collected: CollectedWindow
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
    return max(filter(None, map(file_release, names)), default=None)


@dataclass(frozen=True)
class LakeSnapshot:
    """What of a lake collecting needs to know: payloads that are loaded, any it ever had, the vocabulary in force."""

    loaded: frozenset[tuple[str, str]]
    ever: frozenset[tuple[str, str]]
    vocabulary: str

    @classmethod
    def from_version(cls, version: Version) -> "LakeSnapshot":
        """As a version of the lake has it; raises `NoVocabularyError`."""
        rows = version.table("windows").select(["source", "sha256"]).to_pylist()
        ever = frozenset((row["source"], row["sha256"]) for row in rows)
        return cls(frozenset(loaded_payloads(version)), ever, vocabulary_version(version))


def collect_window(lake: Lake, source: Source, window: Window, known: LakeSnapshot, now: Clock = utc_now) -> Outcome:
    """Fetch and prepare one window. What goes wrong with its source is its outcome; all else is raised."""
    pending = PendingPayload(lake, window, now)
    payload = pending.find_complete(lambda payload: payload.key in known.ever)
    try:
        fetched = Fetched(payload.window, payload) if payload else source.fetch(window, pending)
    except HttpError as error:
        halt = source.one_host and isinstance(error, RefusedError | UnreachableError)
        return Outcome(CollectedWindow(window, collected_at=now()).failed(str(error)), halt=halt)
    payload = fetched.payload
    if payload is None or payload.key in known.loaded:
        return Outcome(fetched.collected, payload=payload)
    return Outcome(fetched.collected, prepare(lake, payload, known.vocabulary), payload)


def plan_windows(lake: Lake, source: Source, span: Span, now: Clock = utc_now) -> list[Window]:
    """The windows of a span; where the source cannot say, that stands in the ledger, and `CollectError` is raised."""
    try:
        return source.plan(span)
    except HttpError as error:
        window = Window(
            source.collector, f"plan-{span.since}-to-{span.until}", "plan", span.since, span.until, span.query
        )
        record_windows(lake, [(CollectedWindow(window, collected_at=now()).failed(str(error)), None)])
        raise CollectError(str(error), error.hint) from error


def uncommitted(outcomes: Iterable[Outcome], done: Commit | None) -> list[Outcome]:
    """Outcomes the ledger does not have by a commit: windows without records, or with a payload that is known.

    Two windows may hold the same records to the byte, e.g. the created and the modified ones of a day; one is loaded.
    """
    rows = done.windows if done else []
    told = {(row["collector"], row["window_name"], row["query"]) for row in rows}
    return [outcome for outcome in outcomes if outcome.collected.window.key not in told]


def unfinished(windows: Iterable[Window], version: Version, *, force: bool) -> list[Window]:
    """The windows that are not done; all of them where forced."""
    done = finished_window_keys(version)
    return [window for window in windows if force or window.key not in done]


def next_group(windows: Sequence[Window], at_once: int) -> Sequence[Window]:
    """The windows to commit next; one that replaces what was before asks the lake, and so stands alone."""
    until = next((at for at, window in enumerate(windows[:at_once]) if window.what == REPLACEMENT), at_once)
    return windows[: max(until, 1)]

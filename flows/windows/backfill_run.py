"""Running a backfill: windows side by side, committed some at a time, whatever becomes of any of them.

The ledger is the truth: a window is finished when it stands there. Until then this run locks it, and what has been
received of it lies in the lake, so that a run that is killed anywhere is taken up by the next one. A window that
another run locks is left to it, and looked at again in the end.
"""

import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from flows.sources.base import Source, utc_now
from flows.sources.pubmed_files import REPLACEMENT
from flows.windows.backfill_plan import is_done_since
from flows.windows.collect_window import LakeSnapshot, Outcome, collect_window, uncommitted
from flows.windows.locks import WindowLocks
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import Commit
from warehouse.commit.ledger import CollectedWindow, Window, latest_windows, record_windows
from warehouse.commit.staging import Unit
from warehouse.errors import VocabularyChangedError
from warehouse.lake import Lake

GIVE_UP_AFTER = 3
"""So many windows in a row for which the service could not be reached, or refused to answer: the rest is not tried."""
RECORDS_PER_COMMIT = 500_000
"""As many as this are committed without waiting for further windows."""
LOCK_TIMEOUT_S = 6 * 3600.0
_NEW_VOCABULARIES = 3


@dataclass
class BackfillResult:
    """What a backfill did: the catalog's version, and by window its row of the ledger.

    Apart: how many windows were done before, and how many another run did in the meantime.
    """

    version: int = 0
    windows: list[dict[str, Any]] = field(default_factory=list)
    already_done: int = 0
    done_by_others: int = 0

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The windows that failed."""
        return [row for row in self.windows if row["state"] == "failed"]


@dataclass(frozen=True)
class Attempt:
    """What came of an attempt at a window: an outcome; or none, where another run did it, or is about to."""

    window: Window
    outcome: Outcome | None = None
    done_by_other: bool = False


@dataclass(frozen=True)
class WindowCollector:
    """Collects single windows of one source into a lake, each under its lock.

    `planned_at_version` is the lake version at which the backfill was planned.
    """

    lake: Lake
    source: Source
    locks: WindowLocks
    planned_at_version: int

    def collect(self, window: Window, wait_s: float = 0.0) -> Attempt:
        """Collect one window and keep holding it; what goes wrong with it is its outcome."""
        if not self.locks.acquire(window, wait_s):
            return Attempt(window)
        version = read_version(self.lake)
        if is_done_since(window, version, self.planned_at_version):
            self.locks.release(window)
            return Attempt(window, done_by_other=True)
        try:
            return Attempt(window, collect_window(self.lake, self.source, window, LakeSnapshot.from_version(version)))
        except Exception as error:  # noqa: BLE001 - it is this window's reason, and no other's
            return Attempt(window, _failed(window, error))


class Pending(Protocol):
    """A submitted attempt, as concurrent.futures and Prefect have it."""

    def add_done_callback(self, fn: Callable[[Any], None]) -> None: ...  # noqa: D102
    def result(self) -> Attempt: ...  # noqa: D102


@dataclass
class Runner:
    """Runs windows: at most `parallel` side by side, committed together once `windows_per_commit` are ready.

    `submit` begins an attempt, `commit` commits units as one version, `tell` hears of every window that is through.
    """

    collector: WindowCollector
    submit: Callable[[Window, float], Pending]
    commit: Callable[[Sequence[Unit]], Commit | None]
    tell: Callable[[], None] = lambda: None
    parallel: int = 2
    windows_per_commit: int = 25

    def __post_init__(self) -> None:
        self._through: queue.SimpleQueue[Pending] = queue.SimpleQueue()
        self._ready: list[Attempt] = []
        self._held_by_others: list[Window] = []
        self._closed: list[str] = []
        self._rows: dict[Window, dict[str, Any]] = {}
        self._done_by_others = 0
        self._new_vocabularies = 0

    def run(self, windows: Sequence[Window]) -> BackfillResult:
        """Collect windows in this order; then, one by one and holding nothing else, those that others held."""
        self._pass(deque(windows), self.parallel, wait_s=0.0)
        others, self._held_by_others = self._held_by_others, []
        for window in others:
            self._pass(deque([window]), 1, wait_s=LOCK_TIMEOUT_S)
        for window in self._held_by_others:
            self._ready.append(
                Attempt(window, Outcome(CollectedWindow(window).failed("another run did not let go of it")))
            )
        self._keep(deque())
        rows = [self._rows[window] for window in windows if window in self._rows]
        return BackfillResult(read_version(self.collector.lake).number, rows, done_by_others=self._done_by_others)

    def _pass(self, waiting: deque[Window], parallel: int, *, wait_s: float) -> None:
        running = 0
        while waiting or running:
            while waiting and running < parallel and not (running and waiting[0].what == REPLACEMENT):
                self.submit(waiting.popleft(), wait_s).add_done_callback(self._through.put)
                running += 1
            self._take(self._through.get().result(), waiting)
            running -= 1
            alone = not running and (not waiting or waiting[0].what == REPLACEMENT)
            if alone or len(self._ready) >= self.windows_per_commit or self._records() >= RECORDS_PER_COMMIT:
                self._keep(waiting)

    def _take(self, attempt: Attempt, waiting: deque[Window]) -> None:
        if attempt.outcome is None:
            if attempt.done_by_other:
                self._done_by_others += 1
                self.tell()
            else:
                self._held_by_others.append(attempt.window)
            return
        self._ready.append(attempt)
        halts = attempt.outcome.halt
        self._closed = [*self._closed, attempt.window.name] if halts else []
        if len(self._closed) == GIVE_UP_AFTER:
            reason = f"not attempted after {', '.join(self._closed)} failed: {attempt.outcome.collected.reason}"
            self._ready += [Attempt(window, Outcome(CollectedWindow(window).failed(reason))) for window in waiting]
            waiting.clear()

    def _records(self) -> int:
        return sum(attempt.outcome.collected.expected or 0 for attempt in self._ready if attempt.outcome)

    def _keep(self, waiting: deque[Window]) -> None:
        """Commit what is ready, tell the ledger of what brought no records, and let go of both."""
        ready, self._ready = self._ready, []
        kept = self._committed([attempt for attempt in ready if attempt.outcome], waiting)
        lake = self.collector.lake
        record_windows(lake, [(told.collected, told.payload) for _, told in kept if not told.unit])
        rows = latest_windows(read_version(lake))
        for window, _ in kept:
            self._rows[window] = rows[window.key]
            self.tell()
        self.collector.locks.release(*(attempt.window for attempt in ready))

    def _committed(self, ready: Sequence[Attempt], waiting: deque[Window]) -> list[tuple[Window, Outcome]]:
        """Attempts and their outcomes, whose units are committed by now; what fails to be committed has failed."""
        outcomes = [(attempt.window, attempt.outcome) for attempt in ready if attempt.outcome]
        units = [outcome.unit for _, outcome in outcomes if outcome.unit]
        if not units:
            return outcomes
        try:
            done = self.commit(units)
        except VocabularyChangedError:
            self._new_vocabularies += 1
            if self._new_vocabularies > _NEW_VOCABULARIES:
                raise
            waiting.extendleft(window for window, outcome in outcomes if outcome.unit)
            return [told for told in outcomes if not told[1].unit]
        except Exception as error:  # noqa: BLE001 - told in the ledger, as the reason of the window it came from
            if len(ready) == 1:
                return [(outcomes[0][0], _failed(outcomes[0][0], error))]
            return [told for attempt in ready for told in self._committed([attempt], waiting)]
        known = [told.collected.window for told in uncommitted((told for _, told in outcomes), done)]
        return [(window, replace(told, unit=None) if window in known else told) for window, told in outcomes]


def _failed(window: Window, error: Exception) -> Outcome:
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return Outcome(CollectedWindow(window, collected_at=utc_now()).failed(reason))

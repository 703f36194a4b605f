"""Run a backfill: windows in parallel, committed a few at a time; a window that fails stops no other.

A window is finished once it is in the ledger. Until then this run holds its lock, and the pages received so far lie in
the lake's raw folder, so that the next run resumes a killed one. A window locked by another run is skipped, and tried
again at the end.

    submit --> attempts, `parallel` at a time --> ready --> commit, ledger, release the locks
                 |                                (at `windows_per_commit` windows, or RECORDS_PER_COMMIT records)
                 +--> locked by another run: tried again, one by one, at the end
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
"""After so many windows in a row for which the service was unreachable or rejected requests, the rest is skipped."""
RECORDS_PER_COMMIT = 500_000
"""So many records are committed without waiting for further windows."""
LOCK_TIMEOUT_S = 6 * 3600.0
"""How long to wait, at the end, for a window locked by another run."""
_MAX_VOCABULARY_CHANGES = 3


@dataclass
class BackfillResult:
    """Result of a backfill: the lake version it ended with, and the ledger row of each window it collected.

    `already_done` and `done_by_others` count the windows that were finished before, or meanwhile by another run.
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
    """An attempt at a window; without an outcome if another run has done it (`done_by_other`) or holds its lock."""

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
        """Collect one window and keep its lock until the ledger has it; any error becomes the outcome of the window."""
        if not self.locks.acquire(window, wait_s):
            return Attempt(window)
        version = read_version(self.lake)
        if is_done_since(window, version, self.planned_at_version):
            self.locks.release(window)
            return Attempt(window, done_by_other=True)
        try:
            return Attempt(window, collect_window(self.lake, self.source, window, LakeSnapshot.from_version(version)))
        except Exception as error:  # noqa: BLE001 - recorded as the failure of this window
            return Attempt(window, _failed_outcome(window, error))


class AttemptFuture(Protocol):
    """A submitted attempt: what the futures of concurrent.futures and of Prefect have in common."""

    def add_done_callback(self, fn: Callable[[Any], None]) -> None: ...  # noqa: D102
    def result(self) -> Attempt: ...  # noqa: D102


@dataclass
class Runner:
    """Runs windows, at most `parallel` at a time, and commits them once `windows_per_commit` are ready.

    `submit` starts an attempt, `commit` commits units as one version, `on_finished` is called once per window.
    """

    collector: WindowCollector
    submit: Callable[[Window, float], AttemptFuture]
    commit: Callable[[Sequence[Unit]], Commit | None]
    on_finished: Callable[[], None] = lambda: None
    parallel: int = 2
    windows_per_commit: int = 25

    def __post_init__(self) -> None:
        self._finished: queue.SimpleQueue[AttemptFuture] = queue.SimpleQueue()
        self._ready: list[Attempt] = []
        self._held_by_others: list[Window] = []
        self._halted: list[str] = []
        self._rows: dict[Window, dict[str, Any]] = {}
        self._done_by_others = 0
        self._vocabulary_changes = 0

    def run(self, windows: Sequence[Window]) -> BackfillResult:
        """Collect windows in this order, then those that other runs held.

        The latter come one by one, with no other lock held: two runs waiting for each other would never end.
        """
        self._run_windows(deque(windows), self.parallel, wait_s=0.0)
        others, self._held_by_others = self._held_by_others, []
        for window in others:
            self._run_windows(deque([window]), 1, wait_s=LOCK_TIMEOUT_S)
        for window in self._held_by_others:
            self._ready.append(
                Attempt(window, Outcome(CollectedWindow(window).failed("another run did not release its lock")))
            )
        self._commit_ready(deque())
        rows = [self._rows[window] for window in windows if window in self._rows]
        return BackfillResult(read_version(self.collector.lake).number, rows, done_by_others=self._done_by_others)

    def _run_windows(self, waiting: deque[Window], parallel: int, *, wait_s: float) -> None:
        # A replacement window compares the baseline with the lake, so it runs alone, after all others are committed.
        running = 0
        while waiting or running:
            while waiting and running < parallel and not (running and waiting[0].what == REPLACEMENT):
                self.submit(waiting.popleft(), wait_s).add_done_callback(self._finished.put)
                running += 1
            self._receive(self._finished.get().result(), waiting)
            running -= 1
            alone = not running and (not waiting or waiting[0].what == REPLACEMENT)
            if alone or len(self._ready) >= self.windows_per_commit or self._ready_records() >= RECORDS_PER_COMMIT:
                self._commit_ready(waiting)

    def _receive(self, attempt: Attempt, waiting: deque[Window]) -> None:
        if attempt.outcome is None:
            if attempt.done_by_other:
                self._done_by_others += 1
                self.on_finished()
            else:
                self._held_by_others.append(attempt.window)
            return
        self._ready.append(attempt)
        halts = attempt.outcome.halt
        self._halted = [*self._halted, attempt.window.name] if halts else []
        if len(self._halted) == GIVE_UP_AFTER:
            reason = f"not attempted after {', '.join(self._halted)} failed: {attempt.outcome.collected.reason}"
            self._ready += [Attempt(window, Outcome(CollectedWindow(window).failed(reason))) for window in waiting]
            waiting.clear()

    def _ready_records(self) -> int:
        return sum(attempt.outcome.collected.expected or 0 for attempt in self._ready if attempt.outcome)

    def _commit_ready(self, waiting: deque[Window]) -> None:
        """Commit the ready windows, enter those without records in the ledger, and release the locks of all."""
        ready, self._ready = self._ready, []
        finished = self._commit_units([attempt for attempt in ready if attempt.outcome], waiting)
        lake = self.collector.lake
        record_windows(lake, [(outcome.collected, outcome.payload) for _, outcome in finished if not outcome.unit])
        rows = latest_windows(read_version(lake))
        for window, _ in finished:
            self._rows[window] = rows[window.key]
            self.on_finished()
        self.collector.locks.release(*(attempt.window for attempt in ready))

    def _commit_units(self, ready: Sequence[Attempt], waiting: deque[Window]) -> list[tuple[Window, Outcome]]:
        """Commit the units of attempts; return the windows with their outcomes, the failed ones included.

        If the vocabulary was replaced, the windows with units return to the front of `waiting` instead. If the commit
        of several units fails, each is committed on its own, so that only the faulty ones fail.
        """
        outcomes = [(attempt.window, attempt.outcome) for attempt in ready if attempt.outcome]
        units = [outcome.unit for _, outcome in outcomes if outcome.unit]
        if not units:
            return outcomes
        try:
            done = self.commit(units)
        except VocabularyChangedError:
            self._vocabulary_changes += 1
            if self._vocabulary_changes > _MAX_VOCABULARY_CHANGES:
                raise
            waiting.extendleft(window for window, outcome in outcomes if outcome.unit)
            return [(window, outcome) for window, outcome in outcomes if not outcome.unit]
        except Exception as error:  # noqa: BLE001 - recorded in the ledger as the failure of its window
            if len(ready) == 1:
                return [(outcomes[0][0], _failed_outcome(outcomes[0][0], error))]
            return [pair for attempt in ready for pair in self._commit_units([attempt], waiting)]
        # A unit whose payload another window brought already is not in the commit: it needs a ledger row of its own.
        repeated = {left.collected.window for left in uncommitted((outcome for _, outcome in outcomes), done)}
        return [
            (window, replace(outcome, unit=None) if window in repeated else outcome) for window, outcome in outcomes
        ]


def _failed_outcome(window: Window, error: Exception) -> Outcome:
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return Outcome(CollectedWindow(window, collected_at=utc_now()).failed(reason))

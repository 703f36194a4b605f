"""Who collects a window: one run at a time, from asking for it until it stands in the ledger.

A hold is a lock on a file, freed by the kernel when its holder dies. Whoever gets a hold after another run reads the
ledger again: the window may be done by then.
"""

from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from warehouse.commit.ledger import Window
from warehouse.lake import Lake


class Holds:
    """The windows this run holds; a context manager that frees them. Safe to use from several threads."""

    def __init__(self, lake: Lake) -> None:
        self._folder = lake.root / "locks"
        self._held: dict[Window, FileLock] = {}

    def take(self, window: Window, wait_s: float = 0.0) -> bool:
        """Hold a window; False where another run still does after this long."""
        place = self._folder / window.collector / f"{Path(window.name).name}.lock"
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place, thread_local=False)
        try:
            lock.acquire(timeout=wait_s)
        except Timeout:
            return False
        self._held[window] = lock
        return True

    def free(self, *windows: Window) -> None:
        """Hold some windows no longer; those that are not held are passed over."""
        for window in windows:
            lock = self._held.pop(window, None)
            if lock:
                Path(lock.lock_file).unlink(missing_ok=True)  # before it is freed: who waits for it looks for its name
                lock.release()

    def free_all(self) -> None:
        """Hold nothing any longer."""
        self.free(*list(self._held))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free_all()

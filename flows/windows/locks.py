"""Locks that let one run at a time collect a window, or a source.

A lock is a file lock, which the kernel releases when its process dies: a killed run leaves nothing to clean up. A run
that had to wait for a lock must read the ledger again, as the window may be done by then.
"""

from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from flows.errors import CollectError
from warehouse.commit.ledger import Window
from warehouse.lake import Lake


class WindowLocks:
    """The window locks held by this run; a context manager that releases them all. Safe to share between threads."""

    def __init__(self, lake: Lake) -> None:
        self._folder = lake.root / "locks"
        self._held: dict[Window, FileLock] = {}

    def acquire(self, window: Window, timeout_s: float = 0.0) -> bool:
        """Lock a window; return False if another run still holds it after `timeout_s` seconds."""
        lock_file = self._folder / window.collector / f"{Path(window.name).name}.lock"
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(lock_file, thread_local=False)
        try:
            lock.acquire(timeout=timeout_s)
        except Timeout:
            return False
        self._held[window] = lock
        return True

    def release(self, *windows: Window) -> None:
        """Unlock windows; those not locked by this run are ignored."""
        for window in windows:
            lock = self._held.pop(window, None)
            if lock:
                # Unlink before unlocking: a waiting process opens the file by name, so it must find either this
                # locked file or none. The other way round, two processes could lock two files of the same name.
                Path(lock.lock_file).unlink(missing_ok=True)
                lock.release()

    def release_all(self) -> None:
        """Unlock every window this run holds."""
        self.release(*list(self._held))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release_all()


class SourceLock:
    """Context manager that locks a whole source, so that two `collect` runs never fetch the same windows.

    Raises `CollectError` on entry if another run holds the lock.
    """

    def __init__(self, lake: Lake, source: str) -> None:
        lake.raw.mkdir(parents=True, exist_ok=True)
        self._source = source
        self._lock = FileLock(lake.raw / f"{Path(source).name}.lock")

    def __enter__(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise CollectError(
                f"another run is collecting from {self._source} into this lake", "wait until it ends, or stop it"
            ) from None

    def __exit__(self, *_: object) -> None:
        self._lock.release()

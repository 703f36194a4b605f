"""Progress bars for long work: shown on a terminal, absent if standard error is a pipe or file.

The bar of bytes is found through a context variable, so the reading code needs no parameter for it.
"""

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


@dataclass(frozen=True)
class _Bar:
    progress: Progress
    task: TaskID

    def advance(self, amount: int) -> None:
        self.progress.advance(self.task, amount)


_current: ContextVar[_Bar | None] = ContextVar("hoofbeats_progress", default=None)


@contextlib.contextmanager
def bytes_bar(label: str, total: int) -> Iterator[None]:
    """Show how many of `total` bytes the `CountedFile` streams opened inside the block have read."""
    if not sys.stderr.isatty():
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        token = _current.set(_Bar(progress, progress.add_task(label, total=total)))
        try:
            yield
        finally:
            _current.reset(token)


@contextlib.contextmanager
def count_bar(label: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of `total` items are finished; yield a function to call after each item."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


def advance_bytes(amount: int) -> None:
    """Add bytes read by another process to the bar of bytes, if one is shown."""
    bar = _current.get()
    if bar:
        bar.advance(amount)


class CountedFile(io.FileIO):
    """A file opened for reading that advances the bar of bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._bar = _current.get()

    def read(self, size: int | None = -1) -> bytes:
        """Read like `io.FileIO.read`, and advance the bar."""
        data = super().read(-1 if size is None else size)
        if self._bar:
            self._bar.advance(len(data))
        return data

"""Progress of long work: a bar on a terminal, nothing in a pipe."""

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
    """Show how much of `total` bytes has been read by `CountedFile` streams inside the block."""
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
    """Show how many of `total` things are through; yields what to call at each."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        yield lambda: progress.advance(task)


def advance_bytes(amount: int) -> None:
    """Tell the bar of bytes that another process has read."""
    bar = _current.get()
    if bar:
        bar.advance(amount)


class CountedFile(io.FileIO):
    """A file, open for reading, that tells the bar how much was read of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._bar = _current.get()

    def read(self, size: int | None = -1) -> bytes:
        """Read as a file does."""
        data = super().read(-1 if size is None else size)
        if self._bar:
            self._bar.advance(len(data))
        return data

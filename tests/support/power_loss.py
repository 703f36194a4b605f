"""A simulated power loss: what a killed process wrote and did not flush to disk is cut to zero bytes.

A process records each fsync with the state of the file at that moment. After the kill, a file that was written later
than its last fsync (or never flushed) has an unknown content on a real disk; the worst case of it is an empty file.
"""

import os
from pathlib import Path


def record_syncs(log):
    """Make os.fsync of this process append inode, size and time of change of what it flushes to a file."""
    flush = os.fsync

    def recorded(descriptor):
        flush(descriptor)
        state = os.fstat(descriptor)
        with Path(log).open("a", encoding="ascii") as stream:
            stream.write(f"{state.st_ino} {state.st_size} {state.st_mtime_ns}\n")

    os.fsync = recorded


def files_below(folder):
    """State of every regular file below a folder, by path: inode, size, time of change."""
    states = {}
    for path in Path(folder).rglob("*"):
        if path.is_file() and not path.is_symlink():
            state = path.stat()
            states[path] = (state.st_ino, state.st_size, state.st_mtime_ns)
    return states


def lose_power(folder, before, log):
    """Empty the files below `folder` that changed since `before` and were not flushed as they are; return their paths.

    A hard link or a rename of a flushed file keeps its inode, and so its content.
    """
    flushed = set()
    if Path(log).exists():
        flushed = {tuple(map(int, line.split())) for line in Path(log).read_text("ascii").splitlines()}
    known = set(before.values())
    lost = [path for path, state in files_below(folder).items() if state not in flushed | known and path.stat().st_size]
    for path in lost:
        os.truncate(path, 0)
    return lost

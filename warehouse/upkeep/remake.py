"""Write the catalogs of a lake again that was moved or copied, or that other code wrote.

Readers of Hoofbeats do without: they build such a catalog in memory. This is for analysts, who open catalog.duckdb in
DuckDB themselves.
"""

import os
from pathlib import Path

from warehouse.catalog.file import Version
from warehouse.catalog.publish import (
    at_this_root,
    begin_commit,
    current_file,
    keep_in_history,
    open_catalog,
    outdated,
    read_file,
    write_staged,
)
from warehouse.lake import Lake, sync


def remake_catalogs(lake: Lake) -> str | None:
    """Write every kept catalog again for this place and this code; returns why, None if they are right already."""
    with lake.writing():
        version = begin_commit(lake)
        reason = _outdated(current_file(lake), lake) if version.number else None
        if reason is None:
            return None
        for number, file in lake.kept_versions().items():
            if number != version.number and _outdated(file, lake):
                _rewrite(lake, at_this_root(read_file(file), lake), file)
        _rewrite(lake, at_this_root(version, lake), lake.catalog)
        keep_in_history(lake, version.number)
        return reason


def _outdated(file: Path, lake: Lake) -> str | None:
    with open_catalog(file) as connection:
        return outdated(connection, lake)


def _rewrite(lake: Lake, version: Version, catalog: Path) -> None:
    """Replace a catalog by a new file of the same version, with the old file's time, which garbage collection reads."""
    staged, status = write_staged(lake, version), catalog.stat()
    os.utime(staged, ns=(status.st_atime_ns, status.st_mtime_ns))
    staged.replace(catalog)
    sync(catalog.parent)

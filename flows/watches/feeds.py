"""Write the changes of watches as Atom feeds: one per watch, and one for all."""

from collections.abc import Callable
from pathlib import Path

from flows import terminal
from flows.settings import Settings
from flows.watches import file as watch_file
from flows.watches.file import replace_if_changed
from transforms.publishing.atom import render_feed
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.derived.watch_counts import count_watches
from warehouse.lake import Lake
from warehouse.queries.combinations import Row

ALL = "all"


def follow_watches(settings: Settings) -> None:
    """Count the watches of the watch file from now on, and write the feeds."""
    lake = Lake.at(settings.lake)
    count_watches(lake, watch_file.read(settings.watch_file))
    write_feeds(settings)


def changes(version: Version) -> list[Row]:
    """Return the rows of `watch_counts` that are changes, not first counts, earliest first."""
    listed = [row for row in version.table("watch_counts").to_pylist() if row["previous"] is not None]
    return sorted(listed, key=lambda row: (row["batch"], row["watch_id"]))


def write_feeds(settings: Settings, warn: Callable[[str], None] = terminal.note) -> list[Path]:
    """Write the feeds of all changes; return the files whose content changed.

    A feed that cannot be written is passed to `warn` with its path and reason: it must not fail the commit it reports.
    """
    version = read_version(Lake.at(settings.lake))
    watches = {row["watch_id"]: row["name"] for row in version.table("watches").to_pylist()}
    if not watches and not len(version.table("watch_counts")):
        return []
    events = changes(version)
    feeds = {f"watch-{id_}": (name, [row for row in events if row["watch_id"] == id_]) for id_, name in watches.items()}
    feeds[ALL] = ("All watches", events)
    written = []
    for name, (title, listed) in feeds.items():
        path = settings.feed_folder / f"{name}.atom"
        try:
            if replace_if_changed(path, render_feed(name, f"Hoofbeats: {title}", listed)):
                written.append(path)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one feed is passed on; the others are written
            warn(f"the feed {path} was not written ({type(error).__name__}: {error}); the next commit tries again")
    return written

"""What the lake knows of changes of watches, written as Atom feeds: one a watch, and one for all."""

from pathlib import Path

from flows.settings import Settings
from flows.watches import file as watch_file
from transforms.publishing.atom import render_feed
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.derived.watch_counts import follow
from warehouse.lake import Lake
from warehouse.queries.combinations import Row

ALL = "all"


def follow_watches(settings: Settings) -> None:
    """Count the watches that the file has from now on, and write the feeds."""
    lake = Lake.at(settings.lake)
    follow(lake, watch_file.read(settings.watch_file))
    write_feeds(settings)


def changes(version: Version) -> list[Row]:
    """The rows of `watch_counts` that are changes, not first counts; the earliest first."""
    listed = [row for row in version.table("watch_counts").to_pylist() if row["previous"] is not None]
    return sorted(listed, key=lambda row: (row["batch"], row["watch_id"]))


def write_feeds(settings: Settings) -> list[Path]:
    """Write the feeds of all changes; returns those that are not as they were."""
    version = read_version(Lake.at(settings.lake))
    watches = {row["watch_id"]: row["name"] for row in version.table("watches").to_pylist()}
    if not watches and not len(version.table("watch_counts")):
        return []
    events = changes(version)
    feeds = {f"watch-{id_}": (name, [row for row in events if row["watch_id"] == id_]) for id_, name in watches.items()}
    feeds[ALL] = ("All watches", events)
    folder = settings.feed_folder
    folder.mkdir(parents=True, exist_ok=True)
    return [
        path
        for name, (title, listed) in feeds.items()
        if _replaced(path := folder / f"{name}.atom", render_feed(name, f"Hoofbeats: {title}", listed))
    ]


def _replaced(path: Path, content: bytes) -> bool:
    """Put a file in place whole, where its content is another."""
    if path.exists() and path.read_bytes() == content:
        return False
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
    return True

"""Alerts: changes of watches told to the notification blocks that the setting `notify` names.

Blocks are made in Prefect (`prefect block type ls`; its UI has a form for each): webhooks, Slack, e-mail. What was told
last is kept in the lake, so a change is told once; one that could not be delivered is told by the next run.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block

from flows.settings import Settings
from flows.watches.feeds import changes, follow_watches, write_feeds
from flows.watches.file import WatchFileError
from transforms.publishing.atom import headline, summary
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import Row

_TOLD = "alerts.json"


def track_watches(settings: Settings) -> None:
    """Count the watches of the file from now on; a file that cannot be read is told, and stops no run."""
    try:
        follow_watches(settings)
    except WatchFileError as error:
        get_run_logger().error("%s", error)


def announce_changes(settings: Settings) -> list[Row]:
    """Write the feeds, and tell the blocks of what is new, if anything is; returns what was new."""
    write_feeds(settings)
    version = read_version(Lake.at(settings.lake))
    events = changes(version)
    place = settings.lake / _TOLD
    fresh = [row for row in events if row["batch"] > _told_until(place)]
    if fresh and settings.notify and not alert(headlines(fresh), bodies(fresh), settings.notify.split()):
        return fresh
    if fresh:
        place.write_text(json.dumps({"batch": fresh[-1]["batch"]}), encoding="utf-8")
    return fresh


def _told_until(place: Path) -> int:
    try:
        return int(json.loads(place.read_text(encoding="utf-8"))["batch"])
    except FileNotFoundError:
        return 0


def headlines(events: Sequence[Row]) -> str:
    """The subject of a message."""
    return headline(events[0]) if len(events) == 1 else f"Hoofbeats: {len(events)} watches changed"


def bodies(events: Sequence[Row]) -> str:
    """The text of a message."""
    return "\n\n".join(map(summary, events))


@flow(name="alert", persist_result=False)
def alert(subject: str, body: str, blocks: Sequence[str]) -> bool:
    """Send one message to every block; whether all took it. One that fails doesn't keep it from the others."""
    logger, failed = get_run_logger(), 0
    for name in blocks:
        try:
            block = Block.load(name)
            if not isinstance(block, NotificationBlock):
                raise TypeError(f"{name} is a {type(block).__name__}, no notification block")
            with block.raise_on_failure():
                send: Callable[[str, str], object] = block.notify  # called from a flow that is no coroutine, it waits
                send(body, subject)
        except Exception as error:  # noqa: BLE001 - whatever a block raises is told, and tried again by the next run
            failed += 1
            logger.error("%s was not told: %s", name, error)
    return not failed

"""Alerts: send changes of watches to the notification blocks of the setting `notify`.

Blocks (webhooks, Slack, e-mail) are created in Prefect, see `prefect block type ls` or its UI. The last batch that was
sent is stored in the lake, so each change is sent once; one that could not be delivered is sent by the next run.
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

_SENT_FILE = "alerts.json"


def track_watches(settings: Settings) -> None:
    """Count the watches of the watch file from now on; an invalid file is logged as an error and stops no run."""
    try:
        follow_watches(settings)
    except WatchFileError as error:
        get_run_logger().error("%s", error)


def announce_changes(settings: Settings) -> list[Row]:
    """Write the feeds and send the changes that are new to the blocks; return the new changes."""
    write_feeds(settings)
    version = read_version(Lake.at(settings.lake))
    events = changes(version)
    sent_file = settings.lake / _SENT_FILE
    fresh = [row for row in events if row["batch"] > _last_sent_batch(sent_file)]
    if fresh and settings.notify and not alert(headlines(fresh), bodies(fresh), settings.notify.split()):
        return fresh  # the batch is not noted as sent, so the next run tries again
    if fresh:
        sent_file.write_text(json.dumps({"batch": fresh[-1]["batch"]}), encoding="utf-8")
    return fresh


def _last_sent_batch(sent_file: Path) -> int:
    try:
        return int(json.loads(sent_file.read_text(encoding="utf-8"))["batch"])
    except FileNotFoundError:
        return 0


def headlines(events: Sequence[Row]) -> str:
    """Return the subject of a message."""
    return headline(events[0]) if len(events) == 1 else f"Hoofbeats: {len(events)} watches changed"


def bodies(events: Sequence[Row]) -> str:
    """Return the text of a message."""
    return "\n\n".join(map(summary, events))


@flow(name="alert", persist_result=False)
def alert(subject: str, body: str, blocks: Sequence[str]) -> bool:
    """Send one message to every block; return whether all accepted it. A block that fails does not stop the others."""
    logger, failed = get_run_logger(), 0
    for name in blocks:
        try:
            block = Block.load(name)
            if not isinstance(block, NotificationBlock):
                raise TypeError(f"{name} is a {type(block).__name__}, not a notification block")
            with block.raise_on_failure():
                send: Callable[[str, str], object] = block.notify  # synchronous when called from a synchronous flow
                send(body, subject)
        except Exception as error:  # noqa: BLE001 - any error of a block is logged; the next run tries again
            failed += 1
            logger.error("the alert to %s failed: %s", name, error)
    return not failed

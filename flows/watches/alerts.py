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
from flows.watches import file as watch_file
from flows.watches.feeds import changes, write_feeds
from flows.watches.file import WatchFileError, replace_if_changed
from transforms.publishing.atom import headline, summary
from warehouse.catalog.publish import read_version
from warehouse.derived.watch_counts import count_watches
from warehouse.lake import Lake
from warehouse.queries.combinations import Row

_SENT_FILE = "alerts.json"


def track_watches(settings: Settings) -> None:
    """Count the watches of the watch file from now on; whatever is wrong with them is logged and stops no run."""
    try:
        count_watches(Lake.at(settings.lake), watch_file.read(settings.watch_file))
    except WatchFileError as error:
        get_run_logger().error("%s", error)
    except Exception as error:  # noqa: BLE001 - logged with its file; the load that follows does not need the watches
        _warn(f"the watches of {settings.watch_file} were not counted", error)
    write_feeds(settings, get_run_logger().warning)


def announce_changes(settings: Settings) -> list[Row]:
    """Write the feeds and send the changes that are new to the blocks; return the new changes.

    Called after a commit, which it must not fail: whatever goes wrong is logged, and the next run tries again.
    """
    sent_file = settings.lake / _SENT_FILE
    try:
        write_feeds(settings, get_run_logger().warning)
        events = changes(read_version(Lake.at(settings.lake)))
        last_sent = _last_sent_batch(sent_file)
        fresh = [row for row in events if row["batch"] > last_sent]
        if fresh and settings.notify and not alert(headlines(fresh), bodies(fresh), settings.notify.split()):
            return fresh  # the batch is not noted as sent, so the next run tries again
        if fresh:
            replace_if_changed(sent_file, json.dumps({"batch": fresh[-1]["batch"]}).encode())
    except Exception as error:  # noqa: BLE001 - logged with its file; the records are committed whatever happens here
        _warn(f"changes of watches were not announced, see {sent_file} and {settings.feed_folder}", error)
        return []
    return fresh


def _last_sent_batch(sent_file: Path) -> int:
    """Return the last batch whose changes were sent, 0 if none were or if the file is damaged.

    After damage every change is sent once more, since sending one twice does less harm than missing one.
    """
    try:
        return int(json.loads(sent_file.read_bytes())["batch"])
    except FileNotFoundError:
        return 0
    except (ValueError, TypeError, KeyError) as error:
        _warn(f"{sent_file} is damaged and will be written again; all changes count as new", error)
        return 0


def _warn(message: str, error: Exception) -> None:
    get_run_logger().warning("%s (%s: %s)", message, type(error).__name__, error)


def headlines(events: Sequence[Row]) -> str:
    """Return the subject of a message."""
    return headline(events[0]) if len(events) == 1 else f"Hoofbeats: {len(events)} watches changed"


def bodies(events: Sequence[Row]) -> str:
    """Return the text of a message."""
    return "\n\n".join(map(summary, events))


@flow(name="alert", flow_run_name="alert: {subject}", persist_result=False)
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

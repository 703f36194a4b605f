"""What follows every commit that changes articles: small segments are merged, and watches counted again."""

from warehouse.catalog.file import Version
from warehouse.commit.compaction import compact_if_crowded
from warehouse.derived.watch_counts import count_watches, stored_watches
from warehouse.lake import Lake


def follow_up(lake: Lake, before: Version) -> None:
    """Merge small segments if there are too many, and count the watches of a lake again.

    `before`: the version before the commit, which has the same watches. For callers that have released the writer's
    lock: both are commits of their own, and take back nothing of the one before if they fail.
    """
    compact_if_crowded(lake)
    if stored_watches(before):
        count_watches(lake)

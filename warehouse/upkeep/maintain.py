"""Maintenance of a lake: refresh derived tables, compact small segments, remove files that no version needs."""

from dataclasses import dataclass

from warehouse.commit.compaction import compact
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.lake import Lake
from warehouse.upkeep.garbage import KEEP_LATEST, RemovedFiles, collect_garbage
from warehouse.upkeep.remake import remake_catalogs


@dataclass(frozen=True)
class Maintained:
    """The versions that maintenance made, None for a step with nothing to do; and what it removed."""

    claims_audited_in_version: int | None
    rare_pairs_tested_in_version: int | None
    compacted_into_version: int | None
    removed: RemovedFiles


def maintain_lake(lake: Lake, keep_latest: int = KEEP_LATEST, *, force: bool = False) -> Maintained:
    """Remake the catalogs of a moved lake, audit claims, test rare pairs, compact segments and collect garbage.

    Readers are not disturbed.

    `keep_latest`: versions to keep, beside the last of each day; `force`: see `collect_garbage`.
    """
    remake_catalogs(lake)
    return Maintained(
        refresh(lake, CLAIM_TABLES),
        refresh(lake, RARE_TABLES),
        compact(lake),
        collect_garbage(lake, keep_latest=keep_latest, force=force),
    )

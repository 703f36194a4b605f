"""The flows that look after a lake: maintain, nightly; audit, weekly."""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

tune_allocator()

from dataclasses import asdict, dataclass
from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field

from flows.reporting.artifacts import publish_remarks
from flows.reporting.reconciliation import Reconciliation
from flows.settings import Settings
from warehouse.catalog.publish import connect, read_version
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.upkeep.audit import audit as recount
from warehouse.upkeep.compaction import compact
from warehouse.upkeep.garbage import KEEP_LATEST, RemovedFiles, collect_garbage
from warehouse.upkeep.verify import verify

silence_exit_of_flow_run()


@dataclass(frozen=True)
class Maintained:
    """What maintenance did: the version it made, None where there was nothing to fold; and what was removed."""

    folded_into_version: int | None
    removed: RemovedFiles


@flow(name="maintain", persist_result=False)
def maintain(
    keep_latest: Annotated[int, Field(ge=1, le=10_000)] = KEEP_LATEST,
) -> Maintained:
    """Judge claims, test rare pairs, fold small segments, thin the history, remove files no version needs.

    Args:
        keep_latest: Latest versions to keep, beside the last of each day.
    """
    place = Lake.at(Settings().lake)
    refresh(place, CLAIM_TABLES)
    refresh(place, RARE_TABLES)
    done = Maintained(compact(place), collect_garbage(place, keep_latest=keep_latest))
    told = [f"{name}: {value}" for name, value in asdict(done.removed).items()]
    folded = (
        "nothing to fold" if done.folded_into_version is None else f"folded into version {done.folded_into_version}"
    )
    get_run_logger().info("%s: %s; removed %s", place.root, folded, ", ".join(told))
    publish_remarks("maintain", "Maintenance", [folded, *told])
    return done


@flow(name="audit", persist_result=False)
def audit(*, check_files: bool = True) -> list[str]:
    """Count everything again and check the ledger's sums; raises `LakeError` on a difference.

    Args:
        check_files: Also check the content of every file the catalog names.
    """
    place = Lake.at(Settings().lake)
    rows = [row for row in read_version(place).table("windows").to_pylist() if row["state"] != "withdrawn"]
    sums = Reconciliation.from_rows(rows)
    with connect(place) as connection:
        differences = [f"{one.table}: {one.rows:,} rows differ from a recount" for one in recount(connection)]
        faults = verify(place, connection)[1] if check_files else []
    wrong = [*sums.faults, *differences, *(f"{fault.path}: {fault.problem}" for fault in faults)]
    told = wrong or [
        f"{sums.received:,} records of {sums.windows:,} windows are accounted for; all counts equal a recount"
    ]
    get_run_logger().info("%s: %s", place.root, "; ".join(told))
    publish_remarks("audit", "Audit", told)
    if wrong:
        raise LakeError(f"{len(wrong)} differences, first: {wrong[0]}", "see `hoofbeats audit` and `hoofbeats verify`")
    return told

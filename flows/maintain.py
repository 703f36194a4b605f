"""The flows that look after a lake: maintain, nightly; audit, weekly."""

from flows.process_setup import silence_exit_of_flow_run, tune_allocator

tune_allocator()

from dataclasses import asdict
from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field

from flows.reporting.artifacts import publish_remarks
from flows.reporting.reconciliation import Reconciliation
from flows.settings import Settings
from warehouse.catalog.publish import connect, read_version
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.upkeep.audit import audit as recount
from warehouse.upkeep.garbage import KEEP_LATEST
from warehouse.upkeep.maintain import Maintained, maintain_lake
from warehouse.upkeep.verify import verify

silence_exit_of_flow_run()


@flow(name="maintain", persist_result=False)
def maintain(
    keep_latest: Annotated[int, Field(ge=1, le=10_000)] = KEEP_LATEST,
) -> Maintained:
    """Audit claims, test rare pairs, compact small segments, thin the history, remove files no version needs.

    Args:
        keep_latest: Latest versions to keep, beside the last of each day.
    """
    lake = Lake.at(Settings().lake)
    maintained = maintain_lake(lake, keep_latest)
    removed = [f"{name}: {value}" for name, value in asdict(maintained.removed).items()]
    version = maintained.compacted_into_version
    compacted = "nothing to compact" if version is None else f"compacted into version {version}"
    get_run_logger().info("%s: %s; removed %s", lake.root, compacted, ", ".join(removed))
    publish_remarks("maintain", "Maintenance", [compacted, *removed])
    return maintained


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

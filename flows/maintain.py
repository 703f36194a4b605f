"""The flows that maintain a lake: `maintain`, scheduled nightly, and `audit`, scheduled weekly."""

from flows.process_setup import set_up_flow_run, tune_allocator

tune_allocator()

from dataclasses import asdict
from typing import Annotated

from prefect import flow, get_run_logger
from pydantic import Field

from flows.reporting.artifacts import publish_remarks
from flows.reporting.reconciliation import Reconciliation
from flows.reporting.run_names import current_run_name
from flows.settings import Settings
from warehouse.catalog.publish import connect, read_version
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.upkeep.audit import audit as recount
from warehouse.upkeep.garbage import KEEP_LATEST
from warehouse.upkeep.maintain import Maintained, maintain_lake
from warehouse.upkeep.verify import verify

set_up_flow_run()


@flow(name="maintain", flow_run_name=current_run_name, persist_result=False)
def maintain(
    keep_latest: Annotated[int, Field(ge=1, le=10_000)] = KEEP_LATEST,
) -> Maintained:
    """Audit claims, test rare pairs, compact small segments, thin out old versions, remove files no version needs.

    Args:
        keep_latest: Number of latest versions to keep; the last version of each day is kept as well.
    """
    lake = Lake.at(Settings().lake)
    maintained = maintain_lake(lake, keep_latest)
    removed = [f"{name}: {value}" for name, value in asdict(maintained.removed).items()]
    version = maintained.compacted_into_version
    compacted = "nothing to compact" if version is None else f"compacted into version {version}"
    get_run_logger().info("%s: %s; removed %s", lake.root, compacted, ", ".join(removed))
    publish_remarks("maintain", "Maintenance", [compacted, *removed])
    return maintained


@flow(name="audit", flow_run_name=current_run_name, persist_result=False)
def audit(*, check_files: bool = True) -> list[str]:
    """Recount everything and reconcile the ledger; raises `LakeError` on a difference.

    Args:
        check_files: Also check the content of every file listed in the catalog.
    """
    lake = Lake.at(Settings().lake)
    rows = [row for row in read_version(lake).table("windows").to_pylist() if row["state"] != "withdrawn"]
    reconciliation = Reconciliation.from_rows(rows)
    with connect(lake) as connection:
        differences = [
            f"{difference.table}: {difference.rows:,} rows differ from a recount" for difference in recount(connection)
        ]
        faults = verify(lake, connection)[1] if check_files else []
    wrong = [*reconciliation.faults, *differences, *(f"{fault.path}: {fault.problem}" for fault in faults)]
    remarks = wrong or [
        f"{reconciliation.received:,} records of {reconciliation.windows:,} windows are accounted for;"
        " all counts equal a recount"
    ]
    get_run_logger().info("%s: %s", lake.root, "; ".join(remarks))
    publish_remarks("audit", "Audit", remarks)
    if wrong:
        raise LakeError(f"{len(wrong)} differences, first: {wrong[0]}", "see `hoofbeats audit` and `hoofbeats verify`")
    return remarks

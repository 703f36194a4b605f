"""The claim audit as a commit of its own: every claim judged again by what the lake has now.

An article that arrives late, by a backfill or from another source, may contradict claims of papers that do not change.
So the audit is made anew as a whole, when it is asked for and by maintenance, and not a piece at a time.
"""

import uuid

import pyarrow as pa

from warehouse import segments
from warehouse.catalog import connect_to_write, publish, recover
from warehouse.catalog_file import CODE_VERSION, Version
from warehouse.catalog_schema import SEGMENTS
from warehouse.claim_matching import audit_claims
from warehouse.lake import Lake

KIND = "claims"
UNCONCERNED = (KIND, "fold", "ledger", "watches")
"""Kinds of commits that change no article, mention or concept."""
TABLES = ("claim_audit", "claim_matches")


def is_current(version: Version) -> bool:
    """Whether the claim audit of a version was made from its articles, by this code."""
    rows = sorted(version.table("batches").to_pylist(), key=lambda row: row["batch"])
    last = next((row for row in reversed(rows) if row["kind"] == KIND or row["kind"] not in UNCONCERNED), None)
    return last is None or (last["kind"] == KIND and last["code_version"] == CODE_VERSION)


def refresh(lake: Lake) -> int | None:
    """Judge every claim again; returns the version this makes, None where the audit is up to date."""
    with lake.writing():
        old = recover(lake)
        if is_current(old):
            return None
        number = old.number + 1
        with connect_to_write(lake, old) as connection:
            connection.execute("SET temp_directory = $folder", {"folder": str(lake.staging / "spill")})
            answers = audit_claims(connection)
        written = [
            segments.write(lake, name, rows, number)
            for name, rows in zip(TABLES, (answers.audit, answers.matches), strict=True)
        ]
        segments.sync_folders(lake)
        kept = [row for row in old.table("segments").to_pylist() if row["table_name"] not in TABLES]
        listed: pa.Table = SEGMENTS.from_rows([*kept, *(row for row in written if row)])
        publish(lake, old.successor(lake, {"batch_id": uuid.uuid4().hex, "kind": KIND}, segments=listed))
        return number

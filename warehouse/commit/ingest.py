"""The commit: prepared payloads become the next version of the lake, all of them or none.

Under the writer's lock: order the versions of each record by release, find the articles that change, rewrite them,
store the change of the counts as signed deltas, and replace the catalog by one rename. A crash before the rename leaves
files that no version names; after it, nothing is lost.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.dictionaries import decode_table
from transforms.curation.verdicts import apply_verdicts
from transforms.web.result import PASSING_REASONS
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import begin_commit, connect, publish
from warehouse.catalog.schema import WINDOWS
from warehouse.commit.article_rewrite import ArticleRewrite, PortionStep, RewriteSteps
from warehouse.commit.follow_up import follow_up
from warehouse.commit.ledger import WEB_PAGES
from warehouse.commit.staged_rows import keys_of_contents
from warehouse.commit.staging import NOT_RETURNED, Unit
from warehouse.errors import NoVocabularyError, VocabularyChangedError
from warehouse.lake import Lake

OUTCOMES = ("kept", "unchanged", "superseded", "duplicates", "rejected")
"""The outcomes of a record, as columns of `windows` and `batches`. Each record has one: they add up to `received`."""


@dataclass(frozen=True)
class Commit:
    """The version a commit made, and its rows of `windows`, one per payload."""

    version: int
    windows: list[dict[str, Any]]


def commit(lake: Lake, units: Sequence[Unit]) -> Commit | None:
    """Commit prepared payloads, then count the watches again; None if the lake has all of the payloads already.

    Raises `VocabularyChangedError` if a unit was prepared with another vocabulary than the lake's.
    """
    with lake.writing():
        version = begin_commit(lake)
        new_units = _new_units(version, units)
        if not new_units:
            return None
        with connect(lake) as connection:
            # one connection for all steps: they hand on temporary tables, which end with it
            committed = _ingest(ArticleRewrite(lake, version, new_units, connection))
    follow_up(lake, version)
    return committed


def loaded_payloads(version: Version) -> set[tuple[str, str]]:
    """(source, sha256) of every payload a version holds, but for those that are to be loaded if they come again.

    These are the payloads of withdrawn batches, and files of a user of which nothing could be read.
    """
    return {
        (row["source"], row["sha256"])
        for row in version.table("windows").to_pylist()
        if row["state"] != "withdrawn" and not _nothing_was_read(row)
    }


def _nothing_was_read(row: Mapping[str, Any]) -> bool:
    """Whether a row of `windows` is of a file a user named, all of it rejected: a ledger of earlier code has such."""
    held = sum(row[name] for name in (*OUTCOMES, "deletions")) - row["rejected"]
    return bool(row["collector"] == "local_files" and row["rejected"] and not held)


def vocabulary_version(version: Version) -> str:
    """The version of the vocabulary in force; raises `NoVocabularyError` if none is loaded."""
    loads = version.table("vocabularies").to_pylist()
    if not loads:
        raise NoVocabularyError("no vocabulary is loaded", "load one first: `hoofbeats vocabulary load FILE`")
    return str(loads[-1]["version"])


def _new_units(version: Version, units: Sequence[Unit]) -> list[Unit]:
    """The units whose payloads the lake does not have, one per payload, in an order that depends on these alone."""
    current = vocabulary_version(version)
    stale = [unit.payload.name for unit in units if unit.vocabulary_version != current]
    if stale:
        raise VocabularyChangedError(
            f"the vocabulary was replaced while {', '.join(stale)} was being prepared", "run the same command again"
        )
    known = loaded_payloads(version)
    # sorted, so that equal work has an equal batch id and order, in whichever order the units were ready
    by_key = {unit.payload.key: unit for unit in units if unit.payload.key not in known}
    return [by_key[key] for key in sorted(by_key)]


def _ingest(rewrite: ArticleRewrite) -> Commit:
    """Write everything the payloads change and publish the next version. Each payload is a portion."""
    changed = rewrite.run(RewriteSteps(_select_records, _mentions(rewrite.old)))
    windows = _window_rows(rewrite)
    # A name of a file reaches the disk with its folder: without this, a published catalog could name segments that a
    # power loss took away.
    segments.sync_folders(rewrite.lake)
    batch = {
        "batch_id": _batch_id(rewrite.units),
        "kind": "ingest",
        "vocabulary_version": vocabulary_version(rewrite.old),
        **{name: sum(row[name] for row in windows) for name in ("received", *OUTCOMES, "deletions")},
    }
    all_windows = pa.concat_tables([rewrite.old.table("windows"), WINDOWS.from_rows(windows)])
    publish(rewrite.lake, rewrite.old.successor(rewrite.lake, batch, windows=all_windows, **changed))
    return Commit(rewrite.number, windows)


def _select_records(rewrite: ArticleRewrite) -> None:
    """Find the records that the payloads change, and write what is stored of every record as received."""
    rewrite.execute("incoming", files=rewrite.files("documents"))
    rewrite.execute("incoming_deletions", files=rewrite.files("deletions"))
    rewrite.execute("staged_contents")
    rewrite.execute("runs", withdrawn=None)
    rewrite.execute("changed_documents")
    rewrite.write("sightings", rewrite.table("new_sightings"))
    rewrite.write("deletions", rewrite.table("new_deletions"))
    for number, unit in enumerate(rewrite.units, start=1):
        contents = rewrite.table("contents_of_payload", unit=number)
        rewrite.write("document_keys", keys_of_contents(unit.file("document_keys"), contents))
    rewrite.write("rejected", pa.concat_tables([unit.read("rejected") for unit in rewrite.units]))


def _mentions(version: Version) -> PortionStep:
    """The mentions found when the payloads were prepared, corrected by the manual verdicts of `version`."""
    curations = version.table("curations").drop_columns("batch")

    def mentions(rewrite: ArticleRewrite, portion: int, current: pa.Table) -> pa.Table:
        del current
        available = rewrite.available_mentions(portion, unchanged_only=False)
        return apply_verdicts(decode_table(available), curations) if len(curations) else available

    return mentions


def _window_rows(rewrite: ArticleRewrite) -> list[dict[str, Any]]:
    """The new rows of `windows`, one per payload."""
    outcomes = rewrite.table("reconciliation", units=len(rewrite.units)).to_pylist()
    return [_window_row(unit, row, rewrite.number) for unit, row in zip(rewrite.units, outcomes, strict=True)]


def _window_row(unit: Unit, outcomes: dict[str, Any], batch: int) -> dict[str, Any]:
    rejected = unit.read("rejected")
    row = {
        **unit.payload.window.columns(),
        "source": unit.payload.source,
        "name": unit.payload.name,
        "sha256": unit.payload.sha256,
        **_state(unit, rejected),
        "rejections": _by_reason(rejected),
        "bytes": unit.payload.bytes,
        "payload": unit.payload.path,
        "received": outcomes["documents"] + len(rejected),
        "rejected": len(rejected),
        "batch": batch,
        **{name: outcomes[name] for name in ("kept", "unchanged", "superseded", "duplicates", "deletions")},
    }
    if row["state"] in ("done", "open") and row["received"] < (row["expected"] or 0):
        row |= {"state": "failed", "reason": f"{row['received']} records of the {row['expected']} expected"}
    if row["received"] != sum(row[name] for name in OUTCOMES):
        raise AssertionError(f"{unit.payload.name}: records in do not equal records accounted for: {row}")
    return row


def _state(unit: Unit, rejected: pa.Table) -> dict[str, Any]:
    """State and reason: those of the window, unless the payload as a whole was rejected.

    'damaged' for a rejection without a position. 'open' for a page collected from the web that was no page of an
    article at that moment, e.g. a wall: it is to be tried again, and its reason says why.
    """
    collected = unit.payload.window
    whole = pc.and_(pc.is_null(rejected["raw_position"]), pc.not_equal(rejected["reason"], NOT_RETURNED))
    if pc.any(whole).as_py():
        return {"state": "damaged", "reason": collected.reason}
    if collected.window.collector == WEB_PAGES and collected.state == "done":
        for row in rejected.to_pylist():
            if row["reason"] in PASSING_REASONS:
                return {"state": "open", "reason": f"{row['reason']}: {row['detail']}"}
    return {"state": collected.state, "reason": collected.reason}


def _by_reason(rejected: pa.Table) -> list[dict[str, Any]]:
    counts = rejected["reason"].value_counts().to_pylist()
    return [{"reason": row["values"], "records": row["counts"]} for row in counts]


def _batch_id(units: Sequence[Unit]) -> str:
    """BLAKE2b-128 of what is committed: equal work has an equal id."""
    text = "\n".join(f"{unit.payload.source} {unit.payload.sha256} {unit.vocabulary_version}" for unit in units)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

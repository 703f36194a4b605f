"""The commit: prepared payloads become the next version of the lake, all of them or nothing.

Under the writer's lock: order the versions of each record by release, find the articles that change, write their rows
anew, count the change as signed deltas, and put the next catalog in place by one rename. A crash before the rename
leaves files that no version names; a crash after it has lost nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.dictionaries import decode_table
from transforms.curation.verdicts import apply_verdicts
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import WINDOWS
from warehouse.commit.article_rewrite import ArticleRewrite
from warehouse.commit.staged_rows import keys_of_contents
from warehouse.commit.staging import NOT_RETURNED, Unit
from warehouse.derived.watch_counts import follow, followed
from warehouse.errors import NoVocabularyError, VocabularyChangedError
from warehouse.lake import Lake

OUTCOMES = ("kept", "unchanged", "superseded", "duplicates", "rejected")
"""What can become of a record; they add up to `received`."""


@dataclass(frozen=True)
class Commit:
    """What a commit did: the version it made and one row of `windows` a payload."""

    version: int
    windows: list[dict[str, Any]]


def commit(lake: Lake, units: Sequence[Unit]) -> Commit | None:
    """Commit prepared payloads; those the lake has already are left out; None when nothing is left.

    Then the watches are counted.

    Raises `VocabularyChangedError` if a unit was prepared with another vocabulary than the lake's.
    """
    with lake.writing():
        version = recover(lake)
        fresh = _fresh(version, units)
        if not fresh:
            return None
        with connect_to_write(lake, version) as connection:
            done = _Ingest(lake, version, fresh, connection).run()
    if followed(version):
        follow(lake)
    return done


def loaded_payloads(version: Version) -> set[tuple[str, str]]:
    """(source, sha256) of every payload a version holds; withdrawn ones are not among them."""
    return {
        (row["source"], row["sha256"]) for row in version.table("windows").to_pylist() if row["state"] != "withdrawn"
    }


def vocabulary_version(version: Version) -> str:
    """The vocabulary in force; raises `NoVocabularyError` where none was loaded."""
    loads = version.table("vocabularies").to_pylist()
    if not loads:
        raise NoVocabularyError("no vocabulary is loaded", "load one first: `hoofbeats vocabulary load FILE`")
    return str(loads[-1]["version"])


def _fresh(version: Version, units: Sequence[Unit]) -> list[Unit]:
    """Units the lake has not, one a payload, in an order of their own."""
    current = vocabulary_version(version)
    stale = [unit.payload.name for unit in units if unit.vocabulary_version != current]
    if stale:
        raise VocabularyChangedError(
            f"the vocabulary was replaced while {', '.join(stale)} was being prepared", "run the same command again"
        )
    known = loaded_payloads(version)
    by_key = {unit.payload.key: unit for unit in units if unit.payload.key not in known}
    return [by_key[key] for key in sorted(by_key)]


class _Ingest(ArticleRewrite):
    """Payloads are added: each is a portion of its own."""

    def run(self) -> Commit:
        changed = self.rewrite()
        windows = self._windows()
        segments.sync_folders(self.lake)
        batch = {
            "batch_id": _batch_id(self.units),
            "kind": "ingest",
            "vocabulary_version": vocabulary_version(self.old),
            **{name: sum(row[name] for row in windows) for name in ("received", *OUTCOMES, "deletions")},
        }
        listed = pa.concat_tables([self.old.table("windows"), WINDOWS.from_rows(windows)])
        publish(self.lake, self.old.successor(self.lake, batch, windows=listed, **changed))
        return Commit(self.number, windows)

    def place_records(self) -> None:
        self.execute("incoming", files=self.files("documents"))
        self.execute("incoming_deletions", files=self.files("deletions"))
        self.execute("staged_contents")
        self.execute("runs", withdrawn=None)
        self.execute("changed_documents")
        self.write("sightings", self.table("new_sightings"))
        self.write("deletions", self.table("new_deletions"))
        for number, unit in enumerate(self.units, start=1):
            self.write(
                "document_keys",
                keys_of_contents(unit.file("document_keys"), self.table("brought_contents", unit=number)),
            )
        self.write("rejected", pa.concat_tables([unit.read("rejected") for unit in self.units]))

    def mentions(self, home: int, current: pa.Table) -> pa.Table:
        del current  # annotated when the payload was prepared
        found, curations = self.next_mentions(home, anew=False), self.curations()
        return apply_verdicts(decode_table(found), curations) if len(curations) else found

    def _windows(self) -> list[dict[str, Any]]:
        fates = self.table("reconciliation", units=len(self.units)).to_pylist()
        return [self._window(unit, fate) for unit, fate in zip(self.units, fates, strict=True)]

    def _window(self, unit: Unit, fate: dict[str, Any]) -> dict[str, Any]:
        rejected = unit.read("rejected")
        row = {
            **unit.payload.window.columns(),
            "source": unit.payload.source,
            "name": unit.payload.name,
            "sha256": unit.payload.sha256,
            "state": _state(unit, rejected),
            "rejections": _by_reason(rejected),
            "bytes": unit.payload.bytes,
            "payload": unit.payload.path,
            "received": fate["documents"] + len(rejected),
            "rejected": len(rejected),
            "batch": self.number,
            **{name: fate[name] for name in ("kept", "unchanged", "superseded", "duplicates", "deletions")},
        }
        if row["state"] in ("done", "open") and row["received"] < (row["expected"] or 0):
            row |= {"state": "failed", "reason": f"{row['received']} records of the {row['expected']} expected"}
        if row["received"] != sum(row[name] for name in OUTCOMES):
            raise AssertionError(f"{unit.payload.name}: records in do not equal records accounted for: {row}")
        return row


def _state(unit: Unit, rejected: pa.Table) -> str:
    """'damaged' where the payload as a whole is, else what the collection says."""
    whole = pc.and_(pc.is_null(rejected["raw_position"]), pc.not_equal(rejected["reason"], NOT_RETURNED))
    return "damaged" if pc.any(whole).as_py() else unit.payload.window.state


def _by_reason(rejected: pa.Table) -> list[dict[str, Any]]:
    counted = rejected["reason"].value_counts().to_pylist()
    return [{"reason": told["values"], "records": told["counts"]} for told in counted]


def _batch_id(units: Sequence[Unit]) -> str:
    told = "\n".join(f"{unit.payload.source} {unit.payload.sha256} {unit.vocabulary_version}" for unit in units)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()

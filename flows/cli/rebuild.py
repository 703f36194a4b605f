"""`hoofbeats rebuild`: compute everything derived again, from the payloads a lake keeps, in a fresh lake."""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import terminal
from flows.cli.ingest import run_ingest
from flows.cli.options import JsonOption, LakeOption, existing_lake, settings_for
from flows.errors import NotLoadedError
from flows.settings import Settings
from flows.watches.file import replace_if_changed
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import loaded_payloads, vocabulary_version
from warehouse.commit.ledger import CollectedWindow, record_windows, sidecar_path, sidecar_problem
from warehouse.derived.watch_counts import count_watches, stored_watches
from warehouse.errors import LakeError, UnknownDocumentError
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary
from warehouse.revision.record_verdicts import record_verdict

app = typer.Typer()


@app.command(epilog="Example: hoofbeats rebuild /data/new-lake")
def rebuild(
    into: Annotated[Path, typer.Argument(help="The folder of the new lake, or of an interrupted rebuild.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute everything derived again, from the payloads the lake keeps, in a fresh lake. Needs no network.

    What cannot be repeated is left out and printed; the exit code is 1 if a payload is missing. Run again, it goes on.
    """
    existing_lake(lake)
    run_rebuild(settings_for(lake), into, as_json=as_json)


def run_rebuild(settings: Settings, into: Path, *, as_json: bool) -> None:
    """Load a lake's vocabulary, payloads, ledger and manual decisions into a new lake; withdrawn batches stay out.

    What cannot be repeated is left out and printed. Run again after an interruption, it goes on where it was. Raises
    `LakeError` if the new folder holds anything else, and at the end if payloads are missing or damaged.
    """
    old, new = Lake.at(settings.lake), Lake.at(into)
    _begin(old, new)
    stored_vocabulary.reannotate_if_rules_changed(old)
    version = read_version(old)
    vocabulary_version(version)
    load = version.table("vocabularies").to_pylist()[-1]
    facts = {name: load[name] for name in ("version", "rules", "files", "categories")}
    facts["editions"] = stored_vocabulary.current_editions(version)
    stored_vocabulary.store_vocabulary(
        new, stored_vocabulary.read_vocabulary_tables(old), facts, version.table("curations")
    )
    recorded = {window for window, _ in ledger_without_payloads(read_version(new))}
    record_windows(new, [entry for entry in ledger_without_payloads(version) if entry[0] not in recorded])
    count_watches(new, stored_watches(version))
    files = intact_payloads(old, version)
    if files:
        with contextlib.suppress(NotLoadedError):  # each payload that is not loaded is printed, and counted below
            run_ingest(files, settings.model_copy(update={"lake": into}), as_json=as_json)
    repeat_verdicts(version, new)
    _check_complete(version, new)
    (new.root / _MARK).unlink()


_MARK = "rebuild.json"
"""The file in a new lake that names the lake it is made from, until the rebuild is complete."""


def _begin(old: Lake, new: Lake) -> None:
    """Mark the new folder as a rebuild of a lake; raises `LakeError` if it holds anything but one begun earlier."""
    mark, content = new.root / _MARK, json.dumps({"lake": str(old.root)}).encode()
    if mark.exists() and mark.read_bytes() == content:
        terminal.note(f"going on with the rebuild in {new.root}")
    elif new.root.exists() and any(new.root.iterdir()):
        raise LakeError(f"{new.root} is not empty and no rebuild made it", "name a folder that does not exist yet")
    else:
        replace_if_changed(mark, content)


def intact_payloads(lake: Lake, version: Version) -> list[Path]:
    """Return the files of all payloads that are not withdrawn; those that are missing or damaged are printed."""
    files: dict[Path, None] = {}
    for row in version.table("windows").to_pylist():
        if row["state"] == "withdrawn" or not row["payload"]:
            continue
        path = lake.root / row["payload"]
        try:
            with path.open("rb") as stream:
                intact = hashlib.file_digest(stream, "sha256").hexdigest() == row["sha256"]
            problem = None if intact else "its content is not what was loaded"
        except OSError as error:
            problem = error.strerror or str(error)
        if problem:
            terminal.note(f"left out: {path}: {problem}")
            continue
        files[path] = None
        damage = sidecar_problem(path)
        if damage:
            terminal.note(f"{sidecar_path(path)}, {damage}: its records are loaded, as a file of a user")
    return list(files)


def repeat_verdicts(version: Version, new: Lake) -> None:
    """Record the verdicts on two records in the new lake; one on a record that it does not have is printed."""
    recorded = {_verdict_key(verdict) for verdict in read_version(new).table("verdicts").to_pylist()}
    for verdict in version.table("verdicts").sort_by("batch").to_pylist():
        if _verdict_key(verdict) in recorded:
            continue
        documents = (verdict["document_a"], verdict["document_b"])
        try:
            record_verdict(new, documents, **{name: verdict[name] for name in ("same", "said_by", "note", "said_at")})
        except UnknownDocumentError as error:
            terminal.note(f"left out: the verdict of {verdict['said_by']} on {' and '.join(documents)}: {error}")


def _verdict_key(verdict: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(verdict[name] for name in ("document_a", "document_b", "same", "said_by", "said_at"))


def _check_complete(version: Version, new: Lake) -> None:
    missing = loaded_payloads(version) - loaded_payloads(read_version(new))
    names = [row["name"] for row in version.table("windows").to_pylist() if (row["source"], row["sha256"]) in missing]
    if names:
        raise LakeError(
            f"{new.root} lacks {len(names):,} payloads, {names[0]} first",
            "see `hoofbeats verify`; put them back under raw/ and run the same command again, or ingest the files anew",
        )


def ledger_without_payloads(version: Version) -> list[tuple[CollectedWindow, None]]:
    """The windows that held nothing, or failed."""
    rows = version.table("windows").to_pylist()
    return [(CollectedWindow.from_row(row), None) for row in rows if not row["payload"]]

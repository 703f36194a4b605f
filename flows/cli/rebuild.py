"""`hoofbeats rebuild`: compute everything derived again, from the payloads a lake keeps, in a fresh lake."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.ingest import run_ingest
from flows.cli.options import JsonOption, LakeOption, existing_lake, settings_for
from flows.settings import Settings
from warehouse.catalog.file import Version
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import CollectedWindow, record_windows
from warehouse.derived.watch_counts import count_watches, stored_watches
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary
from warehouse.revision.record_verdicts import record_verdict

app = typer.Typer()


@app.command(epilog="Example: hoofbeats rebuild /data/new-lake")
def rebuild(
    into: Annotated[Path, typer.Argument(help="The folder of the new lake; must not exist yet.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute everything derived again, from the payloads the lake keeps, in a fresh lake. Needs no network."""
    existing_lake(lake)
    run_rebuild(settings_for(lake), into, as_json=as_json)


def run_rebuild(settings: Settings, into: Path, *, as_json: bool) -> None:
    """Load a lake's vocabulary, payloads, ledger and manual decisions into a new lake; withdrawn batches stay out.

    Raises `LakeError` if the new folder is not empty or a payload is missing.
    """
    old, new = Lake.at(settings.lake), Lake.at(into)
    if new.root.exists() and any(new.root.iterdir()):
        raise LakeError(f"{new.root} is not empty", "name a folder that does not exist yet")
    stored_vocabulary.reannotate_if_rules_changed(old)
    version = read_version(old)
    vocabulary_version(version)
    rows = [row for row in version.table("windows").to_pylist() if row["state"] != "withdrawn"]
    files = list(dict.fromkeys(old.root / row["payload"] for row in rows if row["payload"]))
    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise LakeError(f"{len(missing)} payloads are missing, {missing[0]} first", "see `hoofbeats verify`")
    load = version.table("vocabularies").to_pylist()[-1]
    facts = {name: load[name] for name in ("version", "rules", "files", "categories")}
    facts["editions"] = stored_vocabulary.current_editions(version)
    stored_vocabulary.store_vocabulary(
        new, stored_vocabulary.read_vocabulary_tables(old), facts, version.table("curations")
    )
    record_windows(new, ledger_without_payloads(version))
    count_watches(new, stored_watches(version))
    if files:
        run_ingest(files, settings.model_copy(update={"lake": into}), as_json=as_json)
    for verdict in version.table("verdicts").sort_by("batch").to_pylist():
        documents = (verdict["document_a"], verdict["document_b"])
        record_verdict(new, documents, **{name: verdict[name] for name in ("same", "said_by", "note", "said_at")})


def ledger_without_payloads(version: Version) -> list[tuple[CollectedWindow, None]]:
    """The windows that held nothing, or failed."""
    rows = version.table("windows").to_pylist()
    return [(CollectedWindow.from_row(row), None) for row in rows if not row["payload"]]

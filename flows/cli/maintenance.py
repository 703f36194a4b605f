"""Verbs that look after a lake: maintain, audit, verify, recover, diff, undo."""

from dataclasses import asdict
from typing import Annotated

import typer

from flows import terminal
from flows.cli.options import JsonOption, LakeOption, VersionOption, existing_lake, open_lake, settings_for
from flows.watches.feeds import write_feeds
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.version_diff import compare_versions
from warehouse.upkeep.audit import Difference
from warehouse.upkeep.audit import audit as recount
from warehouse.upkeep.garbage import KEEP_LATEST
from warehouse.upkeep.maintain import maintain_lake
from warehouse.upkeep.recovery import recover as restore
from warehouse.upkeep.verify import verify as check_files

app = typer.Typer()
_EXAMPLES_SHOWN = 5


@app.command(epilog="Example: hoofbeats maintain --keep 100")
def maintain(
    keep: Annotated[
        int, typer.Option(min=1, help="Latest versions to keep, beside the last of each day.")
    ] = KEEP_LATEST,
    force: Annotated[
        bool, typer.Option("--force", help="Remove also many segments of which nobody knows why no version has them.")
    ] = False,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Audit claims and test rare pairs again, compact segments, thin the history, remove files no version needs.

    Readers are not disturbed.
    """
    maintained = maintain_lake(existing_lake(lake), keep, force=force)
    removed, version = maintained.removed, maintained.compacted_into_version
    if as_json:
        versions = {
            "claims_audited_in_version": maintained.claims_audited_in_version,
            "rare_pairs_tested_in_version": maintained.rare_pairs_tested_in_version,
            "folded_into_version": version,
        }
        terminal.as_json({**versions, **asdict(removed)})
        return
    terminal.lines(
        "nothing to compact" if version is None else f"compacted into version {version}",
        f"removed {len(removed.versions):,} old versions, {removed.files:,} files ({removed.bytes:,} bytes) and"
        f" {removed.staged:,} unfinished pieces of work",
    )
    if removed.in_use:
        terminal.lines(f"kept for readers: versions {', '.join(map(str, removed.in_use))}")


@app.command(epilog="Example: hoofbeats audit --json")
def audit(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Count everything again from documents and mentions; every difference is reported, and is a failure."""
    with open_lake(lake, at_version) as connection:
        differences = recount(connection)
    if as_json:
        terminal.as_json([asdict(difference) for difference in differences])
    else:
        terminal.lines(*(line for table in differences for line in _difference_lines(table)))
    if differences:
        raise LakeError(
            "the stored counts differ from a recount", "please report this; `hoofbeats rebuild` mends the lake"
        )
    if not as_json:
        terminal.lines("every count equals a recount")


def _difference_lines(difference: Difference) -> list[str]:
    lines = [f"{difference.table}: {difference.rows:,} rows differ"]
    for side, examples in (("stored", difference.stored_only), ("recounted", difference.recounted_only)):
        lines += [f"    {side}: {row}" for row in examples[:_EXAMPLES_SHOWN]]
    return lines


@app.command(epilog="Example: hoofbeats verify --lake /backup/lake")
def verify(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Check that every file the catalog names is there with its checksum, e.g. after copying a lake."""
    opened = existing_lake(lake, at_version)
    with open_lake(lake, at_version) as connection:
        checked, faults = check_files(opened, connection)
    if as_json:
        terminal.as_json({"checked": checked, "faults": [asdict(fault) for fault in faults]})
    else:
        terminal.lines(*(f"{fault.path}: {fault.problem}" for fault in faults), f"{checked:,} files checked")
    if faults:
        raise LakeError(
            f"{len(faults)} of {checked} files are not as written",
            "restore the files listed from a backup, or read the payloads again with `hoofbeats rebuild`",
        )


@app.command(epilog="Example: hoofbeats recover --lake /data/lake")
def recover(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Put the newest sound version back, where the catalog is missing, damaged or older than the history.

    Nothing is deleted: catalogs that cannot be used are renamed to history/set-aside-*.duckdb.
    """
    recovered = restore(Lake.at(settings_for(lake).lake))
    if as_json:
        terminal.as_json(asdict(recovered))
    else:
        terminal.lines(
            *(f"{catalog.path}: {catalog.problem}" for catalog in recovered.unsound),
            *(f"kept as {path}" for path in recovered.set_aside),
            f"version {recovered.version} {'was put back' if recovered.restored else 'is the current one'}",
        )
    if recovered.missing:
        raise LakeError(
            f"{len(recovered.missing)} segments of version {recovered.version} are missing or damaged,"
            f" {recovered.missing[0]} first, and no version is without such",
            "restore the files from a backup, or read the payloads again with `hoofbeats rebuild`",
        )


@app.command(epilog="Example: hoofbeats diff 41 42")
def diff(
    earlier: Annotated[int, typer.Argument(metavar="A", help="The earlier version.")],
    later: Annotated[int, typer.Argument(metavar="B", help="The later version.")],
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 50,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed between two versions: pairs that appeared, vanished or changed; articles added or gone."""
    changes = compare_versions(Lake.at(settings_for(lake).lake), earlier, later)
    if as_json:
        terminal.as_json(asdict(changes))
        return
    terminal.lines(f"{len(changes.articles):,} articles added, deleted, retracted or restored")
    terminal.as_table(changes.articles[:limit], ["change", "article_id", "year", "retracted_on"])
    terminal.lines("", f"{len(changes.pairs):,} pairs (by basis) appeared, vanished or changed")
    columns = ["change", "name_a", "name_b", "basis", "articles_before", "articles_after"]
    terminal.as_table(changes.pairs[:limit], columns)


@app.command(epilog="Example: hoofbeats undo 7")
def undo(
    batch: Annotated[int, typer.Argument(help="The batch to withdraw (see table batches).")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Withdraw one batch: the lake then stands as if it had never been loaded. Its files can be loaded again."""
    from warehouse.revision.undo import undo as withdraw

    settings = settings_for(lake)
    version = withdraw(Lake.at(settings.lake), batch)
    write_feeds(settings)
    if as_json:
        terminal.as_json({"batch": batch, "version": version})
    else:
        terminal.lines(f"batch {batch} is withdrawn: version {version}")

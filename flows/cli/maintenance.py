"""Verbs that look after a lake: maintain, audit, verify, diff, undo, rebuild."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal as show
from flows.cli.options import JsonOption, LakeOption, VersionOption, open_lake, settings_for
from flows.watches.feeds import write_feeds
from warehouse.derived.claim_audit import CLAIM_TABLES
from warehouse.derived.rare_pairs import RARE_TABLES
from warehouse.derived.refresh import refresh
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.queries.version_diff import compare_versions
from warehouse.upkeep.audit import audit as recount
from warehouse.upkeep.compaction import compact
from warehouse.upkeep.garbage import KEEP_LATEST, collect_garbage
from warehouse.upkeep.verify import verify as check_files

app = typer.Typer()


@app.command(epilog="Example: hoofbeats maintain --keep 100")
def maintain(
    keep: Annotated[
        int, typer.Option(min=1, help="Latest versions to keep, beside the last of each day.")
    ] = KEEP_LATEST,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge claims and test rare pairs anew, fold segments, thin the history, remove files no version needs.

    Readers are not disturbed.
    """
    place = Lake.at(settings_for(lake).lake)
    with open_lake(lake):
        pass  # a clear error where there is no lake
    audited, tested = refresh(place, CLAIM_TABLES), refresh(place, RARE_TABLES)
    folded, collected = compact(place), collect_garbage(place, keep_latest=keep)
    if as_json:
        made = {"claims_audited_in_version": audited, "rare_pairs_tested_in_version": tested}
        show.as_json({**made, "folded_into_version": folded, **asdict(collected)})
        return
    show.lines(
        "nothing to fold" if folded is None else f"folded into version {folded}",
        f"removed {len(collected.versions):,} old versions, {collected.files:,} files ({collected.bytes:,} bytes) and"
        f" {collected.staged:,} unfinished pieces of work",
    )
    if collected.in_use:
        show.lines(f"kept for readers: versions {', '.join(map(str, collected.in_use))}")


@app.command(epilog="Example: hoofbeats audit --json")
def audit(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Count everything again from documents and mentions; every difference is reported, and is a failure."""
    with open_lake(lake, at_version) as connection:
        differences = recount(connection)
    if as_json:
        show.as_json([asdict(difference) for difference in differences])
    for difference_ in [] if as_json else differences:
        show.lines(f"{difference_.table}: {difference_.rows:,} rows differ")
        for side, rows in (("stored", difference_.stored_only), ("recounted", difference_.recounted_only)):
            for row in rows[:5]:
                show.lines(f"    {side}: {row}")
    if differences:
        raise LakeError(
            "the stored counts differ from a recount", "please report this; `hoofbeats rebuild` mends the lake"
        )
    if not as_json:
        show.lines("every count equals a recount")


@app.command(epilog="Example: hoofbeats verify --lake /backup/lake")
def verify(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """Check that every file the catalog names is there with its checksum, e.g. after copying a lake."""
    place = Lake.at(settings_for(lake).lake)
    with open_lake(lake, at_version) as connection:
        checked, faults = check_files(place, connection)
    if as_json:
        show.as_json({"checked": checked, "faults": [asdict(fault) for fault in faults]})
    else:
        show.lines(*(f"{fault.path}: {fault.problem}" for fault in faults), f"{checked:,} files checked")
    if faults:
        raise LakeError(f"{len(faults)} of {checked} files are not as written", "copy the lake again, or rebuild it")


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
        show.as_json(asdict(changes))
        return
    show.lines(f"{len(changes.articles):,} articles added, deleted, retracted or restored")
    show.as_table(changes.articles[:limit], ["change", "article_id", "year", "retracted_on"])
    show.lines("", f"{len(changes.pairs):,} pairs (by basis) appeared, vanished or changed")
    columns = ["change", "name_a", "name_b", "basis", "articles_before", "articles_after"]
    show.as_table(changes.pairs[:limit], columns)


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
        show.as_json({"batch": batch, "version": version})
    else:
        show.lines(f"batch {batch} is withdrawn: version {version}")


@app.command(epilog="Example: hoofbeats rebuild /data/new-lake")
def rebuild(
    into: Annotated[Path, typer.Argument(help="Where the new lake is made; must not exist yet.")],
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make everything derived anew, from the payloads the lake keeps, in a fresh lake. Needs no network."""
    from flows.cli.rebuild import run_rebuild

    with open_lake(lake):
        pass  # a clear error where there is no lake
    run_rebuild(settings_for(lake), into, as_json=as_json)

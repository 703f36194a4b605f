"""Verbs about watches: combinations whose count is followed with every commit."""

from datetime import UTC
from typing import Annotated, Any

import typer

from flows import terminal as show
from flows.cli.options import (
    Basis,
    BasisOption,
    CaseReportsOption,
    ExactOption,
    FromYearOption,
    JsonOption,
    LakeOption,
    Level,
    LevelOption,
    RetractedOption,
    Terms,
    ToYearOption,
    open_lake,
    settings_for,
)
from flows.settings import Settings
from flows.watches import file as watch_file
from flows.watches.feeds import follow_watches
from flows.watches.file import WatchFileError
from transforms.publishing.watches import Watch, WatchError, watch
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import Row, resolve

app = typer.Typer(help="Watches: combinations whose count is followed with every commit.", no_args_is_help=True)
NameOption = Annotated[str | None, typer.Option("--name", help="What it is called; default: its terms.")]
Name = Annotated[str, typer.Argument(help="The name or the id of a watch.", metavar="NAME")]


@app.command(
    epilog='Example: hoofbeats watch add "Leukemia|Leukemic Infiltration" "Hematopoiesis, Extramedullary" --name EMH'
)
def add(
    terms: Terms,
    name: NameOption = None,
    basis: BasisOption = Basis.ANY,
    level: LevelOption = Level.ARTICLE,
    exact: ExactOption = False,
    include_retracted: RetractedOption = False,
    only_case_reports: CaseReportsOption = False,
    from_year: FromYearOption = None,
    to_year: ToYearOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a combination: its articles are counted now, and told whenever a commit changes them."""
    settings = settings_for(lake)
    told: dict[str, Any] = {"name": name or " AND ".join(terms), "terms": terms, "basis": basis.value}
    told |= {"level": level.value, "exact": exact, "include_retracted": include_retracted}
    told |= {"only_case_reports": only_case_reports}
    told |= {key: year for key, year in (("from_year", from_year), ("to_year", to_year)) if year is not None}
    try:
        added = watch(told)
    except WatchError as error:
        raise WatchFileError(str(error)) from error
    if read_version(Lake.at(settings.lake)).table("vocabularies").num_rows:
        with open_lake(lake) as connection:
            for term in terms:
                resolve(connection, term)
    watch_file.add(settings.watch_file, added)
    follow_watches(settings)
    _show([row for row in _states(settings) if row["watch_id"] == added.watch_id], as_json=as_json)


@app.command("list", epilog="Example: hoofbeats watch list --json")
def list_(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List the watches with their counts and when these last changed."""
    _show(_states(settings_for(lake)), as_json=as_json)


@app.command("show", epilog="Example: hoofbeats watch show EMH")
def show_(name: Name, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Show how the count of a watch changed, with the articles that came and went."""
    settings = settings_for(lake)
    known = next((row for row in _states(settings) if name in (row["name"], row["watch_id"])), None)
    if known is None:
        raise WatchFileError(f'no watch is called "{name}"', "`hoofbeats watch list` lists them")
    version = read_version(Lake.at(settings.lake))
    found = [row for row in version.table("watch_counts").to_pylist() if row["watch_id"] == known["watch_id"]]
    if as_json:
        show.as_json(found)
        return
    show.lines(f"{known['name']}: {show.text(known['articles'])} articles", f"    {known['combination']}")
    for row in found:
        show.lines("", *_change(row))


@app.command(epilog="Example: hoofbeats watch remove EMH")
def remove(name: Name, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Follow a combination no longer; what was counted stays in table watch_counts."""
    settings = settings_for(lake)
    removed = watch_file.remove(settings.watch_file, name)
    follow_watches(settings)
    show.as_json({"removed": removed.watch_id}) if as_json else show.lines(f'no longer followed: "{removed.name}"')


def _states(settings: Settings) -> list[Row]:
    """The watches of the file, each with its last count."""
    version = read_version(Lake.at(settings.lake))
    counted = version.table("watch_counts").to_pylist()
    problems = {row["watch_id"]: row["problem"] for row in version.table("watches").to_pylist()}
    return [_state(each, counted, problems) for each in watch_file.read(settings.watch_file)]


def _state(each: Watch, counted: list[Row], problems: dict[str, str | None]) -> Row:
    own = [row for row in counted if (row["watch_id"], row["definition"]) == (each.watch_id, each.definition)]
    last = max(own, key=lambda row: row["batch"]) if own else {}
    names = ("combination", "articles", "previous", "expected", "ic_low", "p_value", "q_value", "family_size")
    return {
        "watch_id": each.watch_id,
        "name": each.name,
        "terms": list(each.terms),
        **{name: last.get(name) for name in names},
        "changed_at": last.get("counted_at"),
        "version": last.get("version"),
        "problem": problems.get(each.watch_id, "not counted yet: load a vocabulary and records"),
    }


def _show(found: list[Row], *, as_json: bool) -> None:
    if as_json:
        show.as_json(found)
        return
    columns = ["name", "articles", "previous", "changed_at", "version", "expected", "ic_low", "q_value"]
    show.as_table(found, columns, {"previous": "before"})
    for row in found:
        if row["problem"]:
            show.note(f"{row['name']}: {row['problem']}")


def _change(row: Row) -> list[str]:
    from transforms.publishing.atom import article_name, headline

    counted = f"{row['counted_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC, version {row['version']}"
    first = f"first count: {row['articles']:,} articles" if row["previous"] is None else headline(row)
    listed = [f"    {word}: {', '.join(map(article_name, row[word]))}" for word in ("gained", "lost") if row[word]]
    return [f"{counted}: {first}", *listed]

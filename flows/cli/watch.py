"""Verbs about watches: combinations whose count is followed with every commit."""

from datetime import UTC
from functools import partial
from typing import Annotated

import typer

from flows import terminal
from flows.cli.options import WATCHABLE, JsonOption, LakeOption, Terms, open_lake, settings_for, takes_filters
from flows.cli.reports.terms import note_readings
from flows.settings import Settings
from flows.watches import file as watch_file
from flows.watches.feeds import follow_watches
from flows.watches.file import WatchFileError
from transforms.counting.filters import Filters
from transforms.publishing.watches import Watch, WatchError, read_watch
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination, Row

app = typer.Typer(help="Watches: combinations whose count is followed with every commit.", no_args_is_help=True)
_NameOption = Annotated[str | None, typer.Option("--name", help="What it is called; default: its terms.")]
_Name = Annotated[str, typer.Argument(help="The name or the id of a watch.", metavar="NAME")]


@app.command(
    epilog='Example: hoofbeats watch add "Leukemia|Leukemic Infiltration" "Hematopoiesis, Extramedullary" --name EMH'
)
@partial(takes_filters, names=WATCHABLE)
def add(
    terms: Terms,
    filters: Filters,
    name: _NameOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a combination: its articles are counted now, and every commit that changes them is reported."""
    settings = settings_for(lake)
    try:
        added = read_watch({"name": name or " AND ".join(terms), "terms": terms, **filters.changed()})
    except WatchError as error:
        raise WatchFileError(str(error), "see `hoofbeats watch add --help`") from error
    if read_version(Lake.at(settings.lake)).table("vocabularies").num_rows:
        with open_lake(lake) as connection:
            combination = Combination.of_terms(connection, terms)  # a clear error for a term that is no concept
        note_readings(combination)
    watch_file.add(settings.watch_file, added)
    follow_watches(settings)
    _show_states([row for row in _states(settings) if row["watch_id"] == added.watch_id], as_json=as_json)


@app.command("list", epilog="Example: hoofbeats watch list --json")
def list_(lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """List the watches with their counts and when these last changed."""
    _show_states(_states(settings_for(lake)), as_json=as_json)


@app.command("show", epilog="Example: hoofbeats watch show EMH")
def show_(name: _Name, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Show how the count of a watch changed, with the articles that came and went."""
    settings = settings_for(lake)
    state = next((row for row in _states(settings) if name in (row["name"], row["watch_id"])), None)
    if state is None:
        raise WatchFileError(f'there is no watch "{name}"', "`hoofbeats watch list` lists them")
    version = read_version(Lake.at(settings.lake))
    counts = [row for row in version.table("watch_counts").to_pylist() if row["watch_id"] == state["watch_id"]]
    if as_json:
        terminal.as_json(counts)
        return
    terminal.lines(f"{state['name']}: {terminal.text(state['articles'])} articles", f"    {state['combination']}")
    for row in counts:
        terminal.lines("", *_change_lines(row))


@app.command(epilog="Example: hoofbeats watch remove EMH")
def remove(name: _Name, lake: LakeOption = None, as_json: JsonOption = False) -> None:
    """Stop following a combination; its counts stay in table watch_counts."""
    settings = settings_for(lake)
    removed = watch_file.remove(settings.watch_file, name)
    follow_watches(settings)
    terminal.as_json({"removed": removed.watch_id}) if as_json else terminal.lines(
        f'no longer followed: "{removed.name}"'
    )


def _states(settings: Settings) -> list[Row]:
    """The watches of the file, each with its last count."""
    version = read_version(Lake.at(settings.lake))
    counts = version.table("watch_counts").to_pylist()
    problems = {row["watch_id"]: row["problem"] for row in version.table("watches").to_pylist()}
    return [_state(watch, counts, problems) for watch in watch_file.read(settings.watch_file)]


def _state(watch: Watch, counts: list[Row], problems: dict[str, str | None]) -> Row:
    own = [row for row in counts if (row["watch_id"], row["definition"]) == (watch.watch_id, watch.definition)]
    last = max(own, key=lambda row: row["batch"]) if own else {}
    names = ("combination", "articles", "previous", "expected", "ic_low", "p_value", "q_value", "family_size")
    return {
        "watch_id": watch.watch_id,
        "name": watch.name,
        "terms": list(watch.terms),
        **{name: last.get(name) for name in names},
        "changed_at": last.get("counted_at"),
        "version": last.get("version"),
        "problem": problems.get(watch.watch_id, "not counted yet: load a vocabulary and records"),
    }


def _show_states(states: list[Row], *, as_json: bool) -> None:
    if as_json:
        terminal.as_json(states)
        return
    columns = ["name", "articles", "previous", "changed_at", "version", "expected", "ic_low", "q_value"]
    terminal.as_table(states, columns, {"previous": "before"})
    for row in states:
        if row["problem"]:
            terminal.note(f"{row['name']}: {row['problem']}")


def _change_lines(row: Row) -> list[str]:
    from transforms.publishing.atom import article_name, headline

    counted = f"{row['counted_at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC, version {row['version']}"
    first = f"first count: {row['articles']:,} articles" if row["previous"] is None else headline(row)
    listed = [f"    {word}: {', '.join(map(article_name, row[word]))}" for word in ("gained", "lost") if row[word]]
    return [f"{counted}: {first}", *listed]

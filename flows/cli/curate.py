"""Verbs by which a person overrules the annotation: curate mention, name, list, withdraw."""

import datetime as dt
import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import terminal as show
from flows.cli.options import JsonOption, LakeOption, VersionOption, open_lake, settings_for
from warehouse.lake import Lake
from warehouse.queries.combinations import rows
from warehouse.revision.curations import curate, withdraw

app = typer.Typer(
    help="A person's word on mentions and names: it overrules the annotation.",
    no_args_is_help=True,
    epilog="Example: hoofbeats curate list",
)

ByOption = Annotated[str | None, typer.Option(help="Who says so [the user's name].")]
NoteOption = Annotated[str, typer.Option(help="Why.")]


class OnMention(StrEnum):
    """What can be said of a mention."""

    WRONG = "wrong"
    PRESENT = "present"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    OTHER = "other"


@app.command(epilog='Example: hoofbeats curate mention pubmed:12345 MESH:D007938 "leukemia" --verdict wrong')
def mention(
    document: Annotated[str, typer.Argument(help="The document_id, e.g. pubmed:12345; a number alone is a PMID.")],
    concept: Annotated[str, typer.Argument(help="The concept's id.")],
    text: Annotated[str, typer.Argument(help="The words of the mention, in any case.")],
    verdict: Annotated[OnMention, typer.Option(help="It is wrong here, or what the text says of it.")],
    start: Annotated[int | None, typer.Option(help="Only the mention that starts here (mentions.start).")] = None,
    by: ByOption = None,
    note: NoteOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a mention is wrong, or what the text says of it; for revised texts too, unless --start is given."""
    document_id = f"pubmed:{int(document)}" if document.isdecimal() else document
    told = {"verdict": verdict.value, "concept_id": concept, "document_id": document_id, "text": text, "start": start}
    _say({**told, **_who(by, note)}, lake, as_json=as_json)


@app.command(epilog='Example: hoofbeats curate name lead --concept MESH:D007854 --note "mostly the verb"')
def name(
    name: Annotated[str, typer.Argument(help="The name, in any written form.")],
    concept: Annotated[str | None, typer.Option(help="Only for this concept, else for none.")] = None,
    by: ByOption = None,
    note: NoteOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Never match this name in texts; stored articles that have it are annotated anew."""
    told = {"verdict": "never", "concept_id": concept, "name": name}
    _say({**told, **_who(by, note)}, lake, as_json=as_json)


@app.command("list", epilog="Example: hoofbeats curate list --json")
def list_verdicts(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """List every verdict with its number, author and date."""
    with open_lake(lake, at_version) as connection:
        found = rows(connection, "curations")
    columns = ["number", "verdict", "concept_id", "name", "document_id", "text", "author", "decided_on", "note"]
    show.as_json(found) if as_json else show.as_table(found, columns)


@app.command("withdraw", epilog="Example: hoofbeats curate withdraw 3")
def withdraw_verdict(
    number: Annotated[int, typer.Argument(help="The verdict's number in `curate list`.")],
    by: ByOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a verdict back; it stays in the list, with who took it back and when."""
    version = withdraw(_place(lake), number, by or getpass.getuser(), _today())
    _tell(version, as_json=as_json)


def _who(by: str | None, note: str) -> dict[str, Any]:
    return {"author": by or getpass.getuser(), "decided_on": _today(), "note": note or None}


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _say(verdict: dict[str, Any], lake: Path | None, *, as_json: bool) -> None:
    _tell(curate(_place(lake), verdict), as_json=as_json)


def _place(lake: Path | None) -> Lake:
    with open_lake(lake):
        pass  # a clear error where there is no lake
    return Lake.at(settings_for(lake).lake)


def _tell(version: int, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"version": version})
    else:
        show.lines(f"noted, the counts follow: version {version} (`hoofbeats curate list` has the verdicts)")

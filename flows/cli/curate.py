"""Verbs for manual verdicts, which override the annotation: curate mention, name, list, withdraw."""

import datetime as dt
import getpass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import terminal
from flows.cli.options import JsonOption, LakeOption, VersionOption, existing_lake, open_lake
from warehouse.queries.combinations import rows
from warehouse.revision.curations import curate, withdraw

app = typer.Typer(
    help="Manual verdicts on mentions and names: they override the annotation.",
    no_args_is_help=True,
    epilog="Example: hoofbeats curate list",
)

_ByOption = Annotated[str | None, typer.Option(help="Who decides [the user's name].")]
_NoteOption = Annotated[str, typer.Option(help="Why.")]


class MentionVerdict(StrEnum):
    """The verdicts on a mention."""

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
    verdict: Annotated[MentionVerdict, typer.Option(help="It is wrong here, or what the text says of it.")],
    start: Annotated[int | None, typer.Option(help="Only the mention that starts here (mentions.start).")] = None,
    by: _ByOption = None,
    note: _NoteOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record that a mention is wrong, or its right assertion; for revised texts too, unless --start is given."""
    document_id = f"pubmed:{int(document)}" if document.isdecimal() else document
    target = {"concept_id": concept, "document_id": document_id, "text": text, "start": start}
    _record({"verdict": verdict.value, **target, **_authorship(by, note)}, lake, as_json=as_json)


@app.command(epilog='Example: hoofbeats curate name lead --concept MESH:D007854 --note "mostly the verb"')
def name(
    name: Annotated[str, typer.Argument(help="The name, in any written form.")],
    concept: Annotated[str | None, typer.Option(help="Only for this concept, else for none.")] = None,
    by: _ByOption = None,
    note: _NoteOption = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Never match this name in texts; stored articles that have it are annotated anew."""
    verdict = {"verdict": "never", "concept_id": concept, "name": name}
    _record({**verdict, **_authorship(by, note)}, lake, as_json=as_json)


@app.command("list", epilog="Example: hoofbeats curate list --json")
def list_verdicts(lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False) -> None:
    """List every verdict with its number, author and date."""
    with open_lake(lake, at_version) as connection:
        verdicts = rows(connection, "curations")
    columns = ["number", "verdict", "concept_id", "name", "document_id", "text", "author", "decided_on", "note"]
    terminal.as_json(verdicts) if as_json else terminal.as_table(verdicts, columns)


@app.command("withdraw", epilog="Example: hoofbeats curate withdraw 3")
def withdraw_verdict(
    number: Annotated[int, typer.Argument(help="The verdict's number in `curate list`.")],
    by: _ByOption = None,
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a verdict; it stays in the list, with who withdrew it and when."""
    version = withdraw(existing_lake(lake), number, by or getpass.getuser(), _today())
    _show_version(version, as_json=as_json)


def _authorship(by: str | None, note: str) -> dict[str, Any]:
    return {"author": by or getpass.getuser(), "decided_on": _today(), "note": note or None}


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _record(verdict: dict[str, Any], lake: Path | None, *, as_json: bool) -> None:
    _show_version(curate(existing_lake(lake), verdict), as_json=as_json)


def _show_version(version: int, *, as_json: bool) -> None:
    if as_json:
        terminal.as_json({"version": version})
    else:
        terminal.lines(f"recorded, counts updated: version {version} (`hoofbeats curate list` has the verdicts)")

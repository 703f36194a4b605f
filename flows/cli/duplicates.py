"""Verbs about records that tell of the same article: duplicates, explain-duplicate, judge-duplicate."""

import getpass
import json
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer

from flows import terminal as show
from flows.cli.options import JsonOption, LakeOption, VersionOption, open_lake, settings_for
from transforms.duplicates.decisions import explain
from warehouse.catalog.sql import statement
from warehouse.errors import UnknownDocumentError
from warehouse.lake import Lake
from warehouse.queries.combinations import rows
from warehouse.revision.record_verdicts import record_verdict

app = typer.Typer()

Record = Annotated[str, typer.Argument(help="A record's document_id, e.g. pubmed:12345; a number alone is a PMID.")]
_SHOWN = (
    "document_id", "article_id", "title", "authors", "journal", "year", "volume", "issue", "pages", "pmid", "pmcid",
    "doi", "publication_types",
)  # fmt: skip
_LONGEST = 300


class Which(StrEnum):
    """Which pairs of records are listed."""

    SAME = "same"
    SUSPECTED = "suspected"
    ALL = "all"


@app.command(epilog="Example: hoofbeats duplicates   |   hoofbeats duplicates --which suspected --json")
def duplicates(
    which: Annotated[
        Which,
        typer.Option(help="Joined as one article; kept apart by one thing only (as two PMIDs); or all much alike."),
    ] = Which.SAME,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 1000,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List records found to tell of the same article, with the rule that says so."""
    with open_lake(lake, at_version) as connection:
        found = rows(connection, "duplicates", {"which": which})
    if as_json:
        show.as_json(found)
        return
    columns = ["document_a", "document_b", "year", "verdict", "rule", "otherwise", "title_a", "title_b"]
    if found:
        show.as_table(found[:limit], columns)
    more = f", the first {limit:,} shown" if len(found) > limit else ""
    show.lines(f"{len(found):,} pairs{more}; `hoofbeats explain-duplicate A B` says why")


@app.command(epilog="Example: hoofbeats explain-duplicate pubmed:12345 europepmc:PPR/99")
def explain_duplicate(
    a: Record, b: Record, lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False
) -> None:
    """Say why two records are, or are not, one article: what each field says, which rules hold, what persons said."""
    with open_lake(lake, at_version) as connection:
        told = _explained(connection, *sorted((_named(a), _named(b))))
    show.as_json(told) if as_json else _show(told)


@app.command(epilog='Example: hoofbeats judge-duplicate 12345 europepmc:PPR/99 --same --note "the same case"')
def judge_duplicate(
    a: Record,
    b: Record,
    same: Annotated[bool, typer.Option("--same/--different", help="Whether they tell of the same article.")],
    by: Annotated[str | None, typer.Option(help="Who says so [the user's name].")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that two records are, or are not, one article: it overrules every rule; `undo` takes it back."""
    with open_lake(lake):
        pass  # a clear error where there is no lake
    place = Lake.at(settings_for(lake).lake)
    version = record_verdict(place, (_named(a), _named(b)), same=same, said_by=by or getpass.getuser(), note=note)
    if as_json:
        show.as_json({"document_a": _named(a), "document_b": _named(b), "same": same, "version": version})
    else:
        show.lines(f"noted, the counts follow: version {version} (`hoofbeats undo {version}` takes it back)")


def _named(record: str) -> str:
    return f"pubmed:{int(record)}" if record.isdecimal() else record


def _explained(connection: duckdb.DuckDBPyConnection, a: str, b: str) -> dict[str, Any]:
    """Everything there is to say of two records, as JSON shows it."""
    values = {"document_a": a, "document_b": b}
    pair = connection.sql(statement("queries", "two_records"), params=values).to_arrow_table()
    there = pair["document_id"].to_pylist()
    if len(there) < 2:
        missing = a if a == b else ", ".join(name for name in (a, b) if name not in there)
        raise UnknownDocumentError(
            f"no two records: {missing}", "name two current records by document_id, e.g. pubmed:12345"
        )
    records = [{name: row[name] for name in _SHOWN} for row in pair.to_pylist()]
    together = records[0]["article_id"] == records[1]["article_id"]
    return {
        "one_article": together,
        **explain(pair),
        "said": rows(connection, "said_of", values),
        "joined_by": rows(connection, "joined_by", {"article_id": records[0]["article_id"]}) if together else [],
        "records": records,
    }


def _show(told: dict[str, Any]) -> None:
    one, other = told["records"]
    show.as_table(
        [{"field": name, "a": _short(one[name]), "b": _short(other[name])} for name in _SHOWN], ["field", "a", "b"]
    )
    show.lines("", f"one article: {'yes' if told['one_article'] else 'no'}")
    show.lines(f"by rule: {told['verdict']}, {told['rule'] or 'no rule speaks for it'}")
    show.lines(*(f"  speaks for it: {name}" for name in told["accepts"]))
    show.lines(*(f"  speaks against it: {name}" for name in told["vetoes"]))
    show.lines("  fields: " + json.dumps(told["evidence"]))
    for said in told["said"]:
        word = "the same" if said["same"] else "not the same"
        show.lines(f"said by {said['said_by']} on {show.text(said['said_at'])}: {word}. {said['note'] or ''}".rstrip())
    show.lines(*(f"joined by: {row['document_a']} and {row['document_b']}, {row['rule']}" for row in told["joined_by"]))


def _short(value: object) -> str:
    told = str(value) if isinstance(value, int) else show.text(value)
    return told if len(told) <= _LONGEST else told[:_LONGEST] + " ..."

"""Verbs about records of the same article: duplicates, explain-duplicate, judge-duplicate."""

import getpass
import json
from enum import StrEnum
from typing import Annotated, Any

import duckdb
import typer

from flows import terminal
from flows.cli.options import JsonOption, LakeOption, VersionOption, existing_lake, open_lake
from transforms.duplicates.decisions import explain
from warehouse.catalog.sql import statement
from warehouse.errors import UnknownDocumentError
from warehouse.queries.combinations import rows
from warehouse.revision.record_verdicts import record_verdict

app = typer.Typer()

Record = Annotated[str, typer.Argument(help="A record's document_id, e.g. pubmed:12345; a number alone is a PMID.")]
_FIELDS_SHOWN = (
    "document_id", "article_id", "title", "authors", "journal", "year", "volume", "issue", "pages", "pmid", "pmcid",
    "doi", "publication_types",
)  # fmt: skip
_LONGEST_VALUE = 300


class Which(StrEnum):
    """The pairs of records that can be listed."""

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
    """List records found to describe the same article, with the rule that joined them."""
    with open_lake(lake, at_version) as connection:
        pairs = rows(connection, "duplicates", {"which": which})
    if as_json:
        terminal.as_json(pairs)
        return
    columns = ["document_a", "document_b", "year", "verdict", "rule", "otherwise", "title_a", "title_b"]
    if pairs:
        terminal.as_table(pairs[:limit], columns)
    more = f", the first {limit:,} shown" if len(pairs) > limit else ""
    terminal.lines(f"{len(pairs):,} pairs{more}; `hoofbeats explain-duplicate A B` says why")


@app.command(epilog="Example: hoofbeats explain-duplicate pubmed:12345 europepmc:PPR/99")
def explain_duplicate(
    a: Record, b: Record, lake: LakeOption = None, at_version: VersionOption = None, as_json: JsonOption = False
) -> None:
    """Say why two records are, or are not, one article: their fields, the rules that hold, manual decisions."""
    with open_lake(lake, at_version) as connection:
        explanation = _explain(connection, *sorted((_document_id(a), _document_id(b))))
    terminal.as_json(explanation) if as_json else _show(explanation)


@app.command(epilog='Example: hoofbeats judge-duplicate 12345 europepmc:PPR/99 --same --note "the same case"')
def judge_duplicate(
    a: Record,
    b: Record,
    same: Annotated[bool, typer.Option("--same/--different", help="Whether they describe the same article.")],
    by: Annotated[str | None, typer.Option(help="Who says so [the user's name].")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    lake: LakeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide that two records are, or are not, one article: it overrides every rule; `undo` withdraws it."""
    opened = existing_lake(lake)
    pair = (_document_id(a), _document_id(b))
    version = record_verdict(opened, pair, same=same, said_by=by or getpass.getuser(), note=note)
    if as_json:
        terminal.as_json({"document_a": pair[0], "document_b": pair[1], "same": same, "version": version})
    else:
        terminal.lines(f"recorded, counts updated: version {version} (`hoofbeats undo {version}` withdraws it)")


def _document_id(record: str) -> str:
    return f"pubmed:{int(record)}" if record.isdecimal() else record


def _explain(connection: duckdb.DuckDBPyConnection, a: str, b: str) -> dict[str, Any]:
    """The explanation of a pair, as JSON: verdict, rules, evidence, manual decisions and the two records.

    Raises `UnknownDocumentError` where one of them is no current record.
    """
    values = {"document_a": a, "document_b": b}
    pair = connection.sql(statement("queries", "record_pair"), params=values).to_arrow_table()
    found = pair["document_id"].to_pylist()
    if len(found) < 2:
        missing = a if a == b else ", ".join(name for name in (a, b) if name not in found)
        raise UnknownDocumentError(
            f"these are no two records of the lake: {missing}",
            "name two current records by document_id, e.g. pubmed:12345",
        )
    records = [{name: row[name] for name in _FIELDS_SHOWN} for row in pair.to_pylist()]
    together = records[0]["article_id"] == records[1]["article_id"]
    return {
        "one_article": together,
        **explain(pair),
        "said": rows(connection, "verdicts_of_pair", values),
        "joined_by": rows(connection, "joining_decisions", {"article_id": records[0]["article_id"]})
        if together
        else [],
        "records": records,
    }


def _show(explanation: dict[str, Any]) -> None:
    record_a, record_b = explanation["records"]
    terminal.as_table(
        [{"field": name, "a": _short(record_a[name]), "b": _short(record_b[name])} for name in _FIELDS_SHOWN],
        ["field", "a", "b"],
    )
    terminal.lines("", f"one article: {'yes' if explanation['one_article'] else 'no'}")
    terminal.lines(f"by rule: {explanation['verdict']}, {explanation['rule'] or 'no rule speaks for it'}")
    terminal.lines(*(f"  speaks for it: {name}" for name in explanation["accepts"]))
    terminal.lines(*(f"  speaks against it: {name}" for name in explanation["vetoes"]))
    terminal.lines("  fields: " + json.dumps(explanation["evidence"]))
    for decision in explanation["said"]:
        verdict = "the same" if decision["same"] else "not the same"
        decided = f"decided by {decision['said_by']} on {terminal.text(decision['said_at'])}"
        terminal.lines(f"{decided}: {verdict}. {decision['note'] or ''}".rstrip())
    terminal.lines(
        *(f"joined by: {row['document_a']} and {row['document_b']}, {row['rule']}" for row in explanation["joined_by"])
    )


def _short(value: object) -> str:
    shown = str(value) if isinstance(value, int) else terminal.text(value)
    return shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + " ..."

"""Verbs about a combination of concepts: count, timeline, evidence."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from flows.cli.options import (
    JsonOption,
    LakeOption,
    LimitOption,
    Terms,
    VersionOption,
    open_lake,
    takes_filters,
)
from flows.cli.references import ReferenceFormat, export_references
from flows.cli.reports.claims import identity
from flows.cli.reports.terms import note_readings, read_as_lines
from transforms.counting.filters import Filters
from warehouse.queries.combinations import Combination, Row, find_preprints, rows

app = typer.Typer()
_BAR_WIDTH = 40

_CiteOption = Annotated[
    bool, typer.Option("--cite", help="With ids, filters, version, coverage and PubMed's query: to be repeated.")
]
_ExportOption = Annotated[
    ReferenceFormat | None, typer.Option(help="Write the articles behind the count instead, as references.")
]
_ToOption = Annotated[Path | None, typer.Option(help="Where --export writes to; default: stdout.")]


@app.command(
    epilog='Example: hoofbeats count "Leukemia|Leukemic Infiltration" "Hematopoiesis, Extramedullary" "Lymph Nodes"'
)
@takes_filters
def count(
    terms: Terms,
    filters: Filters,
    cite: _CiteOption = False,
    export: _ExportOption = None,
    to: _ToOption = None,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the distinct articles that have all the terms, and say how surprising that number is."""
    from flows.cli.reports.count import show_count  # SciPy: the other verbs answer sooner without it

    with open_lake(lake, at_version) as connection:
        combination = Combination.of_terms(connection, terms, filters)
        if export is None:
            show_count(connection, combination, cite=cite, as_json=as_json)
        else:
            export_references(connection, combination, export, to)


@app.command(epilog='Example: hoofbeats timeline "Hematopoiesis, Extramedullary" "Lymph Nodes" --from-year 1990')
@takes_filters
def timeline(
    terms: Terms,
    filters: Filters,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count by publication year."""
    with open_lake(lake, at_version) as connection:
        combination = Combination.of_terms(connection, terms, filters)
        years = rows(connection, "timeline", combination.parameters)
    if as_json:
        note_readings(combination)
        terminal.as_json(years)
        return
    largest = max((row["articles"] for row in years), default=0)
    drawn = [
        {**row, "year": str(row["year"] or "unknown"), "": "#" * round(_BAR_WIDTH * row["articles"] / (largest or 1))}
        for row in years
    ]
    terminal.lines(combination.label, *read_as_lines(combination))
    terminal.as_table(drawn, ["year", "articles", "population", "rate_per_million", ""])


@app.command(epilog='Example: hoofbeats evidence "Leukemia" "Hematopoiesis, Extramedullary" --limit 5')
@takes_filters
def evidence(
    terms: Terms,
    filters: Filters,
    limit: LimitOption = 20,
    lake: LakeOption = None,
    at_version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the articles behind a count: their sentences, headings and character offsets."""
    with open_lake(lake, at_version) as connection:
        combination = Combination.of_terms(connection, terms, filters)
        mentions = rows(connection, "evidence", combination.parameters)
        found = len({row["article_id"] for row in mentions})
        preprints = {row["article_id"]: row["related_id"] for row in find_preprints(connection, combination, found)}
    articles = [list(group) for _, group in groupby(mentions, key=lambda row: row["article_id"])]
    if as_json:
        note_readings(combination)
        terminal.as_json(
            [
                {**mention, "preprint_of": preprints.get(mention["article_id"])}
                for article in articles[:limit]
                for mention in article
            ]
        )
        return
    terminal.lines(combination.label, *read_as_lines(combination))
    for article in articles[:limit]:
        terminal.lines("", *_article_lines(article, preprints.get(article[0]["article_id"])))
    if len(articles) > limit:
        terminal.note(f"{len(articles) - limit:,} further articles; --limit shows more")
    if not articles:
        terminal.lines("no article")


def _article_lines(mentions: list[Row], preprint_of: int | None) -> list[str]:
    """One article of the evidence: its title, its headings, then each sentence with the mentions in it."""
    article = mentions[0]
    lines = [f"{identity(article)}  {article['year'] or 'year unknown'}  {article['title']}"]
    if preprint_of is not None:
        lines.append(f"    preprint of article {preprint_of}, which is counted too")
    headings = [mention["text"] for mention in mentions if mention["basis"] == "index"]
    if headings:
        lines.append(f"    headings: {'; '.join(headings)}")
    in_text = [mention for mention in mentions if mention["basis"] == "text"]
    for sentence, group in groupby(in_text, key=lambda mention: mention["sentence"]):
        within = list(group)
        lines.append(f"    {'title' if sentence == 0 else f'sentence {sentence}'}: {within[0]['sentence_text']}")
        marks = (f"{row['text']} [{row['start']}-{row['end']}, {row['assertion']}]" for row in within)
        lines.append(f"        {', '.join(marks)}")
    return lines

"""What the verbs that read print: each answer as JSON for programs or as lines and tables for people."""

from itertools import groupby

import duckdb

from flows import terminal as show
from warehouse.queries.combinations import Combination, Row, rows


def show_status(connection: duckdb.DuckDBPyConnection, *, as_json: bool) -> None:
    """What the lake holds and the reconciliation of its records."""
    told = rows(connection, "status")[0]
    rejections = rows(connection, "rejections")
    if as_json:
        show.as_json({**told, "rejections": rejections})
        return
    fates = " + ".join(
        f"{told[fate]:,} {fate}" for fate in ("kept", "unchanged", "superseded", "duplicates", "rejected")
    )
    show.lines(
        f"lake          {told['lake']}, version {told['version']}, {show.text(told['committed_at'])}",
        f"payloads      {told['payloads']:,}"
        + (f"; {told['failed_windows']:,} windows failed, see table windows" if told["failed_windows"] else ""),
        f"records       {told['received']:,} received = {fates}",
        f"              {told['record_versions']:,} record versions of {told['documents']:,} documents;"
        f" {told['deletions']:,} deletions recorded",
        f"articles      {told['articles']:,}, of them {told['retracted']:,} retracted",
        f"mentions      {told['mentions']:,} in titles and abstracts",
        f"vocabulary    {str(told['vocabulary_version'])[:12]}, {show.text(told['counted_concepts'])} concepts counted",
        *([f"              {', '.join(told['editions'])}"] if told["editions"] else []),
        *([f"curations     {told['curations']:,}, see `hoofbeats curate list`"] if told["curations"] else []),
    )
    if rejections:
        show.as_table(rejections, ["reason", "records", "for_instance", "detail"])


def show_timeline(connection: duckdb.DuckDBPyConnection, combination: Combination, *, as_json: bool) -> None:
    """Articles by publication year, with a bar for the eye."""
    found = rows(connection, "timeline", combination.values)
    if as_json:
        show.as_json(found)
        return
    most = max((row["articles"] for row in found), default=0)
    drawn = [
        {**row, "year": str(row["year"] or "unknown"), "": "#" * round(40 * row["articles"] / most) if most else ""}
        for row in found
    ]
    show.lines(combination.words)
    show.as_table(drawn, ["year", "articles", "population", "rate_per_million", ""])


def show_evidence(
    connection: duckdb.DuckDBPyConnection, combination: Combination, limit: int, *, as_json: bool
) -> None:
    """The articles behind a count with their sentences; at most `limit` articles."""
    found = rows(connection, "evidence", combination.values)
    articles = [(key, list(mentions)) for key, mentions in groupby(found, key=lambda row: row["article_id"])]
    shown = articles[:limit]
    if as_json:
        show.as_json([mention for _, mentions in shown for mention in mentions])
        return
    show.lines(combination.words)
    for _, mentions in shown:
        show.lines("", *_article_lines(mentions))
    if len(articles) > limit:
        show.note(f"{len(articles) - limit:,} further articles; --limit shows more")
    if not articles:
        show.lines("no article")


def _article_lines(mentions: list[Row]) -> list[str]:
    first = mentions[0]
    told = [f"PMID {first['pmid'] or '-'}  {first['year'] or 'year unknown'}  {first['title']}"]
    headings = [row["text"] for row in mentions if row["basis"] == "index"]
    if headings:
        told.append(f"    headings: {'; '.join(headings)}")
    in_text = [row for row in mentions if row["basis"] == "text"]
    for sentence, group in groupby(in_text, key=lambda row: row["sentence"]):
        rows_ = list(group)
        marks = ", ".join(f"{row['text']} [{row['start']}-{row['end']}, {row['assertion']}]" for row in rows_)
        told += [f"    {'title' if sentence == 0 else f'sentence {sentence}'}: {rows_[0]['sentence_text']}"]
        told += [f"        {marks}"]
    return told


def show_rare(found: list[Row], *, as_json: bool) -> None:
    """Rare pairs, the most surprising first."""
    if as_json:
        show.as_json(found)
        return
    columns = [
        "articles",
        "name_a",
        "name_b",
        "first_year",
        "last_year",
        "articles_a",
        "articles_b",
        "expected",
        "ic_low",
        "q_value",
        "articles_with_descendants",
    ]
    headings = {"name_a": "concept", "name_b": "with", "articles_a": "alone", "articles_b": "alone"}
    headings |= {"articles_with_descendants": "with those below"}
    show.as_table(found, columns, headings)

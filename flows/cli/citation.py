"""A count one can cite, and the articles behind it for a reference manager."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from flows import terminal as show
from flows.cli.options import ReferenceFormat
from transforms.publishing.pubmed_query import Limits, Searched, pubmed_query
from warehouse.catalog.sql import statement
from warehouse.queries.combinations import Combination, Row, rows
from warehouse.queries.near_misses import searched


def citation(connection: duckdb.DuckDBPyConnection, combination: Combination) -> Row:
    """What a reader needs to repeat a count: terms with ids, filters, version, date, coverage, PubMed's query."""
    told = rows(connection, "provenance")[0]
    limits = {name: getattr(combination, name) for name in Limits._fields}
    found = searched(connection, combination)
    groups = [
        [Searched(row["concept_id"], row["name"], row["names"]) for row in found if row["group"] == number]
        for number in range(1, len(combination.groups) + 1)
    ]
    return {
        "terms": [[f"{each.name} [{each.concept_id}]" for each in group] for group in combination.groups],
        "filters": {"level": combination.level, **limits},
        **told,
        "pubmed_query": pubmed_query(groups, Limits(**limits)),
    }


def citation_lines(counted: Sequence[str], combination: Combination, told: Row) -> Iterator[str]:
    """The same for people, with the lines that tell the count itself."""
    for terms in told["terms"]:
        below = "without those below" if combination.exact else "with all below"
        yield f"term          {' or '.join(terms)}, {below}"
    yield from counted
    filters = [f"{name} {value}" for name, value in told["filters"].items() if value not in (None, False)]
    yield f"filters       {', '.join(filters)}"
    yield (
        f"source        Hoofbeats {told['code_version']}, catalog version {told['version']} of"
        f" {show.text(told['committed_at'])}; vocabulary {str(told['vocabulary_version'])[:12]}"
        f" ({', '.join(told['vocabulary_files'] or ())}); articles that had entered by {told['entered_until']}"
    )
    yield f"PubMed        {told['pubmed_query']}"
    yield "              close to this count, not equal: PubMed reads neither negations nor sentences"


def export(
    connection: duckdb.DuckDBPyConnection, combination: Combination, how: ReferenceFormat, to: Path | None
) -> None:
    """Write the articles behind a count to a file, or to stdout."""
    content = _content(connection, combination, how)
    if to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        to.write_bytes(content)
        show.note(f"{to}: {len(content):,} bytes")


def _content(connection: duckdb.DuckDBPyConnection, combination: Combination, how: ReferenceFormat) -> bytes:
    from transforms.publishing import references as reference_formats

    if how is ReferenceFormat.PARQUET:
        import pyarrow as pa

        table = connection.sql(statement("queries", "exported"), params=combination.values).to_arrow_table()
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        return bytes(sink.getvalue())
    write: Any = {
        ReferenceFormat.RIS: reference_formats.ris,
        ReferenceFormat.BIBTEX: reference_formats.bibtex,
        ReferenceFormat.CSV: reference_formats.comma_separated,
    }[how]
    return str(write(rows(connection, "exported", combination.values))).encode()

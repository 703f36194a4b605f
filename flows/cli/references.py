"""`hoofbeats count --export`: the articles behind a count, written for a reference manager or for analysis."""

import sys
from enum import StrEnum
from pathlib import Path

import duckdb

from flows import terminal
from warehouse.catalog.sql import statement
from warehouse.queries.combinations import Combination, rows


class ReferenceFormat(StrEnum):
    """The formats references can be written in."""

    RIS = "ris"
    BIBTEX = "bibtex"
    CSV = "csv"
    PARQUET = "parquet"


def export_references(
    connection: duckdb.DuckDBPyConnection, combination: Combination, reference_format: ReferenceFormat, to: Path | None
) -> None:
    """Write the articles behind a count to a file, or to stdout where none is named."""
    content = _references(connection, combination, reference_format)
    if to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        to.write_bytes(content)
        terminal.note(f"{to}: {len(content):,} bytes")


def _references(
    connection: duckdb.DuckDBPyConnection, combination: Combination, reference_format: ReferenceFormat
) -> bytes:
    from transforms.publishing import references

    if reference_format is ReferenceFormat.PARQUET:
        return _parquet(connection, combination)
    writers = {
        ReferenceFormat.RIS: references.to_ris,
        ReferenceFormat.BIBTEX: references.to_bibtex,
        ReferenceFormat.CSV: references.to_csv,
    }
    return str(writers[reference_format](rows(connection, "exported", combination.parameters))).encode()


def _parquet(connection: duckdb.DuckDBPyConnection, combination: Combination) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = connection.sql(statement("queries", "exported"), params=combination.parameters).to_arrow_table()
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    return bytes(buffer.getvalue())

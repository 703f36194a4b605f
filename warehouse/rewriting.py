"""What every commit that changes articles has in common: articles are written anew, counts follow as signed deltas.

A commit first says which records changed: it makes the working tables `runs` (document_id, version, digest, raw_file,
raw_position, unit, is_current) and `changed_documents` (document_id, home). From there this module goes on: it finds
the articles they touch, writes them portion by portion (a portion is a `home`), and counts the difference.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from transforms.articles import describe
from transforms.cooccurrence import Counts, article_concepts, count, difference
from transforms.identity import article_id
from transforms.schema import (
    ARTICLE_CONCEPTS,
    ARTICLE_KEYS,
    CONCEPT_COUNTS,
    COOCCURRENCES,
    CORPUS_COUNTS,
    DOCUMENTS,
    MENTIONS,
)
from warehouse import segments
from warehouse.catalog_file import Version
from warehouse.catalog_schema import SEGMENTS, SUPERSEDED
from warehouse.lake import Lake
from warehouse.staging import Unit
from warehouse.statements import statement


class Rewriting(ABC):
    """A commit in progress: the version it starts from, the payloads, and a connection that holds working tables."""

    def __init__(
        self, lake: Lake, version: Version, units: Sequence[Unit], connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.lake = lake
        self.old = version
        self.number = version.number + 1
        self.units = units
        self.connection = connection
        self.written: list[dict[str, Any]] = []

    @abstractmethod
    def place_records(self) -> None:
        """Make the working tables `runs` and `changed_documents`."""

    @abstractmethod
    def mentions(self, home: int, current: pa.Table) -> pa.Table:
        """The mentions of the touched articles of one portion, whose current documents are given."""

    def rewrite(self) -> dict[str, pa.Table]:
        """Write the touched articles anew and what that changes in the counts; returns the changed small tables."""
        self.connection.execute("SET temp_directory = $folder", {"folder": str(self.lake.staging / "spill")})
        self.place_records()
        self._assign_articles()
        counts = [self._write_articles(home) for home in range(1, self._homes() + 1)]
        self._write_counts(counts)
        listed = [*self.old.table("segments").to_pylist(), *self.written]
        return {
            "segments": SEGMENTS.from_rows(listed),
            "superseded": self.table("superseded", batch=self.number).cast(SUPERSEDED.arrow),
        }

    def files(self, table: str) -> list[str]:
        """The staged files of one table."""
        return [unit.file(table) for unit in self.units]

    def execute(self, name: str, **values: object) -> duckdb.DuckDBPyConnection:
        """Run one statement of sql/commit."""
        return self.connection.execute(statement("commit", name), values or None)

    def table(self, name: str, **values: object) -> pa.Table:
        """The answer of one statement of sql/commit."""
        return self.connection.sql(statement("commit", name), params=values or None).to_arrow_table()

    def write(self, table: str, rows: pa.Table) -> None:
        """Write rows as a segment of this commit."""
        written = segments.write(self.lake, table, rows, self.number)
        if written:
            self.written.append(written)

    def next_mentions(self, home: int, *, anew: bool) -> pa.Table:
        """The mentions at hand; `anew` leaves out those of changed documents."""
        found = self.table("next_mentions", files=self.files("mentions"), home=home, anew=anew)
        return MENTIONS.without("batch").conform(found)

    def _assign_articles(self) -> None:
        """Working tables assigned (document_id, article_id) and touched_articles."""
        keys = self.table("document_keys", files=self.files("documents")).to_pylist()
        ids = [article_id([] if row["pmid"] is None else [row["pmid"]], [row["document_id"]]) for row in keys]
        documents = pa.array([row["document_id"] for row in keys], pa.string())
        self.connection.register(
            "assigned_rows", pa.table({"document_id": documents, "article_id": pa.array(ids, pa.int64())})
        )
        self.connection.execute("CREATE TEMP TABLE assigned AS SELECT document_id, article_id FROM assigned_rows")
        self.execute("touched_articles")

    def _homes(self) -> int:
        [[homes]] = self.connection.execute("SELECT coalesce(max(home), 0) FROM changed_documents").fetchall()
        return int(homes)

    def _write_articles(self, home: int) -> Counts:
        """Write the articles of one portion; returns their counts."""
        documents = self.table("next_documents", files=self.files("documents"), home=home)
        current = documents.filter(documents["is_current"])
        self.write("documents", DOCUMENTS.without("batch").conform(documents.drop_columns(["is_current"])))
        del documents
        articles = describe(current)
        mentions = self.mentions(home, current)
        concepts = article_concepts(mentions, articles)
        for name, rows in (("mentions", mentions), ("article_keys", articles), ("article_concepts", concepts)):
            self.write(name, rows)
        return count(concepts, articles)

    def _write_counts(self, parts: list[Counts]) -> None:
        """Write what the touched articles count now, less what they counted before."""
        concepts = ARTICLE_CONCEPTS.without("batch").conform(self.table("old_article_concepts"))
        before = count(concepts, ARTICLE_KEYS.without("batch").conform(self.table("old_article_keys")))
        for schema, part in ((COOCCURRENCES, "cooccurrences"), (CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus")):
            now = [getattr(counts, part) for counts in parts]
            self.write(schema.name, difference(now, getattr(before, part), schema))

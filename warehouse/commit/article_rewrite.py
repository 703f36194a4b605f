"""What every commit that changes articles has in common: articles are written anew, counts follow as signed deltas.

A commit first says which records changed: it makes the working tables `runs` (document_id, version, digest, raw_file,
raw_position, unit, is_current), `staged_contents` and `changed_documents` (document_id, home). From there this module
goes on: it finds the articles they touch, writes them portion by portion (a portion is a `home`), and counts the
difference. So memory is bounded by a portion, whatever the size of the commit.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.counting.articles import summarize_articles
from transforms.counting.cooccurrence import Counts, article_concepts, count_articles, count_deltas
from transforms.counting.pairs import order_by_second_concept
from transforms.duplicates.article_ids import own_article_ids
from transforms.schema.articles import ARTICLE_KEYS
from transforms.schema.claims import CLAIMS
from transforms.schema.counts import CONCEPT_COUNTS, COOCCURRENCES, CORPUS_COUNTS
from transforms.schema.mentions import ARTICLE_CONCEPTS
from transforms.schema.records import DOCUMENTS
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.schema import SEGMENTS, SUPERSEDED
from warehouse.catalog.sql import statement
from warehouse.commit.article_assignment import assign_articles
from warehouse.commit.staged_rows import mentions_of_members
from warehouse.commit.staging import Unit
from warehouse.lake import Lake


class ArticleRewrite(ABC):
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

    def claims(self, home: int, current: pa.Table) -> pa.Table:
        """The claims of the touched articles of one portion, whose current documents are given: those at hand."""
        del current  # read when the payload was prepared
        return CLAIMS.without("batch").conform(self.table("next_claims", home=home, **self._staged("claims", home)))

    def rewrite(self) -> dict[str, pa.Table]:
        """Write the touched articles anew and what that changes in the counts; returns the changed small tables."""
        self.connection.execute("SET temp_directory = $folder", {"folder": str(self.lake.staging / "spill")})
        self.connection.execute("CREATE TEMP TABLE reconsidered (document_id VARCHAR)")
        self.connection.execute("CREATE TEMP TABLE secondary (document_id VARCHAR)")
        self.connection.execute("CREATE TEMP TABLE to_be_read (document_id VARCHAR)")
        self.place_records()
        files = self.files("documents"), self.files("document_keys")
        self.write("pair_decisions", assign_articles(self.connection, *files, self.verdicts()))
        self.execute("next_runs")
        self.execute("members")
        for home in range(1, self._homes() + 1):
            self._write_articles(home)
        listed = [*self.old.table("segments").to_pylist(), *self.written]
        return {
            "segments": SEGMENTS.from_rows(listed),
            "superseded": self.table("superseded", batch=self.number).cast(SUPERSEDED.arrow),
        }

    def verdicts(self) -> pa.Table:
        """What persons said of two documents, as it counts from this commit on."""
        return self.old.table("verdicts")

    def curations(self) -> pa.Table:
        """What persons said of mentions and names, as it counts from this commit on."""
        return self.old.table("curations").drop_columns("batch")

    def reconsider(self, *documents: str) -> None:
        """Look at the articles of these documents too, though the documents do not change."""
        self.connection.execute("INSERT INTO reconsidered SELECT unnest($names)", {"names": list(documents)})

    def files(self, table: str) -> list[str]:
        """The staged files of one table."""
        return [unit.file(table) for unit in self.units]

    def execute(self, name: str, **values: object) -> duckdb.DuckDBPyConnection:
        """Run one statement of sql/commit."""
        return self.connection.execute(statement("commit", name), values or None)

    def table(self, name: str, **values: object) -> pa.Table:
        """The answer of one statement of sql/commit."""
        return self.connection.sql(statement("commit", name), params=values or None).to_arrow_table()

    def write(self, table: str, rows: pa.Table, order: pa.Array | None = None) -> None:
        """Write rows, or with `order` the rows in that order, as a segment of this commit."""
        written = segments.write(self.lake, table, rows, self.number, order)
        if written:
            self.written.append(written)

    def next_mentions(self, home: int, *, anew: bool) -> pa.Table:
        """The mentions at hand, texts as dictionaries; `anew` leaves out those of changed documents."""
        members = self.table("members_of_portion", home=home, anew=anew)
        standing = self.table("standing_mentions", home=home, anew=anew) if members["staged_unit"].null_count else None
        staged = {unit: self.units[unit - 1].file("mentions") for unit in self._units_of(home)}
        return mentions_of_members(members, staged, standing)

    def _staged(self, table: str, home: int) -> dict[str, list[Any]]:
        """The payloads that one portion is written from, by number, and their staged files of one table."""
        units = self._units_of(home) or [1]  # a statement has to read some file
        return {"units": units, "files": [self.units[unit - 1].file(table) for unit in units]}

    def _units_of(self, home: int) -> list[int]:
        return [unit for [unit] in self.execute("units_of_portion", home=home).fetchall()]

    def _homes(self) -> int:
        [[homes]] = self.connection.execute("SELECT coalesce(max(home), 0) FROM touched_articles").fetchall()
        return int(homes)

    def _write_articles(self, home: int) -> None:
        """Write the articles of one portion, and what they count now less what they counted before."""
        documents = self.table("next_documents", home=home, **self._staged("documents", home))
        documents = documents.sort_by([(name, "ascending") for name in DOCUMENTS.sort_by])
        documents = documents.append_column("own_article_id", own_article_ids(documents))
        self.write("documents", DOCUMENTS.without("batch").conform(documents))
        current = documents.filter(documents["is_current"])
        del documents
        articles = summarize_articles(current)
        mentions = self.mentions(home, current)
        concepts = article_concepts(mentions, articles)
        for name, rows in (("mentions", mentions), ("article_keys", articles), ("article_concepts", concepts)):
            self.write(name, rows)
        self.write("claims", self.claims(home, current))
        self._note_secondary(current, articles)
        self._write_counts(home, count_articles(concepts, articles))

    def _note_secondary(self, current: pa.Table, articles: pa.Table) -> None:
        """Remember the documents that tell of an article for which another stands."""
        names = current["document_id"]
        others = names.filter(pc.invert(pc.is_in(names, articles["document_id"].combine_chunks())))
        if len(others):
            self.connection.register("others", pa.table({"document_id": others}))
            self.connection.execute("INSERT INTO secondary SELECT others.document_id FROM others")
            self.connection.unregister("others")

    def _write_counts(self, home: int, now: Counts) -> None:
        concepts = ARTICLE_CONCEPTS.without("batch").conform(self.table("old_article_concepts", home=home))
        before = count_articles(
            concepts, ARTICLE_KEYS.without("batch").conform(self.table("old_article_keys", home=home))
        )
        for schema, part in ((CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus")):
            self.write(schema.name, count_deltas([getattr(now, part)], getattr(before, part), schema))
        pairs = count_deltas([now.cooccurrences], before.cooccurrences, COOCCURRENCES)
        self.write("cooccurrences", pairs)
        self.write("cooccurrences_by_b", pairs, order_by_second_concept(pairs))

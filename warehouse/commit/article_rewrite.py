"""What all commits that change articles share: touched articles are rewritten, counts follow as signed deltas.

The steps of a commit, in order (working tables in `backticks`, one statement of sql/commit each):

1. `RewriteSteps.select_records` finds the records that change: `runs`, `staged_contents` and `changed_documents`.
2. `assign_articles` determines the article of each of these documents and so the articles to rewrite,
   `touched_articles`.
3. Each portion of touched articles is written, and the difference to their former counts with it.

A portion is one payload's documents in an ingest, and a fixed number of documents otherwise: memory is bounded by a
portion, whatever the size of the commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


class ArticleRewrite:
    """The tools of a commit in progress: the version it starts from, its payloads, a connection for working tables.

    `units`: the prepared payloads; a unit is known by its number in the working tables, from 1. `written`: the rows of
    `segments` for the files written so far.
    """

    def __init__(
        self, lake: Lake, version: Version, units: Sequence[Unit], connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.lake = lake
        self.old = version
        self.number = version.number + 1
        self.units = units
        self.connection = connection
        self.written: list[dict[str, Any]] = []

    def run(self, steps: "RewriteSteps") -> dict[str, pa.Table]:
        """Write the touched articles and the changes of the counts; returns the changed small tables by name."""
        self.connection.execute("SET temp_directory = $folder", {"folder": str(self.lake.staging / "spill")})
        for name in ("documents_to_recluster", "secondary_documents", "documents_for_claim_detection"):
            self.connection.execute(f"CREATE TEMP TABLE {name} (document_id VARCHAR)")
        # the three tables exist even if a kind of commit never fills them: the statements below read them
        steps.select_records(self)
        verdicts = self.old.table("verdicts") if steps.verdicts is None else steps.verdicts
        files = self.files("documents"), self.files("document_keys")
        self.write("pair_decisions", assign_articles(self.connection, *files, verdicts))
        self.execute("next_runs")
        self.execute("members")
        for portion in range(1, self._portions() + 1):
            self._write_articles(portion, steps)
        # old segments stay: their rows of rewritten articles are hidden by `superseded`, not removed
        segment_rows = [*self.old.table("segments").to_pylist(), *self.written]
        return {
            "segments": SEGMENTS.from_rows(segment_rows),
            "superseded": self.table("superseded", batch=self.number).cast(SUPERSEDED.arrow),
        }

    def recluster(self, documents: Sequence[str]) -> None:
        """Determine the articles of these documents again, although the documents do not change."""
        names = {"names": list(documents)}
        self.connection.execute("INSERT INTO documents_to_recluster SELECT unnest($names)", names)

    def files(self, table: str) -> list[str]:
        """The staged files of one table, in the order of `units`."""
        return [unit.file(table) for unit in self.units]

    def execute(self, name: str, **values: object) -> duckdb.DuckDBPyConnection:
        """Run one statement of sql/commit."""
        return self.connection.execute(statement("commit", name), values or None)

    def table(self, name: str, **values: object) -> pa.Table:
        """The result of one statement of sql/commit."""
        return self.connection.sql(statement("commit", name), params=values or None).to_arrow_table()

    def document_ids(self, working_table: str) -> pa.Array:
        """The column document_id of a working table."""
        query = f"SELECT document_id FROM {working_table}"  # noqa: S608 - a name of this code's
        return self.connection.sql(query).to_arrow_table()["document_id"].combine_chunks()

    def write(self, table: str, rows: pa.Table, order: pa.Array | None = None) -> None:
        """Write rows, or with `order` (row numbers) the rows in that order, as a segment of this commit."""
        written = segments.write(self.lake, table, rows, self.number, order)
        if written:
            self.written.append(written)

    def available_mentions(self, portion: int, *, unchanged_only: bool) -> pa.Table:
        """The mentions of one portion that payloads or the lake provide, texts as dictionaries.

        `unchanged_only` leaves out those of changed documents.
        """
        members = self.table("members_of_portion", portion=portion, unchanged_only=unchanged_only)
        stored = None
        if members["staged_unit"].null_count:
            stored = self.table("stored_mentions", portion=portion, unchanged_only=unchanged_only)
        staged = {unit: self.units[unit - 1].file("mentions") for unit in self._units_of(portion)}
        return mentions_of_members(members, staged, stored)

    def available_claims(self, portion: int) -> pa.Table:
        """The claims of one portion that payloads or the lake provide."""
        return CLAIMS.without("batch").conform(
            self.table("next_claims", portion=portion, **self._staged("claims", portion))
        )

    def _staged(self, table: str, portion: int) -> dict[str, list[Any]]:
        """The numbers of the payloads that one portion reads from, and their staged files of one table."""
        units = self._units_of(portion) or [1]  # read_parquet needs a file, even if no row of it is wanted
        return {"units": units, "files": [self.units[unit - 1].file(table) for unit in units]}

    def _units_of(self, portion: int) -> list[int]:
        return [unit for [unit] in self.execute("units_of_portion", portion=portion).fetchall()]

    def _portions(self) -> int:
        [[portions]] = self.connection.execute("SELECT coalesce(max(portion), 0) FROM touched_articles").fetchall()
        return int(portions)

    def _write_articles(self, portion: int, steps: "RewriteSteps") -> None:
        """Write the articles of one portion, and their counts now minus their counts before."""
        documents = self.table("next_documents", portion=portion, **self._staged("documents", portion))
        documents = documents.sort_by([(name, "ascending") for name in DOCUMENTS.sort_by])
        documents = documents.append_column("own_article_id", own_article_ids(documents))
        self.write("documents", DOCUMENTS.without("batch").conform(documents))
        current = documents.filter(documents["is_current"])
        del documents  # the texts of a portion are the largest thing in memory
        articles = summarize_articles(current)
        mentions = steps.mentions(self, portion, current)
        concepts = article_concepts(mentions, articles)
        for name, rows in (("mentions", mentions), ("article_keys", articles), ("article_concepts", concepts)):
            self.write(name, rows)
        self.write("claims", steps.claims(self, portion, current))
        self._note_secondary_documents(current, articles)
        self._write_count_deltas(portion, count_articles(concepts, articles))

    def _note_secondary_documents(self, current: pa.Table, articles: pa.Table) -> None:
        """Add to `secondary_documents` those whose article is represented by another document."""
        names = current["document_id"]
        # the ledger counts the records of these as duplicates, so that its sums come out
        others = names.filter(pc.invert(pc.is_in(names, articles["document_id"].combine_chunks())))
        if len(others):
            self.connection.register("others", pa.table({"document_id": others}))
            self.connection.execute("INSERT INTO secondary_documents SELECT others.document_id FROM others")
            self.connection.unregister("others")

    def _write_count_deltas(self, portion: int, now: Counts) -> None:
        """Write what is to be added to the stored counts.

        The pair (A, B) of 2002 counted 3 articles of this portion before and counts 2 now: the row (A, B, 2002, -1).
        """
        concepts = ARTICLE_CONCEPTS.without("batch").conform(self.table("former_article_concepts", portion=portion))
        articles = ARTICLE_KEYS.without("batch").conform(self.table("former_article_keys", portion=portion))
        # the former rows are counted by the same code, so that a difference in the code cannot leave a remainder
        before = count_articles(concepts, articles)
        for schema, part in ((CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus")):
            self.write(schema.name, count_deltas([getattr(now, part)], getattr(before, part), schema))
        pairs = count_deltas([now.cooccurrences], before.cooccurrences, COOCCURRENCES)
        self.write("cooccurrences", pairs)
        self.write("cooccurrences_by_b", pairs, order_by_second_concept(pairs))


PortionStep = Callable[[ArticleRewrite, int, pa.Table], pa.Table]
"""Makes rows for one portion, from its number and its current documents."""


def available_claims(rewrite: ArticleRewrite, portion: int, current: pa.Table) -> pa.Table:
    """The claims of one portion as payloads or the lake provide them: no text is read."""
    del current
    return rewrite.available_claims(portion)


@dataclass(frozen=True)
class RewriteSteps:
    """What differs between the commits that rewrite articles.

    select_records: creates the working tables `runs`, `staged_contents` and `changed_documents`.
    mentions, claims: the rows to write for one portion.
    verdicts: the manual decisions on pairs that apply from this commit on; None: those of the version before.
    """

    select_records: Callable[[ArticleRewrite], None]
    mentions: PortionStep
    claims: PortionStep = available_claims
    verdicts: pa.Table | None = None

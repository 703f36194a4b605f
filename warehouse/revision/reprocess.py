"""Commits that bring no payload: records the lake has are looked at again, because what they are judged by changed."""

from collections.abc import Callable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from transforms.annotation.annotate import annotate
from transforms.claims.detect import numbered_claims
from transforms.columnar.dictionaries import decode_table
from transforms.curation.verdicts import apply_verdicts
from transforms.schema.claims import CLAIMS
from transforms.schema.mentions import MENTIONS
from transforms.vocabulary.compiled import Vocabulary
from warehouse.catalog.file import Version
from warehouse.commit.article_rewrite import ArticleRewrite
from warehouse.commit.staging import empty_unit
from warehouse.lake import Lake

NO_BATCH = -1
DOCUMENTS_AT_ONCE = 30_000


class LookingAgain(ArticleRewrite):
    """A commit in progress that places the records of one batch, or of none, again.

    The records of `batch` are placed as if it had never come. Their current texts are annotated anew, with the
    vocabulary that `vocabulary()` gives.
    """

    def __init__(
        self,
        lake: Lake,
        version: Version,
        connection: duckdb.DuckDBPyConnection,
        batch: int,
        vocabulary: Callable[[], Vocabulary],
    ) -> None:
        super().__init__(lake, version, [empty_unit(lake)], connection)
        self.batch = batch
        self.vocabulary = vocabulary
        self.claims_at_hand = False

    def place_records(self) -> None:
        """Make the working tables `runs` and `changed_documents` from what the lake received before."""
        self.execute("incoming", files=self.files("documents"))
        self.execute("incoming_deletions", files=self.files("deletions"))
        self.execute("staged_contents")
        self.execute("runs", withdrawn=self.batch)
        self.execute("looked_at_again", withdrawn=self.batch, size=DOCUMENTS_AT_ONCE)

    def mentions(self, home: int, current: pa.Table) -> pa.Table:
        """Those of documents that merely moved, as they stand, and those of documents looked at again, found anew."""
        changed = self.connection.sql("SELECT document_id FROM changed_documents").to_arrow_table()["document_id"]
        anew = current.filter(pc.is_in(current["document_id"], changed.combine_chunks()))
        standing = MENTIONS.without("batch").conform(decode_table(self.next_mentions(home, anew=True)))
        if not len(anew):
            return standing
        found = MENTIONS.without("batch").conform(annotate(anew, self.vocabulary()))
        found = apply_verdicts(found, self.curations())
        return pa.concat_tables([standing, found]).sort_by([(name, "ascending") for name in MENTIONS.sort_by])

    def claims(self, home: int, current: pa.Table) -> pa.Table:
        """Those at hand, and those of contents that did not count before, found anew: no vocabulary matters to them."""
        if not self.claims_at_hand:
            self.execute("to_be_read")
            self.claims_at_hand = True
        standing = super().claims(home, current)
        unread = self.connection.sql("SELECT document_id FROM to_be_read").to_arrow_table()["document_id"]
        anew = current.filter(pc.is_in(current["document_id"], unread.combine_chunks()))
        found = CLAIMS.without("batch").conform(numbered_claims(anew, "article_id"))
        return pa.concat_tables([standing, found]).sort_by([(name, "ascending") for name in CLAIMS.sort_by])

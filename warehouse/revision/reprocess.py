"""Reprocessing commits: re-evaluate stored records after a change of vocabulary, rules or verdicts.

They bring no payload. `reprocess` rewrites the articles of the records that one of the selections below names.
"""

from collections.abc import Callable, Iterable

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
from warehouse.commit.article_rewrite import ArticleRewrite, RewriteSteps
from warehouse.commit.pair_decisions import DOCUMENTS_AT_ONCE
from warehouse.commit.staging import empty_unit
from warehouse.lake import Lake


def reprocess(
    lake: Lake,
    version: Version,
    connection: duckdb.DuckDBPyConnection,
    select_records: Callable[[ArticleRewrite], None],
    annotator: "Annotator",
    verdicts: pa.Table | None = None,
) -> dict[str, pa.Table]:
    """Rewrite the articles of stored records; returns the changed small tables by name, ready to be published.

    `select_records`: `records_of_batch` or `texts_of_documents`, which name the records.
    `verdicts`: the manual decisions on pairs that apply from now on; None: those of `version`.
    """
    steps = RewriteSteps(select_records, annotator.mentions, _ClaimDetector().claims, verdicts)
    return ArticleRewrite(lake, version, [empty_unit(lake)], connection).run(steps)


def records_of_batch(batch: int | None, recluster: Iterable[str] = ()) -> Callable[[ArticleRewrite], None]:
    """Select the records of a batch as if it had never been committed; None selects no record.

    `recluster`: documents that do not change, but whose articles are to be determined again.
    """

    def select(rewrite: ArticleRewrite) -> None:
        rewrite.execute("incoming", files=rewrite.files("documents"))
        rewrite.execute("incoming_deletions", files=rewrite.files("deletions"))
        rewrite.execute("staged_contents")
        rewrite.execute("runs", withdrawn=batch)
        rewrite.execute("documents_of_batch", withdrawn=batch, size=DOCUMENTS_AT_ONCE)
        rewrite.recluster(list(recluster))

    return select


def texts_of_documents(documents: Iterable[str] | None) -> Callable[[ArticleRewrite], None]:
    """Select documents whose texts are annotated again while their records stay as they are; None selects all."""

    def select(rewrite: ArticleRewrite) -> None:
        rewrite.execute("incoming", files=rewrite.files("documents"))
        rewrite.execute("staged_contents")
        rewrite.connection.execute("CREATE TEMP TABLE documents_to_reannotate (document_id VARCHAR)")
        if documents is None:
            rewrite.connection.execute(
                "INSERT INTO documents_to_reannotate"
                " SELECT documents.document_id FROM documents WHERE documents.is_current"
            )
        else:
            names = {"names": list(documents)}
            rewrite.connection.execute("INSERT INTO documents_to_reannotate SELECT unnest($names)", names)
        rewrite.execute("stored_runs")
        rewrite.execute("reannotated_documents", size=DOCUMENTS_AT_ONCE)

    return select


class Annotator:
    """Provides the mentions of a portion: changed documents are annotated again, those of others are copied.

    `vocabulary`: called when a text has to be annotated, because compiling a vocabulary takes seconds.
    `curations`: the verdicts on mentions that apply from this commit on.
    """

    def __init__(self, vocabulary: Callable[[], Vocabulary], curations: pa.Table) -> None:
        self._vocabulary = vocabulary
        self._curations = curations

    def mentions(self, rewrite: ArticleRewrite, portion: int, current: pa.Table) -> pa.Table:
        """`mentions` without `batch` of one portion, in the order of the table."""
        changed = rewrite.document_ids("changed_documents")
        to_annotate = current.filter(pc.is_in(current["document_id"], changed))
        schema = MENTIONS.without("batch")
        stored = schema.conform(decode_table(rewrite.available_mentions(portion, unchanged_only=True)))
        if not len(to_annotate):
            return stored
        new = apply_verdicts(schema.conform(annotate(to_annotate, self._vocabulary())), self._curations)
        return pa.concat_tables([stored, new]).sort_by([(name, "ascending") for name in MENTIONS.sort_by])


class _ClaimDetector:
    """Provides the claims of a portion: detected in contents that were not current before, copied for all others.

    Claims depend on the text alone, so a change of vocabulary or verdicts needs no detection.
    """

    def __init__(self) -> None:
        self._selected = False

    def claims(self, rewrite: ArticleRewrite, portion: int, current: pa.Table) -> pa.Table:
        if not self._selected:  # once a commit: the statement reads `next_contents`, which exists by the first portion
            rewrite.execute("documents_for_claim_detection")
            self._selected = True
        stored = rewrite.available_claims(portion)
        selected = rewrite.document_ids("documents_for_claim_detection")
        texts = current.filter(pc.is_in(current["document_id"], selected))
        detected = CLAIMS.without("batch").conform(numbered_claims(texts, "article_id"))
        return pa.concat_tables([stored, detected]).sort_by([(name, "ascending") for name in CLAIMS.sort_by])

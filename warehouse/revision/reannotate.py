"""Stored texts read anew: what is found in them changed, because the vocabulary did or a person said so."""

from collections.abc import Callable, Iterable, Iterator

import duckdb
import pyarrow as pa

from transforms.vocabulary.changes import VocabularyDifference, find_affected
from transforms.vocabulary.compiled import Vocabulary
from warehouse.catalog.file import Version
from warehouse.lake import Lake
from warehouse.revision.reprocess import DOCUMENTS_AT_ONCE, NO_BATCH, LookingAgain


class Reannotation(LookingAgain):
    """A commit in progress that annotates documents anew, with another vocabulary or other verdicts.

    documents: their names; None: all that count.
    """

    def __init__(
        self,
        lake: Lake,
        version: Version,
        connection: duckdb.DuckDBPyConnection,
        vocabulary: Callable[[], Vocabulary],
        *,
        documents: Iterable[str] | None,
        curations: pa.Table,
    ) -> None:
        super().__init__(lake, version, connection, NO_BATCH, vocabulary)
        self._documents = None if documents is None else list(documents)
        self._curations = curations

    def place_records(self) -> None:
        """Every record stays as it is; only the texts of the named ones are read anew."""
        self.execute("incoming", files=self.files("documents"))
        self.execute("staged_contents")
        self.connection.execute("CREATE TEMP TABLE read_anew (document_id VARCHAR)")
        if self._documents is None:
            self.connection.execute(
                "INSERT INTO read_anew SELECT documents.document_id FROM documents WHERE documents.is_current"
            )
        else:
            self.connection.execute("INSERT INTO read_anew SELECT unnest($names)", {"names": self._documents})
        self.execute("standing_runs")
        self.execute("read_anew", size=DOCUMENTS_AT_ONCE)

    def curations(self) -> pa.Table:
        """What persons say from now on."""
        return self._curations


def documents_touched(connection: duckdb.DuckDBPyConnection, difference: VocabularyDifference) -> Iterator[str]:
    """The documents whose mentions a difference of two vocabularies can change."""
    if not difference:
        return
    query = (
        "SELECT documents.document_id, documents.title, documents.abstract, documents.headings"
        " FROM documents WHERE documents.is_current"
    )
    for batch in connection.sql(query).to_arrow_reader(DOCUMENTS_AT_ONCE):
        documents = pa.Table.from_batches([batch])
        yield from documents["document_id"].filter(find_affected(documents, difference)).to_pylist()

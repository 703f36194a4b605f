"""Records of a payload that a step after the reader fails for: they are rejected, and the others are prepared.

The steps (annotation, keys of deduplication, claims) take many records at once. If a step fails, it is tried with each
half, until the records that fail are alone:

    8 records, the sixth fails   ->   1-8 fail, 1-4, 5-8 fail, 5-6 fail, 5, 6 fail, 7-8
"""

from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from transforms.payloads.parsed import describe_failure
from transforms.schema.records import PARSED_REJECTED
from warehouse.commit.ledger import Payload
from warehouse.errors import LakeError

PREPARATION_FAILED = "preparation_failed"
"""Rejection reason of a record that was read, but could not be annotated, or searched for claims."""

MOST_FAILING = 100
"""With more failing records than this the fault is hardly one of the records, and the payload fails as a whole."""

_EXCERPT_CHARS = 2_000

T = TypeVar("T")


class FailingRecords:
    """The records of one payload known to fail: `failures` has the error of each by its `raw_position`."""

    def __init__(self, payload: Payload) -> None:
        self._payload = payload
        self.failures: dict[int, Exception] = {}

    def run(self, step: Callable[[pa.Table], T], rows: pa.Table) -> list[T]:
        """Return the results of a step on rows with a `raw_position`: one, or several that leave out what fails.

        Raises errors that no record causes, such as a full disk, and any error after `MOST_FAILING` records failed.
        """
        try:
            return [step(rows)]
        except (OSError, MemoryError, LakeError):
            raise
        except Exception as error:  # tried again with fewer rows, until it is known which record it is
            if len(rows) > 1:
                half = len(rows) // 2
                return [*self.run(step, rows.slice(0, half)), *self.run(step, rows.slice(half))]
            if not len(rows) or len(self.failures) >= MOST_FAILING:
                raise
            self.failures[rows["raw_position"][0].as_py()] = error
            return []

    def without(self, documents: pa.Table) -> pa.Table:
        """Return the documents that are not known to fail."""
        return documents.filter(pc.invert(self._known(documents))) if self.failures else documents

    def rejected(self, documents: pa.Table) -> pa.Table:
        """Return the rejections of those of the documents that fail."""
        failing = documents.filter(self._known(documents)).to_pylist() if self.failures else []
        return PARSED_REJECTED.from_rows(
            {
                "source": self._payload.source,
                "raw_file": self._payload.name,
                "raw_position": row["raw_position"],
                "document_id": row["document_id"],
                "reason": PREPARATION_FAILED,
                "detail": describe_failure(self.failures[row["raw_position"]], "preparation"),
                "excerpt": f"{row['title'] or ''} {row['abstract'] or ''}".strip()[:_EXCERPT_CHARS],
            }
            for row in failing
        )

    def _known(self, documents: pa.Table) -> pa.ChunkedArray:
        return pc.is_in(documents["raw_position"], pa.array(self.failures, pa.int64()))

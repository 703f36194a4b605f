"""What the reader of every source yields, a batch of records as Arrow tables, and the types of nested values in it."""

from dataclasses import dataclass

import pyarrow as pa

Section = tuple[str, int, int]
"""Label, start and end (exclusive) in code points of title || ' ' || abstract, as in `documents.sections`."""
Relation = tuple[str, str | None, str | None]
"""Kind, document_id and citation, as in `documents.relations`."""


def describe_failure(error: Exception, step: str = "reader") -> str:
    """Return the detail of a record that was rejected because a step raised this error, at most 500 characters."""
    return f"the {step} failed: {type(error).__name__}: {error}"[:500]


@dataclass(frozen=True)
class ParsedBatch:
    """Consecutive records of one payload, in order.

    Schemas: PARSED_DOCUMENTS, PARSED_DELETIONS and PARSED_REJECTED of `transforms.schema.records`.
    """

    documents: pa.Table
    deletions: pa.Table
    rejected: pa.Table

"""What the reader of every source yields: a batch of records as Arrow tables."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class ParsedBatch:
    """Consecutive records of one payload, in order.

    Schemas: PARSED_DOCUMENTS, PARSED_DELETIONS and PARSED_REJECTED of `transforms.schema.records`.
    """

    documents: pa.Table
    deletions: pa.Table
    rejected: pa.Table

"""What the reader of every source yields: a batch of records as Arrow tables."""

from dataclasses import dataclass

import pyarrow as pa

from transforms.schema import tables as schema

DOCUMENTS = schema.RECORDS
DELETIONS = schema.DELETIONS.without("batch")
REJECTED = schema.REJECTED.without("batch")


@dataclass(frozen=True)
class ParsedBatch:
    """Consecutive records of one payload, in order, as tables of the schemas DOCUMENTS, DELETIONS and REJECTED."""

    documents: pa.Table
    deletions: pa.Table
    rejected: pa.Table

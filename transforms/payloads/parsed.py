"""Records read from a payload."""

from dataclasses import dataclass

import pyarrow as pa

from transforms.schema import tables as schema

DOCUMENTS = schema.RECORDS
DELETIONS = schema.DELETIONS.without("batch")
REJECTED = schema.REJECTED.without("batch")


@dataclass(frozen=True)
class Parsed:
    """Some of a payload's records in order, as tables of the schemas DOCUMENTS, DELETIONS, REJECTED of this module."""

    documents: pa.Table
    deletions: pa.Table
    rejected: pa.Table

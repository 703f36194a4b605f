"""The claims of documents as they are stored: numbered within their sentence, beside columns of their documents."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.claims import find_claims

Ints = npt.NDArray[np.int64]


def numbered_claims(documents: pa.Table, *carried: str) -> pa.Table:
    """`find_claims(documents)` with `number` (which claim of its sentence, from 1) and the `carried` columns of its
    document; a document_id may repeat, as a record does in a payload.
    """
    rows = pa.array(range(len(documents)), pa.int64())
    at = documents.column_names.index("document_id")
    found = find_claims(documents.set_column(at, "document_id", rows.cast(pa.string())))
    row = found["document_id"].cast(pa.int64()).combine_chunks()
    found = found.set_column(0, "document_id", documents["document_id"].take(row))
    found = found.append_column("number", pa.array(_numbers(np.asarray(row), np.asarray(found["start"])), pa.int32()))
    for name in carried:
        found = found.append_column(name, documents[name].take(row))
    return found


def _numbers(row: Ints, start: Ints) -> Ints:
    """How many claims of the same sentence stand up to each, itself included."""
    places = np.arange(len(row))
    first = np.ones(len(row), bool)
    first[1:] = (row[1:] != row[:-1]) | (start[1:] != start[:-1])
    return places - np.maximum.accumulate(np.where(first, places, 0)) + 1

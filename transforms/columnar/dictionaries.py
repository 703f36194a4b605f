"""Helpers for dictionary-encoded string columns, which are compared, sorted and copied as integer codes.

values        "text" "index" "text"            what a reader sees
dictionary    ["text", "index"]                each distinct value once
indices       0, 1, 0                          the codes: positions in the dictionary
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints


def encode_column(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A string or dictionary column as one chunk with one dictionary."""
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().combine_chunks()
    return column.combine_chunks().dictionary_encode()


def equals_text(column: pa.ChunkedArray, text: str) -> npt.NDArray[np.bool_]:
    """Whether each value of a string or dictionary column equals `text`; False for NULL."""
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.equal(column, text).fill_null(False), bool)  # noqa: FBT003 - pyarrow's own signature
    encoded = encode_column(column)
    return np.asarray(pc.equal(encoded.dictionary, text).take(encoded.indices).fill_null(False), bool)  # noqa: FBT003


def decode_table(table: pa.Table) -> pa.Table:
    """The table with its dictionary columns as plain columns."""
    for number, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(number, table.column_names[number], column.cast(column.type.value_type))
    return table


def prune_dictionaries(table: pa.Table) -> pa.Table:
    """The table with dictionaries that hold only the values its rows use; each column keeps one dictionary."""
    for number, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type) and len(table):
            table = table.set_column(number, table.column_names[number], _pruned(encode_column(column)))
    return table


def _pruned(column: pa.DictionaryArray) -> pa.DictionaryArray:
    if column.null_count == len(column):
        return column
    is_null = np.asarray(column.is_null()) if column.null_count else None
    codes = np.asarray(column.indices.fill_null(0))
    used = np.zeros(len(column.dictionary), bool)
    used[codes if is_null is None else codes[~is_null]] = True
    # used [T, F, T] -> new codes [0, 0, 1]: the running count of used values, less one
    indices = pa.array((np.cumsum(used) - 1).astype(codes.dtype)[codes], mask=is_null)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.filter(used), safe=False)


def sort_dictionary(dictionary: pa.Array) -> tuple[pa.Array, Ints]:
    """The dictionary in ascending order, and the new code of each old one, so that codes compare as their values do.

    ['b', 'c', 'a'] -> ['a', 'b', 'c'], [1, 2, 0]
    """
    order = np.asarray(pc.sort_indices(dictionary), np.int64)
    codes = np.empty(len(order), np.int64)
    codes[order] = np.arange(len(order))  # the inverse of a permutation
    return dictionary.take(pa.array(order)), codes

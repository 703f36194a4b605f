"""Columns of texts that repeat, as numbers into a dictionary: compared, sorted and copied as integers."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Ints


def encode_column(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column, of texts or of dictionaries, with one dictionary."""
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().combine_chunks()
    return column.combine_chunks().dictionary_encode()


def equals_text(column: pa.ChunkedArray, text: str) -> npt.NDArray[np.bool_]:
    """Whether each value of a column, of texts or of dictionaries, is this text; not for NULL."""
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.equal(column, text).fill_null(False), bool)  # noqa: FBT003 - pyarrow's own signature
    told = encode_column(column)
    return np.asarray(pc.equal(told.dictionary, text).take(told.indices).fill_null(False), bool)  # noqa: FBT003


def decode_table(table: pa.Table) -> pa.Table:
    """The table with its dictionaries spelled out."""
    for number, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(number, table.column_names[number], column.cast(column.type.value_type))
    return table


def prune_dictionaries(table: pa.Table) -> pa.Table:
    """The table, its dictionaries (one a column) without the texts that none of its rows has."""
    for number, column in enumerate(table.columns):
        if pa.types.is_dictionary(column.type) and len(table):
            table = table.set_column(number, table.column_names[number], _narrowed(encode_column(column)))
    return table


def _narrowed(column: pa.DictionaryArray) -> pa.DictionaryArray:
    if column.null_count == len(column):
        return column
    absent = np.asarray(column.is_null()) if column.null_count else None
    codes = np.asarray(column.indices.fill_null(0))
    used = np.zeros(len(column.dictionary), bool)
    used[codes if absent is None else codes[~absent]] = True
    indices = pa.array((np.cumsum(used) - 1).astype(codes.dtype)[codes], mask=absent)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.filter(used), safe=False)


def sort_dictionary(dictionary: pa.Array) -> tuple[pa.Array, Ints]:
    """The dictionary in ascending order, and each old code's new one, so that codes compare as the texts do."""
    order = np.asarray(pc.sort_indices(dictionary), np.int64)
    codes = np.empty(len(order), np.int64)
    codes[order] = np.arange(len(order))
    return dictionary.take(pa.array(order)), codes

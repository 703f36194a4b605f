"""What is staged of texts, and names their records by position, with the documents and articles it belongs to.

Most columns of mentions and keys repeat a few texts: they are read, sorted and copied as numbers into dictionaries.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.columnar.dictionaries import encode_column, sort_dictionary
from transforms.columnar.integers import locate, stable_order
from transforms.columnar.types import Ints
from transforms.schema.articles import DOCUMENT_KEYS
from transforms.schema.mentions import MENTIONS

NOWHERE = -1

_PLACED = ("document_id", "article_id")
_COLUMNS = MENTIONS.without("batch", *_PLACED).column_names
_TEXTS = [name for name in _COLUMNS if MENTIONS.arrow.field(name).type == pa.string()]

_OF_CONTENT = ("document_id", "digest")
_KEYS = DOCUMENT_KEYS.without("batch", *_OF_CONTENT).column_names


def mentions_of_members(members: pa.Table, staged: Mapping[int, str], standing: pa.Table | None) -> pa.Table:
    """`mentions` without `batch`, in order, texts as dictionaries.

    `members`: the documents they are placed in, by article_id and document_id, with staged_unit and staged_position:
    the payload that brings each and the record's position there. `staged`: the staged mentions of the payloads, by
    number; `standing`: those the lake has, of further members. What is in none of the members is left out.
    """
    parts, places = [], []
    for unit, file in staged.items():
        told = pq.read_table(file, columns=[*_COLUMNS, "raw_position"], read_dictionary=_TEXTS, use_threads=False)
        places.append(_places_of(told["raw_position"], members, unit))
        parts.append(told.select(_COLUMNS))
    if standing is not None:
        found = pc.index_in(standing["document_id"], members["document_id"].combine_chunks())
        places.append(np.asarray(found.fill_null(NOWHERE), np.int64))
        parts.append(_encoded(standing.select(_COLUMNS)))
    if not parts:
        return MENTIONS.without("batch").empty()
    rows = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    place = np.concatenate(places)
    order = _ordered(rows, place)
    place = place[order]
    names = pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), members["document_id"].combine_chunks())
    rows = rows.take(pa.array(order)).append_column("document_id", names)
    rows = rows.append_column("article_id", members["article_id"].take(pa.array(place)))
    return rows.select(list(MENTIONS.without("batch").column_names))


def keys_of_contents(file: str, contents: pa.Table) -> pa.Table:
    """`document_keys` without `batch` of the contents that a payload brings, texts as dictionaries.

    `file`: its staged keys; `contents`: raw_position, document_id and digest of each.
    """
    columns = [*_KEYS, "raw_position"]
    rows = pq.read_table(file, columns=columns, read_dictionary=["kind", "keys_version"], use_threads=False)
    place = _found_at(rows["raw_position"], np.asarray(contents["raw_position"], np.int64))
    if (place == NOWHERE).any():
        kept = np.flatnonzero(place != NOWHERE)
        rows, place = rows.take(pa.array(kept)), place[kept]
    for name in _OF_CONTENT:
        told = pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), contents[name].combine_chunks())
        rows = rows.append_column(name, told)
    return rows.select(list(DOCUMENT_KEYS.without("batch").column_names))


def _places_of(positions: pa.ChunkedArray, members: pa.Table, unit: int) -> Ints:
    """The row of `members` that the record at each position of a payload is, NOWHERE where it is none of them."""
    brought = np.flatnonzero(np.asarray(members["staged_unit"].fill_null(0)) == unit)
    found = _found_at(positions, np.asarray(members["staged_position"].fill_null(NOWHERE), np.int64)[brought])
    return np.append(brought, NOWHERE)[found]


def _found_at(asked: pa.ChunkedArray, positions: Ints) -> Ints:
    """Where among some positions, each there once, every position asked for is; NOWHERE where it is not."""
    order = np.argsort(positions)
    at, known = locate(positions[order], np.asarray(asked, np.int64))
    return np.where(known, np.append(order, NOWHERE)[at], NOWHERE)


def _ordered(rows: pa.Table, place: Ints) -> Ints:
    """The rows that have a place, by concept, place and start; those without a start last."""
    kept = np.flatnonzero(place != NOWHERE)
    concepts = encode_column(rows["concept_id"])
    _, codes = sort_dictionary(concepts.dictionary)
    last = (pc.max(rows["start"]).as_py() or 0) + 1
    start = np.asarray(rows["start"].fill_null(last), np.int64)
    return kept[stable_order(start[kept], place[kept], codes[np.asarray(concepts.indices)[kept]])]


def _encoded(rows: pa.Table) -> pa.Table:
    for name in _TEXTS:
        rows = rows.set_column(rows.column_names.index(name), name, encode_column(rows[name]))
    return rows

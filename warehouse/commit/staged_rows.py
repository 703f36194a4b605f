"""Turn staged mentions and keys, which name their record by position, into rows that name documents and articles.

Most text columns of mentions and keys repeat few values: they stay dictionary-encoded, so that sorting and copying work
on integers.

    members                                            staged mentions of unit 1     result
    row  document_id  article_id  unit  position       raw_position  concept_id      concept_id  document_id  article_id
    0    pubmed:5     5           1     9              9             A               A           pubmed:5     5
    1    pubmed:8     8           1     2              2             A               A           pubmed:8     8
                                                       3             B               (no member is at position 3)
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.columnar.dictionaries import encode_column, sort_dictionary
from transforms.columnar.integers import locate, stable_order
from transforms.columnar.types import Ints
from transforms.schema.articles import DOCUMENT_KEYS
from transforms.schema.mentions import MENTIONS

_ABSENT = -1

_ASSIGNED = ("document_id", "article_id")
_COLUMNS = MENTIONS.without("batch", *_ASSIGNED).column_names
_TEXTS = [name for name in _COLUMNS if MENTIONS.arrow.field(name).type == pa.string()]

_CONTENT = ("document_id", "digest")
_KEYS = DOCUMENT_KEYS.without("batch", *_CONTENT).column_names


def mentions_of_members(members: pa.Table, staged: Mapping[int, str], stored: pa.Table | None) -> pa.Table:
    """Return the mentions of `members`: `mentions` without `batch`, in the table's order, texts as dictionaries.

    `members`: documents in order of article_id and document_id, with staged_unit and staged_position: the payload that
    brings each, and the record's position there. `staged`: files of staged mentions by number of the payload.
    `stored`: the lake's mentions of members that no payload brings. Mentions of other documents are left out.
    """
    parts, member_rows = [], []
    for unit, file in staged.items():
        rows = _read(file, [*_COLUMNS, "raw_position"], _TEXTS)
        member_rows.append(_members_at(rows["raw_position"], members, unit))
        parts.append(rows.select(_COLUMNS))
    if stored is not None:
        indices = pc.index_in(stored["document_id"], members["document_id"].combine_chunks())
        member_rows.append(np.asarray(indices.fill_null(_ABSENT), np.int64))
        parts.append(_encode_texts(stored.select(_COLUMNS)))
    if not parts:
        return MENTIONS.without("batch").empty()
    rows = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    member = np.concatenate(member_rows)
    order = _table_order(rows, member)
    member = member[order]
    names = pa.DictionaryArray.from_arrays(pa.array(member.astype(np.int32)), members["document_id"].combine_chunks())
    rows = rows.take(pa.array(order)).append_column("document_id", names)
    rows = rows.append_column("article_id", members["article_id"].take(pa.array(member)))
    return rows.select(list(MENTIONS.without("batch").column_names))


def keys_of_contents(file: str, contents: pa.Table) -> pa.Table:
    """Return the keys of the contents that a payload brings: `document_keys` without `batch`, texts as dictionaries.

    `file`: its staged keys. `contents`: raw_position, document_id and digest of each content.
    """
    columns = [*_KEYS, "raw_position"]
    rows = _read(file, columns, ["kind", "keys_version"])
    content = _find_positions(rows["raw_position"], np.asarray(contents["raw_position"], np.int64))
    if (content == _ABSENT).any():
        kept = np.flatnonzero(content != _ABSENT)
        rows, content = rows.take(pa.array(kept)), content[kept]
    for name in _CONTENT:
        values = pa.DictionaryArray.from_arrays(pa.array(content.astype(np.int32)), contents[name].combine_chunks())
        rows = rows.append_column(name, values)
    return rows.select(list(DOCUMENT_KEYS.without("batch").column_names))


def _members_at(positions: pa.ChunkedArray, members: pa.Table, unit: int) -> Ints:
    """For each position in a payload, the row of `members` that its record is; _ABSENT if it is none of them."""
    of_unit = np.flatnonzero(np.asarray(members["staged_unit"].fill_null(0)) == unit)
    staged_positions = np.asarray(members["staged_position"].fill_null(_ABSENT), np.int64)[of_unit]
    # The appended element is what the index _ABSENT (-1) picks.
    return np.append(of_unit, _ABSENT)[_find_positions(positions, staged_positions)]


def _find_positions(wanted: pa.ChunkedArray, positions: Ints) -> Ints:
    """For each wanted position, its index in `positions` (distinct values); _ABSENT if it is not there.

    wanted 9 2 3, positions 9 2   ->   0 1 -1
    """
    order = np.argsort(positions)
    at, known = locate(positions[order], np.asarray(wanted, np.int64))
    return np.where(known, np.append(order, _ABSENT)[at], _ABSENT)


def _table_order(rows: pa.Table, member: Ints) -> Ints:
    """The numbers of the rows that have a member, in order of concept, member and start; rows without a start last."""
    kept = np.flatnonzero(member != _ABSENT)
    concepts = encode_column(rows["concept_id"])
    _, codes = sort_dictionary(concepts.dictionary)
    after_all = (pc.max(rows["start"]).as_py() or 0) + 1
    start = np.asarray(rows["start"].fill_null(after_all), np.int64)
    return kept[stable_order(start[kept], member[kept], codes[np.asarray(concepts.indices)[kept]])]


def _encode_texts(rows: pa.Table) -> pa.Table:
    """The rows with text columns as dictionaries."""
    for name in _TEXTS:
        rows = rows.set_column(rows.column_names.index(name), name, encode_column(rows[name]))
    return rows


def _read(file: str, columns: Sequence[str], dictionaries: Sequence[str]) -> pa.Table:
    """Columns of a staged file. Its folder may be named like a partition, `year=1950`, and is none."""
    return pq.read_table(
        file, columns=list(columns), read_dictionary=list(dictionaries), use_threads=False, partitioning=None
    )

"""Staged rows, which name records by position, get the right documents, in order."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transforms.columnar.dictionaries import decode_table
from transforms.schema.articles import DOCUMENT_KEYS
from transforms.schema.mentions import MENTIONS
from transforms.schema.table import SchemaMismatch
from warehouse.catalog import segments
from warehouse.commit.staged_rows import keys_of_contents, mentions_of_members
from warehouse.commit.staging import STAGED_TABLES
from warehouse.lake import Lake

MEMBERS = pa.table(
    {
        "document_id": ["pubmed:5", "web:x", "pubmed:7", "pubmed:8"],
        "article_id": [5, 5, 7, 8],
        "staged_unit": pa.array([1, 2, None, 1], pa.int32()),
        "staged_position": pa.array([9, 9, None, 2], pa.int64()),
    }
)


def mention(concept, start, **fields):
    return {"concept_id": concept, "start": start, "text": f"{concept} at {start}", "basis": "text", **fields}


def staged(folder, name, rows):
    file = folder / f"{name}.parquet"
    table = STAGED_TABLES["mentions"].from_rows({"document_id": "whatever", **row} for row in rows)
    pq.write_table(table, file, row_group_size=2)
    return str(file)


def placed(found):
    rows = MENTIONS.without("batch").conform(decode_table(found)).to_pylist()
    assert all(row["text"] == f"{row['concept_id']} at {row['start']}" for row in rows)
    return [(row["concept_id"], row["article_id"], row["document_id"], row["start"]) for row in rows]


def test_mentions_of_payloads_and_of_the_lake_are_assigned_and_sorted(tmp_path):
    first = [("B", 4, 2), ("A", 70_000, 2), ("A", 8, 3), ("A", None, 9), ("A", 4, 9), ("A", 0, 9)]
    files = {
        1: staged(tmp_path, "one", [mention(name, start, raw_position=at) for name, start, at in first]),
        2: staged(tmp_path, "two", [mention("A", 1, raw_position=9), mention("C", 1, raw_position=2)]),
    }
    standing = MENTIONS.without("batch", "article_id").from_rows(
        [mention("0", 3, document_id="pubmed:7"), mention("A", 3, document_id="pubmed:7")]
    )
    assert placed(mentions_of_members(MEMBERS, files, standing)) == [
        ("0", 7, "pubmed:7", 3),
        ("A", 5, "pubmed:5", 0),
        ("A", 5, "pubmed:5", 4),
        ("A", 5, "pubmed:5", None),
        ("A", 5, "web:x", 1),
        ("A", 7, "pubmed:7", 3),
        ("A", 8, "pubmed:8", 70_000),
        ("B", 8, "pubmed:8", 4),
    ]


def test_without_documents_there_are_no_mentions(tmp_path):
    file = staged(tmp_path, "one", [mention("A", 1, raw_position=1)])
    assert placed(mentions_of_members(MEMBERS.slice(0, 0), {1: file}, None)) == []
    assert placed(mentions_of_members(MEMBERS, {}, None)) == []


def test_keys_of_a_payload_get_document_ids_and_digests(tmp_path):
    rows = [{"kind": "title", "value": 10 * at, "keys_version": "1", "raw_position": at} for at in (4, 1, 4, 6)]
    pq.write_table(STAGED_TABLES["document_keys"].from_rows(rows), tmp_path / "keys.parquet")
    contents = pa.table({"raw_position": [4, 6], "document_id": ["pubmed:1", "pubmed:2"], "digest": ["x", "y"]})
    found = DOCUMENT_KEYS.without("batch").conform(
        decode_table(keys_of_contents(str(tmp_path / "keys.parquet"), contents))
    )
    keys = [tuple(row[name] for name in ("document_id", "digest", "kind", "value")) for row in found.to_pylist()]
    assert keys == [("pubmed:1", "x", "title", 40), ("pubmed:1", "x", "title", 40), ("pubmed:2", "y", "title", 60)]
    assert len(keys_of_contents(str(tmp_path / "keys.parquet"), contents.slice(0, 0))) == 0


def rows_of(*concepts):
    return MENTIONS.without("batch").from_rows(mention(concept, None, article_id=1) for concept in concepts)


def test_dictionary_encoded_texts_are_stored_as_plain_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(segments, "ROW_GROUP", 2)
    lake, rows = Lake.at(tmp_path), rows_of("A", "B", "C", "C", "D")
    coded = rows.set_column(0, "concept_id", rows["concept_id"].dictionary_encode())
    shuffled, order = coded.take([4, 2, 0, 1, 3]), pa.array([2, 3, 1, 4, 0])
    written = [segments.write(lake, "mentions", *given) for given in ((rows, 3), (coded, 3), (shuffled, 3, order))]
    files = [lake.root / row["path"] for row in written]
    assert pq.read_table(files[0]).equals(pq.read_table(files[1]))
    assert pq.read_table(files[0]).equals(pq.read_table(files[2]))
    for file in files:
        metadata = pq.read_metadata(file)
        ranges = [metadata.row_group(number).column(0).statistics for number in range(metadata.num_row_groups)]
        assert [(values.min, values.max) for values in ranges] == [("A", "B"), ("C", "C"), ("D", "D")]


def test_a_segment_has_the_columns_of_its_table(tmp_path):
    with pytest.raises(SchemaMismatch, match="missing basis"):
        segments.write(Lake.at(tmp_path), "mentions", rows_of("A").drop_columns("basis"), 1)

import pyarrow as pa
import pytest

from transforms.schema.articles import ARTICLE_KEYS
from transforms.schema.records import DOCUMENTS
from transforms.schema.table import Column, SchemaMismatch, Table
from transforms.schema.tables import SEGMENT_TABLES

SMALL = Table("small", "a row", (Column("a", pa.int64(), "A."), Column("b", pa.string(), "B.")), ("a",))


def test_conform_puts_columns_in_declared_order():
    table = SMALL.conform(pa.table({"b": ["x"], "a": pa.array([1], pa.int64())}))
    assert table.column_names == ["a", "b"]


def test_one_error_lists_every_difference():
    with pytest.raises(SchemaMismatch) as raised:
        SMALL.conform(pa.table({"a": ["1"], "c": [1]}))
    assert "missing b: string" in str(raised.value)
    assert "unexpected c" in str(raised.value)
    assert "a is string, not int64" in str(raised.value)


def test_a_key_missing_from_a_row_is_null():
    assert SMALL.from_rows([{"a": 1}]).to_pylist() == [{"a": 1, "b": None}]


@pytest.mark.parametrize("table", SEGMENT_TABLES.values(), ids=lambda table: table.name)
def test_every_table_describes_its_rows_and_columns(table):
    assert table.grain
    assert set(table.sort_by) <= set(table.column_names)
    assert len(set(table.column_names)) == len(table.column_names)
    for column in table.columns:
        assert column.meaning.rstrip().endswith("."), column.name


def test_empty_tables_conform():
    assert DOCUMENTS.conform(DOCUMENTS.empty()).num_rows == 0
    assert "batch" not in ARTICLE_KEYS.without("batch").column_names

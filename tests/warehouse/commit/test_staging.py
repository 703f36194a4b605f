"""Prepared payloads: whole or not there, whoever prepares them and however often."""

import pytest

from tests.support.small_lake import BOTH, VOCABULARY, load_units, new_lake, pairs, record, stage_unit
from transforms.schema.records import PREPARED_DOCUMENTS
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import STAGED_TABLES, UnitWriter, finished_unit

PAYLOAD = Payload("pubmed", "a.xml", "5" * 64, 1, "raw/a.xml")


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def one_row():
    return PREPARED_DOCUMENTS.from_rows([{"document_id": "pubmed:1", "version": 1, "digest": "d"}])


def test_an_unfinished_unit_is_not_used(lake):
    writer = UnitWriter(lake, PAYLOAD, VOCABULARY)
    writer.__enter__()
    writer.write("documents", one_row())
    writer.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert finished_unit(lake, PAYLOAD, VOCABULARY) is None
    assert list(lake.staging.iterdir()) == []


def test_units_staged_with_other_columns_are_not_used(lake, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setitem(STAGED_TABLES, "mentions", STAGED_TABLES["mentions"].without("raw_position"))
        staged = stage_unit(lake, "a")
        assert finished_unit(lake, staged.payload, VOCABULARY) == staged
    assert finished_unit(lake, staged.payload, VOCABULARY) is None


def test_two_processes_can_prepare_the_same_payload(lake):
    with UnitWriter(lake, PAYLOAD, VOCABULARY) as first, UnitWriter(lake, PAYLOAD, VOCABULARY) as second:
        first.write("documents", one_row())
        second.write("documents", one_row())
    assert finished_unit(lake, PAYLOAD, VOCABULARY) == first.unit == second.unit
    assert len(first.unit.read("documents")) == 1
    assert [path.name for path in lake.staging.iterdir()] == [first.unit.folder.name]


def test_a_unit_that_another_writer_has_committed_and_discarded_is_left_out(lake):
    mine = stage_unit(lake, "a", [record(1, headings=BOTH)])
    theirs = stage_unit(lake, "a", [record(1, headings=BOTH)])
    assert load_units(lake, theirs)
    assert load_units(lake, mine) is None
    assert pairs(lake) == {BOTH: 1}


@pytest.mark.parametrize("name", ["unit.json", "documents.parquet", "mentions.parquet", "rejected.parquet"])
@pytest.mark.parametrize("how", ["empty", "zeros", "missing"])
def test_a_unit_that_a_power_loss_damaged_is_prepared_again(lake, name, how):
    with UnitWriter(lake, PAYLOAD, VOCABULARY) as writer:
        writer.write("documents", one_row())
    file = writer.unit.folder / name
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes(b"\0" * (file.stat().st_size if how == "zeros" else 0))
    assert finished_unit(lake, PAYLOAD, VOCABULARY) is None
    with UnitWriter(lake, PAYLOAD, VOCABULARY) as again:
        again.write("documents", one_row())
    assert finished_unit(lake, PAYLOAD, VOCABULARY) == again.unit


def test_a_damaged_unit_gives_way_to_one_that_was_prepared_at_the_same_time(lake):
    with UnitWriter(lake, PAYLOAD, VOCABULARY) as first:
        with UnitWriter(lake, PAYLOAD, VOCABULARY) as second:
            second.write("documents", one_row())
        (second.unit.folder / "documents.parquet").write_bytes(b"")
        first.write("documents", one_row())
    assert len(first.unit.read("documents")) == 1

import duckdb

from tests.support.small_lake import ask, load_units, new_lake, record, stage_unit
from warehouse.catalog.publish import read_version


def test_the_log_of_a_killed_writer_is_not_applied_to_the_next_catalog(tmp_path):
    lake = new_lake(tmp_path / "lake")
    load_units(lake, stage_unit(lake, "a", [record(1, headings=["MESH:D1"])]))
    following = read_version(lake).number + 1
    lake.staging.mkdir(exist_ok=True)
    staged = lake.staging / f"catalog-{following:06d}.duckdb"
    log = staged.with_name(f"{staged.name}.wal")
    with duckdb.connect(str(staged)) as connection:
        connection.execute("CREATE TABLE lake AS SELECT 99 AS version")
        content = log.read_bytes()  # closing would apply and remove it
    log.write_bytes(content)
    assert content
    load_units(lake, stage_unit(lake, "b", [record(2, headings=["MESH:D1"])]))
    assert ask(lake, "SELECT version FROM lake") == [(following,)]
    assert ask(lake, "SELECT count(*) FROM articles") == [(2,)]

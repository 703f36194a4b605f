import datetime as dt

import pytest

from tests.support.small_lake import load_units, new_lake, record, stage_unit
from warehouse.errors import UnknownVersionError
from warehouse.queries.version_diff import compare_versions


def test_pairs_and_articles_between_two_versions(tmp_path):
    lake = new_lake(tmp_path)
    both, other = ("MESH:D1", "MESH:D2"), ("MESH:D2", "MESH:D3")
    first = [record(1, 1, headings=both), record(2, 1, headings=both), record(3, 1, headings=other), record(4, 1)]
    earlier = load_units(lake, stage_unit(lake, "a", first)).version
    second = [
        record(1, 2, headings=["MESH:D1"]),
        record(4, 2, retracted_on=dt.date(2020, 1, 1)),
        record(5, 2, headings=["MESH:D1", "MESH:D3"]),
    ]
    later = load_units(lake, stage_unit(lake, "b", second, [(3, 2)])).version
    changes = compare_versions(lake, earlier, later)
    assert {(row["change"], row["concept_a"], row["concept_b"], row["articles_before"], row["articles_after"])
            for row in changes.pairs if row["basis"] == "index"} == {
        ("appeared", "MESH:D1", "MESH:D3", 0, 1),
        ("changed", "MESH:D1", "MESH:D2", 2, 1),
        ("vanished", "MESH:D2", "MESH:D3", 1, 0),
    }  # fmt: skip
    assert changes.pairs[0]["name_a"] == "Leukemia"
    assert [(row["change"], row["article_id"]) for row in changes.articles] == [
        ("added", 5), ("deleted", 3), ("retracted", 4),
    ]  # fmt: skip
    back = compare_versions(lake, later, earlier)
    assert [(row["change"], row["article_id"]) for row in back.articles] == [
        ("added", 3), ("deleted", 5), ("restored", 4),
    ]  # fmt: skip
    with pytest.raises(UnknownVersionError):
        compare_versions(lake, 1, 88)

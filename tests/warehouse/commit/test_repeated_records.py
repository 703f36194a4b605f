"""One payload may list a record twice, with equal or with other content: one content counts, and it counts once."""

import datetime as dt

import pytest

from tests.support.small_lake import ask, europepmc_record, load_units, new_lake, record_digest, stage_unit
from warehouse.catalog.publish import connect
from warehouse.commit.ingest import OUTCOMES
from warehouse.upkeep.audit import audit

FIRST = "This is the first reported case of asthma in a lymph node."
SECOND = "We report the second reported case of asthma in a lymph node."


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def revision(version, concept, abstract):
    return europepmc_record("X", version, headings=[concept], text=[(concept, 1)], abstract=abstract)


def stored(lake):
    """The stored documents, mentions and claims, after an audit."""
    with connect(lake) as connection:
        assert audit(connection, articles_at_once=2) == []
    return (
        ask(lake, "SELECT abstract, is_current FROM documents ORDER BY ALL"),
        ask(lake, "SELECT concept_id, basis FROM mentions ORDER BY ALL"),
        ask(lake, "SELECT kind FROM claims ORDER BY ALL"),
    )


def test_other_content_under_the_same_version(lake):
    contents = [revision(1, "MESH:D1", FIRST), revision(1, "MESH:D2", SECOND)]
    load_units(lake, stage_unit(lake, "a", contents))
    other, counts = sorted(contents, key=record_digest)
    [concept] = counts["headings"]
    kind = "first_report" if counts["abstract"] == FIRST else "nth_report"
    assert stored(lake) == (
        sorted([(other["abstract"], False), (counts["abstract"], True)]),
        [(concept, "index"), (concept, "text")],
        [(kind,)],
    )


@pytest.mark.parametrize("versions", [(1, 1), (1, 2), (2, 1)])
@pytest.mark.parametrize("payloads", [1, 2])
def test_the_same_content_twice(lake, versions, payloads):
    repeated = [revision(version, "MESH:D1", FIRST) for version in versions]
    committed = load_units(lake, *(stage_unit(lake, f"payload-{number}", repeated) for number in range(payloads)))
    assert stored(lake) == ([(FIRST, True)], [("MESH:D1", "index"), ("MESH:D1", "text")], [("first_report",)])
    outcomes = {outcome: sum(window[outcome] for window in committed.windows) for outcome in OUTCOMES}
    assert outcomes == {"kept": 1, "unchanged": 2 * payloads - 1, "superseded": 0, "duplicates": 0, "rejected": 0}


def test_a_content_that_returns_is_stored_for_each_release_that_brings_it(lake):
    load_units(
        lake,
        stage_unit(
            lake, "a", [revision(1, "MESH:D1", FIRST), revision(2, "MESH:D2", SECOND), revision(3, "MESH:D1", FIRST)]
        ),
    )
    assert ask(lake, "SELECT version, abstract, raw_position FROM documents ORDER BY version") == [
        (1, FIRST, 0), (2, SECOND, 1), (3, FIRST, 2),
    ]  # fmt: skip
    assert stored(lake)[1:] == ([("MESH:D1", "index"), ("MESH:D1", "text")], [("first_report",)])


@pytest.mark.parametrize("order", [(1, 2, 3), (2, 1, 3), (3, 2, 1)], ids=str)
@pytest.mark.parametrize("alone", [1, 3])
def test_a_content_has_the_dates_of_its_first_release(lake, order, alone):
    releases = {
        version: europepmc_record("X", version, digest=content, revised_on=dt.date(2020, 1, version))
        for version, content in ((1, "A"), (2, "B"), (3, "A"))
    }
    units = [stage_unit(lake, f"payload-{version}", [releases[version]]) for version in order]
    for together in [*([one] for one in units[:alone]), units[alone:]]:
        load_units(lake, *together)
    assert ask(lake, "SELECT version, digest, day(revised_on) FROM documents ORDER BY version") == [
        (1, "A", 1), (2, "B", 2), (3, "A", 1),
    ]  # fmt: skip

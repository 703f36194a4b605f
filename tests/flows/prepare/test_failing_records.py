"""A record that annotation or the search for claims fails for is rejected; the other records are loaded."""

import numpy as np
import pyarrow as pa
import pytest

from flows.prepare import payload as preparation
from flows.prepare.failing_records import MOST_FAILING, FailingRecords
from tests.support.loading import load_files, prepare_file, query
from tests.support.pubmed_samples import article, payload
from warehouse.commit.ledger import Payload

PAYLOAD = Payload("pubmed", "a.xml", "00", 0, "raw/a.xml")
CLAIM = "<ArticleTitle>Glanders {} and farcy.</ArticleTitle><Abstract><AbstractText>This is the first reported case"
CLAIM += " of glanders.</AbstractText></Abstract>"


def rows(positions):
    return pa.table({"raw_position": pa.array(positions, pa.int64())})


def fail_at(*bad):
    def step(part):
        positions = part["raw_position"].to_pylist()
        if set(bad) & set(positions):
            raise RecursionError(f"among {len(positions)}")
        return positions

    return step


def test_the_records_that_fail_are_found_by_halving():
    failing = FailingRecords(PAYLOAD)
    assert failing.run(fail_at(5), rows(range(8))) == [[0, 1, 2, 3], [4], [6, 7]]
    assert {at: str(error) for at, error in failing.failures.items()} == {5: "among 1"}
    assert failing.run(fail_at(5), failing.without(rows(range(8)))) == [[0, 1, 2, 3, 4, 6, 7]]


def test_a_full_disk_and_a_fault_of_every_record_are_raised():
    def full(part):
        raise OSError(28, "No space left on device")

    failing = FailingRecords(PAYLOAD)
    with pytest.raises(OSError, match="No space"):
        failing.run(full, rows(range(8)))
    assert failing.failures == {}
    with pytest.raises(RecursionError):
        failing.run(fail_at(*range(1000)), rows(range(1000)))
    assert len(failing.failures) == MOST_FAILING


def write_file(folder, count):
    path = folder / "records.xml"
    path.write_bytes(payload(*(article(pmid, CLAIM.format(f"no. {pmid}")) for pmid in range(1, count + 1))))
    return path


def poison(monkeypatch, step, is_bad):
    genuine = getattr(preparation, step)

    def poisoned(given, *arguments):
        if is_bad(given):
            raise RecursionError("maximum recursion depth exceeded")
        return genuine(given, *arguments)

    monkeypatch.setattr(preparation, step, poisoned)


@pytest.mark.parametrize("step", ["with_subjects", "annotate_slices", "content_keys", "claims_in_sentences"])
def test_one_bad_record_stops_no_other(lake, tmp_path, monkeypatch, step):
    def is_bad(given):
        tables = [given] if isinstance(given, pa.Table) else [part.documents for part in given]
        return any(3 in np.asarray(table["raw_position"]) for table in tables)

    poison(monkeypatch, step, is_bad)
    assert load_files(lake, write_file(tmp_path, 9)).windows[0]["state"] == "done"
    assert query(lake, "SELECT pmid FROM documents ORDER BY pmid") == [(pmid,) for pmid in (1, 2, 3, 5, 6, 7, 8, 9)]
    assert query(lake, "SELECT count(*), count(DISTINCT document_id) FROM claims") == [(8, 8)]
    assert query(lake, "SELECT raw_position, document_id, reason, detail, excerpt FROM rejected") == [
        (
            3,
            "pubmed:4",
            "preparation_failed",
            "the preparation failed: RecursionError: maximum recursion depth exceeded",
            "Glanders no. 4 and farcy. This is the first reported case of glanders.",
        )
    ]
    [window] = query(lake, "SELECT received, kept, rejected FROM windows WHERE kept > 0")
    assert window == (9, 8, 1)


def test_a_unit_that_could_not_be_finished_leaves_nothing(lake, tmp_path, monkeypatch):
    poison(monkeypatch, "claims_in_sentences", lambda given: True)
    path = write_file(tmp_path, MOST_FAILING + 1)
    with pytest.raises(RecursionError):
        prepare_file(lake, path)
    assert list(lake.staging.iterdir()) == []

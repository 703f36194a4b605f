"""The end of a collection: failed windows, and a source without records, fail the run."""

import datetime as dt
import logging

import pytest

from flows import collect as collecting
from flows.collect import CollectResult
from flows.errors import IncompleteError
from flows.windows.collect_window import Outcome, unfinished
from tests.support.collecting import new_lake
from warehouse.catalog.publish import read_version
from warehouse.commit.ledger import CollectedWindow, Window

DAYS = [dt.date(2026, 6, 1) - dt.timedelta(days=at) for at in range(30)]
NOW = dt.datetime(2026, 6, 20, tzinfo=dt.UTC)


@pytest.fixture
def published(monkeypatch):
    published = []
    monkeypatch.setattr(collecting, "publish_windows", lambda *what: published.append(what))
    monkeypatch.setattr(collecting, "get_run_logger", lambda: logging.getLogger("run"))
    return published


def row(day, received, state="done", reason=None):
    return {
        "collector": "europepmc", "window_name": f"created-{day}", "query": None, "since": day, "until": day,
        "state": state, "reason": reason, "received": received, "expected": received, "rejected": 0,
        "collected_at": NOW,
    }  # fmt: skip


def check_empty_window(rows, before=()):
    return collecting.publish_result("europepmc", len(rows), list(before), CollectResult(3, rows))


def test_a_complete_run_raises_nothing(published):
    result = check_empty_window([row(DAYS[0], 50)], [row(day, 60) for day in DAYS[1:]])
    assert result.alarms == []
    assert published == [("collect-europepmc", "Collected from europepmc", result.windows, [])]


def test_a_run_with_all_records_rejected_fails_after_publishing(published):
    with pytest.raises(IncompleteError, match="europepmc suddenly has no records: europepmc: all 50 records") as raised:
        check_empty_window([{**row(DAYS[0], 50), "rejected": 50}], [row(day, 60) for day in DAYS[1:]])
    assert raised.value.result.alarms
    [(_, _, windows, alarms)] = published
    assert (len(windows), len(alarms)) == (1, 1)


def test_few_records_raise_an_alarm(published, caplog):
    result = check_empty_window([row(DAYS[0], 5)], [row(day, 60) for day in DAYS[1:]])
    assert "5 records, where 60 are usual" in result.alarms[0]
    assert "unusual: europepmc created-2026-06-01" in caplog.text


def test_failed_windows_fail_the_run(published):
    with pytest.raises(IncompleteError) as raised:
        check_empty_window([row(DAYS[1], 5), row(DAYS[0], 0, "failed", "no answer")])
    assert str(raised.value) == "1 of 2 windows failed, created-2026-06-01 first: no answer"
    assert raised.value.hint
    assert len(raised.value.result.windows) == 2
    assert len(published) == 1


def test_an_unusually_empty_window_fails_and_is_tried_again(tmp_path):
    lake = new_lake(tmp_path)
    window = Window("europepmc", f"created-{DAYS[0]}", "created", DAYS[0], DAYS[0])
    result = CollectResult()
    collecting.commit_outcomes(
        lake, [Outcome(CollectedWindow(window, "open", 0, collected_at=NOW))], result, [row(day, 60) for day in DAYS]
    )
    assert [(row["state"], row["reason"]) for row in result.failed] == [("failed", "0 records, where 60 are usual")]
    assert unfinished([window], read_version(lake), force=False) == [window]

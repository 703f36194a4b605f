"""Checks of `hoofbeats doctor`: each with a fault, and with its advice."""

import datetime as dt
import importlib.metadata

import pytest

from flows.cli.reports.status import holes_in_ledger
from flows.demo_literature.server import LiteratureServer
from flows.operations import checks
from flows.operations.checks import State
from flows.settings import Settings
from tests.support.collecting import collect, new_lake, settings, shelf, span
from tests.support.loading import query
from warehouse.catalog.publish import connect
from warehouse.commit.ledger import CollectedWindow, Window, record_windows

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def server():
    with LiteratureServer(shelf(3), NOW.date(), api_keys=frozenset({"known"})) as running:
        yield running


def found(findings):
    return {finding.check: finding for finding in findings}


def test_a_missing_email_is_a_fault():
    assert checks.email(Settings(email="me@example.org")).state is State.OK
    finding = checks.email(Settings(email=None))
    assert finding.state is State.FAULT
    assert "HOOFBEATS_EMAIL" in finding.mend


@pytest.mark.parametrize(
    ("key", "state"), [("known", State.OK), ("unknown", State.FAULT), (None, State.WARNING)], ids=str
)
def test_the_api_key_is_checked(server, tmp_path, key, state):
    config = found(checks.key_and_clock(settings(server, tmp_path, ncbi_api_key=key), dt.datetime.now(dt.UTC)))
    assert config["key"].state is state
    assert config["clock"].state is (State.WARNING if key == "unknown" else State.OK)
    assert "unknown" not in str(config)


def test_a_clock_a_day_off_is_a_fault(server, tmp_path):
    config = found(checks.key_and_clock(settings(server, tmp_path), NOW + dt.timedelta(days=1)))
    assert config["clock"].state is State.FAULT


@pytest.mark.parametrize(
    ("off_s", "state"), [(0, State.OK), (60, State.OK), (-61, State.WARNING), (3601, State.FAULT)], ids=str
)
def test_clock_offsets_are_graded(off_s, state):
    assert checks.clock(NOW + dt.timedelta(seconds=off_s), NOW).state is state


def test_a_response_without_a_date_is_a_warning():
    assert checks.clock(None, NOW).state is State.WARNING


def test_ncbi_out_of_reach(tmp_path):
    unreachable = Settings(lake=tmp_path, pubmed_api_url="http://127.0.0.1:9/", first_wait_s=0, ncbi_api_key="secret")
    findings = found(checks.key_and_clock(unreachable, NOW))
    assert {finding.state for finding in findings.values()} == {State.WARNING}
    assert "secret" not in str(findings)


def test_disk_space(tmp_path):
    lake = tmp_path / "not" / "yet" / "there"
    assert checks.disk_space(Settings(lake=lake, least_free_bytes=0)).state is State.OK
    finding = checks.disk_space(Settings(lake=lake, least_free_bytes=1 << 60))
    assert finding.state is State.FAULT
    assert "HOOFBEATS_LEAST_FREE_BYTES" in finding.mend


def test_the_installed_versions_are_ok():
    assert checks.versions().state is State.OK


@pytest.mark.parametrize(
    ("requirement", "detail"),
    [
        ("sqlalchemy<2", f"sqlalchemy {importlib.metadata.version('sqlalchemy')} is not <2"),
        ("no-such-library>=1", "no-such-library is not installed"),
    ],
)
def test_unmet_requirements_are_a_fault(monkeypatch, requirement, detail):
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: [requirement, "pytest==0; extra == 'test'", "duckdb"])
    finding = checks.versions()
    assert (finding.state, finding.found) == (State.FAULT, detail)


def test_no_lake(tmp_path):
    [finding] = checks.lake(Settings(lake=tmp_path / "lake"), NOW)
    assert finding.state is State.FAULT
    assert "vocabulary load" in finding.mend


def test_checks_make_no_folders(server, tmp_path):
    config = settings(server, tmp_path / "none" / "lake")
    checks.key_and_clock(config, NOW)
    checks.disk_space(config)
    checks.lake(config, NOW)
    assert list(tmp_path.iterdir()) == []


def test_checks_of_a_lake(server, tmp_path):
    lake = new_lake(tmp_path)
    config = settings(server, lake.root)
    collect("pubmed_api", config, span(), now=NOW)
    before = {path: path.stat().st_mtime_ns for path in lake.root.rglob("*")}
    checks.key_and_clock(config, NOW)
    assert {finding.state for finding in checks.lake(config, NOW)} == {State.OK}
    assert {path: path.stat().st_mtime_ns for path in lake.root.rglob("*")} == before  # locks/turns too
    assert found(checks.lake(config, NOW + dt.timedelta(days=4)))["currency"].state is State.WARNING
    [(segment,)] = query(lake, "SELECT max(path) FROM segments")
    (lake.root / segment).write_bytes(b"")
    assert found(checks.lake(config, NOW))["files"].state is State.FAULT


def test_a_damaged_lake_is_a_fault(tmp_path):
    lake = new_lake(tmp_path)
    lake.catalog.write_bytes(b"no catalog at all" * 1000)
    for kept in lake.history.iterdir():
        kept.write_bytes(b"no catalog at all" * 1000)
    finding = checks.lake(Settings(lake=lake.root), NOW)[0]
    assert finding.state is State.FAULT
    assert finding.mend


def test_a_hole_in_the_ledger_is_a_warning(tmp_path):
    lake = new_lake(tmp_path)
    days = [dt.date(2026, 3, number) for number in (1, 2, 9, 10)]
    windows = [Window("pubmed_api", f"created-{day}", "created", day, day) for day in days]
    record_windows(lake, [(CollectedWindow(window, collected_at=NOW), None) for window in windows])
    holes = found(checks.lake(Settings(lake=lake.root), NOW))["holes"]
    assert holes.state is State.WARNING
    assert holes.found.startswith("pubmed_api created: 2026-03-03 to 2026-03-08 (6 days) not complete")
    connection = connect(lake)
    assert [hole.first for hole in holes_in_ledger(connection, 3)] == ["2026-03-03"]


def test_failed_windows_are_a_warning(tmp_path):
    from warehouse.commit.ledger import CollectedWindow, Window, record_windows

    lake = new_lake(tmp_path)
    record_windows(lake, [(CollectedWindow(Window("pubmed_api", "created-2026-01-01")).failed("no answer"), None)])
    finding = found(checks.lake(Settings(lake=lake.root), NOW))["windows"]
    assert finding.state is State.WARNING
    assert "created-2026-01-01: no answer" in finding.found

"""Runs are named for what they work on."""

import datetime as dt
from pathlib import Path

import pytest

from flows.choices import SourceName
from flows.reporting.run_names import run_name


@pytest.mark.parametrize(
    ("flow", "parameters", "name"),
    [
        ("ingest", {"files": [Path("/x/a.xml")], "lake": None}, "ingest a.xml"),
        ("ingest", {"files": ["/x/a.xml", "b", "c"]}, "ingest a.xml and 2 more"),
        ("collect", {"source": "pubmed_files", "since": None, "until": None}, "collect pubmed_files, latest"),
        (
            "collect",
            {"source": SourceName("europepmc"), "since": dt.date(2026, 11, 1), "until": None},
            "collect europepmc, 2026-11-01 to today",
        ),
        (
            "backfill",
            {"source": "pubmed_api", "since": "2020-01-01", "until": "2020-12-31", "dry_run": True},
            "estimate of backfill pubmed_api, 2020-01-01 to 2020-12-31",
        ),
        ("maintain", {"keep_latest": 30}, "maintain some-lake"),
        ("refresh-vocabulary", {"lake": "/data/mine"}, "refresh-vocabulary mine"),
    ],
)
def test_run_names(monkeypatch, flow, parameters, name):
    monkeypatch.setenv("HOOFBEATS_LAKE", "/data/some-lake")
    assert run_name(flow, parameters) == name

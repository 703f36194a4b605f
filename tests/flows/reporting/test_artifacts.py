"""Artifacts of a run, with Prefect's functions replaced."""

from uuid import uuid4

import pytest

from flows.reporting import artifacts
from flows.reporting.artifacts import ProgressArtifact, artifact_key, publish_windows
from warehouse.commit.ingest import OUTCOMES


@pytest.fixture
def left(monkeypatch):
    """Key -> created artifact; for progress artifacts, the list of their steps."""
    published = {}

    def progress(value, key, description):
        published[key] = [value]
        return uuid4()

    monkeypatch.setattr(artifacts, "create_progress_artifact", progress)
    monkeypatch.setattr(
        artifacts, "update_progress_artifact", lambda _, progress: published["load-progress"].append(progress)
    )
    monkeypatch.setattr(artifacts, "create_table_artifact", lambda table, key, _: published.update({key: table}))
    monkeypatch.setattr(artifacts, "create_markdown_artifact", lambda text, key: published.update({key: text}))
    return published


def row(name, state="done", reason=None, **more):
    numbers = {**dict.fromkeys((*OUTCOMES, "received", "deletions"), 0), "expected": None, "rejections": []}
    return {**numbers, "window_name": name, "state": state, "reason": reason, **more}


def test_progress(left):
    bar = ProgressArtifact("load", 4)
    bar.update(1)
    bar.update(5)
    assert left["load-progress"] == [0.0, 25.0, 100.0]
    ProgressArtifact("load", 0).update(0)


def test_windows_and_the_reconciliation(left):
    rejected = [{"reason": "no_pmid", "records": 2}]
    rows = [row("a", received=5, kept=3, rejected=2, rejections=rejected), row("b", "failed", "<b>404</b> | gone")]
    publish_windows("load", "Loading", rows, ["it was [quiet](http://evil)"])
    assert [row["window_name"] for row in left["load-windows"]] == ["b", "a"]
    assert left["load-windows"][0]["reason"] == "<b>404</b> | gone", "a table artifact is data, shown as it is"
    text = left["load-records"]
    assert text.startswith("# Loading\n\n2 windows.\n")
    assert "| **received** | **5** |" in text
    assert "The sums match." in text
    assert r"- it was \[quiet\](http://evil)" in text
    assert "&#" not in text


def test_an_empty_run_has_no_table(left):
    publish_windows("load", "Loading", [])
    assert "load-windows" not in left
    assert "0 windows" in left["load-records"]


def test_sums_that_do_not_match_are_published_and_raised(left):
    with pytest.raises(AssertionError, match="5 received"):
        publish_windows("load", "Loading", [row("a", received=5, kept=3)])
    assert "do not match" in left["load-records"]


def test_long_tables_are_cut(left):
    publish_windows("load", "Loading", [row(str(number)) for number in range(600)] + [row("x", "failed", "why")])
    assert len(left["load-windows"]) == 500
    assert left["load-windows"][0]["window_name"] == "x"


def test_artifact_keys():
    assert artifact_key("pubmed_api") == "pubmed-api"

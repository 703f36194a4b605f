"""Duplicates on the command line: listed, explained, judged by a person."""

import json

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from tests.support.small_lake import europepmc_record, load_units, new_lake, record, stage_unit

PAPER = {
    "title": "Iodised salt and nodules of the thyroid in valley towns",
    "authors": ["Brandt, Uwe"],
    "journal": "Thyroid",
    "volume": "26",
    "pages": "1-9",
}
OTHER = {
    **PAPER,
    "title": "Raw honey after surgery of the heart in old dogs",
    "authors": ["Rao, Anil"],
    "pages": "77-80",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    lake = new_lake(tmp_path_factory.mktemp("joining") / "lake")
    load_units(
        lake,
        stage_unit(
            lake, "a", [record(5, **PAPER), europepmc_record("X", **PAPER), record(6, **PAPER), record(7, **OTHER)]
        ),
    )
    return lake.root


def run(folder, *words):
    return CliRunner().invoke(app, [*words, "--lake", str(folder)])


def as_json(folder, *words):
    done = run(folder, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_duplicates_are_listed_with_the_rule(folder):
    [found] = as_json(folder, "duplicates")
    assert (found["document_a"], found["document_b"], found["verdict"]) == ("europepmc:X", "pubmed:5", "same")
    assert found["rule"] == "same title, authors and place"
    assert "1 pairs" in run(folder, "duplicates").stdout


def test_records_apart_by_their_pmids_alone_are_suspected(folder):
    found = as_json(folder, "duplicates", "--which", "suspected")
    assert [(row["document_a"], row["document_b"], row["rule"]) for row in found] == [
        ("europepmc:X", "pubmed:6", "other records of the two are apart"),
        ("pubmed:5", "pubmed:6", "different PMIDs"),
    ]
    assert {row["otherwise"] for row in found} == {"same title, authors and place"}


def test_a_pair_is_explained(folder):
    explanation = as_json(folder, "explain-duplicate", "5", "europepmc:X")
    assert explanation["one_article"] is True
    assert explanation["evidence"]["pages"] == "same"
    assert explanation["joined_by"][0]["document_b"] == "pubmed:5"
    apart = as_json(folder, "explain-duplicate", "pubmed:5", "7")
    assert (apart["one_article"], apart["verdict"]) == (False, "different")
    assert "different PMIDs" in apart["vetoes"]
    shown = run(folder, "explain-duplicate", "5", "6").stdout
    assert "one article: no" in shown
    assert "speaks against it: different PMIDs" in shown
    assert "speaks for it: same title, authors and place" in shown


@pytest.mark.parametrize("words", [("5", "pubmed:99"), ("5", "5")])
def test_two_records_are_needed(folder, words):
    done = run(folder, "explain-duplicate", *words)
    assert "no two records" in str(done.exception)


def test_a_person_judges(tmp_path):
    lake = new_lake(tmp_path / "lake")
    load_units(lake, stage_unit(lake, "a", [record(5, **PAPER), record(7, **OTHER)]))
    done = run(lake.root, "judge-duplicate", "5", "7", "--same", "--by", "a reader", "--note", "one case twice")
    assert "recorded" in done.stdout
    [found] = as_json(lake.root, "duplicates")
    assert found["rule"] == "said by a reader"
    assert as_json(lake.root, "explain-duplicate", "5", "7")["said"][0]["note"] == "one case twice"
    assert as_json(lake.root, "judge-duplicate", "5", "7", "--different", "--by", "another")["same"] is False
    assert as_json(lake.root, "duplicates") == []
    assert run(lake.root, "judge-duplicate", "5", "7").exit_code == 2

"""The verbs about claims, of the literature and of a draft; a count to be cited, and its articles as references."""

import io
import json
import sys
import time

import pyarrow.parquet as pq
import pytest
import rispy

from flows.cli.app import main
from tests.support.reported_cases import CASE, FIRST, SECOND, case, load
from tests.support.small_lake import new_lake
from warehouse.derived.manuscript_audit import MAX_DRAFT_CLAIMS

DRAFT = f"""Leukemia and extramedullary hematopoiesis in lymph nodes

{FIRST} Asthma is rare. Private words.
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = new_lake(tmp_path_factory.mktemp("claiming") / "lake")
    load(lake, "a", case(1, 10), case(3, 30, FIRST), case(4, 40, SECOND))
    return lake


@pytest.fixture
def hoofbeats(lake, monkeypatch, capsysbinary):
    def run(*arguments, given=b""):
        monkeypatch.setenv("HOOFBEATS_LAKE", str(lake.root))
        monkeypatch.setattr(sys, "argv", ["hoofbeats", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as raised:
            main()
        out, err = capsysbinary.readouterr()
        return raised.value.code or 0, out, err.decode()

    return run


def test_claims_beside_what_contradicts_them(hoofbeats):
    code, out, err = hoofbeats("claims", "--json")
    assert (code, err) == (0, "")
    second, first = json.loads(out)
    assert (first["pmid"], first["kind"], first["verdict"]) == (3, "first_report", "contradicted")
    assert first["sentence_text"] == FIRST
    assert [(row["pmid"], row["place"], row["sentence_text"]) for row in first["matches"]] == [(1, "earlier", CASE)]
    assert (second["pmid"], second["verdict"], second["earlier"]) == (4, "contradicted", 2)
    assert {row["pmid"] for row in second["matches"]} == {1, 3}
    assert [row["pmid"] for row in json.loads(hoofbeats("claims", "--kind", "nth_report", "--json")[1])] == [4]
    assert json.loads(hoofbeats("claims", "--verdict", "not contradicted", "--json")[1]) == []
    assert [row["pmid"] for row in json.loads(hoofbeats("claims", "--article", "3", "--json")[1])] == [3]
    out = hoofbeats("claims")[1].decode()
    assert "CONTRADICTED: 1 earlier article found; the claim leaves room for 0" in out
    assert f"        {CASE}" in out
    assert "a lower bound" in out


def content(lake):
    return {path: path.stat().st_mtime_ns for path in lake.root.rglob("*") if path.name != "writer.lock"}


def test_a_draft_is_answered_and_not_stored(hoofbeats, lake, tmp_path):
    hoofbeats("claims")
    before = content(lake)
    path = tmp_path / "draft.txt"
    path.write_text(DRAFT)
    code, out, err = hoofbeats("check", path, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    [claim] = [row for row in found if row["kind"] == "first_report"]
    assert (claim["verdict"], claim["sentence_text"], claim["article_id"]) == ("contradicted", FIRST, None)
    assert [row["pmid"] for row in claim["matches"]] == [1, 3, 4]
    assert json.loads(hoofbeats("check", "-", "--json", given=DRAFT.encode())[1]) == found
    [claim] = json.loads(hoofbeats("check", path, "--as-of", "2020-01-20", "--json")[1])[:1]
    assert [row["pmid"] for row in claim["matches"]] == [1]
    assert "by this draft" in hoofbeats("check", path)[1].decode()
    assert content(lake) == before


def test_a_draft_without_claims_or_text(hoofbeats, tmp_path):
    code, out, err = hoofbeats("check", "-", given=b"Gout\n\nWe saw gout.")
    assert (code, out, err) == (0, b"no claim\n", "read as the title: Gout\n")
    code, out, err = hoofbeats("check", tmp_path / "absent.txt")
    assert (code, out) == (1, b"")
    assert "absent.txt: No such file" in err
    assert "no text" in hoofbeats("check", "-")[2]


def test_a_draft_from_a_pdf_or_in_markdown(hoofbeats):
    parted = FIRST.replace("hematopoiesis", "hemato-\npoiesis").replace("leukemia", "leu-\nkemia")
    for written in (parted, FIRST.replace("first", "*first*")):
        assert written != FIRST
        [claim] = json.loads(hoofbeats("check", "-", "--json", given=f"A case\n\n{written}".encode())[1])
        assert (claim["verdict"], claim["sentence_text"]) == ("contradicted", FIRST)


def test_a_text_with_20_000_claims_is_bounded(hoofbeats):
    began = time.monotonic()
    code, out, err = hoofbeats("check", "-", "--json", given=f"A case\n\n{f'{FIRST} ' * 20_000}".encode())
    assert (code, len(json.loads(out))) == (0, MAX_DRAFT_CLAIMS)
    assert "further claims of - are not judged" in err
    assert "was read up to" in err
    assert time.monotonic() - began < 30


def test_a_draft_in_html(hoofbeats):
    page = f"<html><body><h1>A case</h1><h2>Abstract</h2><p>{FIRST}</p></body></html>".encode()
    [claim] = json.loads(hoofbeats("check", "-", "--json", given=page)[1])
    assert (claim["kind"], claim["verdict"]) == ("first_report", "contradicted")


def test_a_count_to_be_cited(hoofbeats):
    arguments = ("count", "Leukemia|Asthma", "MESH:D2", "--from-year", "1990")
    report = json.loads(hoofbeats(*arguments, "--cite", "--json")[1])
    assert report["citation"]["terms"] == [
        ["Leukemia [MESH:D1]", "Asthma [MESH:D4]"], ["Extramedullary Hematopoiesis [MESH:D2]"],
    ]  # fmt: skip
    assert report["citation"]["filters"]["from_year"] == 1990
    assert report["citation"]["version"] == report["version"]
    assert '"Leukemia"[MeSH Terms]' in report["citation"]["pubmed_query"]
    assert "1990:3000[dp]" in report["citation"]["pubmed_query"]
    out = hoofbeats(*arguments, "--cite")[1].decode()
    for words in ("Leukemia [MESH:D1] or Asthma [MESH:D4], with all below", "3 articles of 3", "from_year 1990",
                  f"catalog version {report['version']} of 20", "articles that had entered by 2020-02-10"):  # fmt: skip
        assert words in out


def test_the_articles_behind_a_count_as_references(hoofbeats, tmp_path):
    read = rispy.loads(hoofbeats("count", "Leukemia", "--export", "ris")[1].decode())
    assert [each["accession_number"] for each in read] == ["1", "3", "4"]
    assert hoofbeats("count", "Leukemia", "--export", "bibtex")[1].count(b"@article{pmid") == 3
    assert len(hoofbeats("count", "Leukemia", "--export", "csv")[1].splitlines()) == 4
    path = tmp_path / "articles.parquet"
    code, out, err = hoofbeats("count", "Leukemia", "MESH:D4", "--export", "parquet", "--to", path)
    assert (code, out) == (0, b"")
    assert path.name in err
    assert pq.read_table(path).num_rows == 0
    assert hoofbeats("count", "Leukemia", "--export", "word")[0] == 2

"""Inputs that went wrong once, in a folder beside the real data: each kind with what is expected of it."""

import contextlib
import datetime as dt
import gzip
import io
import json
import subprocess
import sys

import pytest
from lxml import etree

from flows.cli.app import main
from flows.settings import Settings
from flows.sources.base import Span
from tests.support.collecting import collect
from tests.support.loading import lake_with_vocabulary, load_files, query
from transforms.claims.manuscript import read_draft
from transforms.web_page import Extraction, Rejection, extract
from warehouse.catalog.publish import connect
from warehouse.derived.manuscript_audit import known_words
from warehouse.queries.terms import resolve

pytestmark = pytest.mark.data

TESTED = (16, 22, 23, 24, 26, 27, 28, 29, 30, 31, 35, 36, 37)
LATER = (1, 2, 3, 5, 6, 8, 10, 11, 14, 17, 18, 19, 21)
"""Kinds of language, which the rules of annotation do not cover yet."""
CONCEPTS = ("Thymoma", "Cryoglobulinemia", "Sarcoidosis", "Sezary Syndrome")
PAGE_URL = "https://www.example.org/a"


@pytest.fixture(scope="module")
def cases(data_dir):
    folder = data_dir.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}")
    return {int(path.name[:2]): path for path in folder.iterdir() if path.is_dir() and path.name[:2].isdigit()}


@pytest.fixture(scope="module")
def terms(cases):
    """The terms of case 27 and the concept that each means."""
    lines = (cases[27] / "terms.txt").read_text("utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if "\t" in line)


@pytest.fixture(scope="module")
def vocabulary(data_dir, terms, tmp_path_factory):
    """A MeSH file of the concepts that the cases need, as the whole one takes long to load."""
    wanted = {*CONCEPTS, *terms.values()}
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with gzip.open(data_dir / "vocab/desc2024.xml.gz") as stream:
        root = etree.parse(stream, parser).getroot()
    for record in list(root):
        if record.findtext("DescriptorName/String") not in wanted:
            root.remove(record)
    path = tmp_path_factory.mktemp("vocabulary") / "desc2024.xml"
    path.write_bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="utf-8"))
    return path


@pytest.fixture(scope="module")
def preprint_lake(cases, vocabulary, tmp_path_factory):
    """A lake of an article and its preprint (case 36)."""
    lake = lake_with_vocabulary(tmp_path_factory.mktemp("preprint") / "lake", vocabulary)
    load_files(lake, cases[36] / "pubmed.xml", cases[36] / "preprint.json")
    return lake


@pytest.fixture
def loaded(vocabulary, tmp_path):
    def load(*paths):
        lake = lake_with_vocabulary(tmp_path / "lake", vocabulary)
        load_files(lake, *paths)
        return lake

    return load


@pytest.fixture
def served():
    """Start the server of a case; return its address."""
    with contextlib.ExitStack() as running:

        def start(case):
            command = [sys.executable, str(case / "server.py"), "0"]
            server = running.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            )
            running.callback(server.kill)
            return f"http://127.0.0.1:{int(server.stdout.readline())}"

        yield start


@pytest.fixture
def collected(vocabulary, tmp_path):
    """Collect web pages of January 2026 into one lake; return the lake."""
    lake = lake_with_vocabulary(tmp_path / "lake", vocabulary)

    def run(feed, **more):
        config = Settings(lake=lake.root, allow_private_addresses=True, page_delay_s=0.01, first_wait_s=0, **more)
        collect("web_pages", config, Span(dt.date(2026, 1, 1), dt.date(2026, 1, 31), feed, ("created",)))
        return lake

    return run


@pytest.fixture
def hoofbeats(monkeypatch, capsysbinary):
    def run(lake, *arguments):
        monkeypatch.setenv("HOOFBEATS_LAKE", str(lake.root))
        monkeypatch.setattr(sys, "argv", ["hoofbeats", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        with pytest.raises(SystemExit) as raised:
            main()
        out, err = capsysbinary.readouterr()
        return raised.value.code or 0, out.decode(), err.decode()

    return run


def test_every_case_is_tested_or_expected_later(cases):
    assert set(cases) <= {*TESTED, *LATER}


def test_16_an_english_other_abstract(cases, loaded):
    lake = loaded(cases[16] / "input.xml")
    sql = (
        "SELECT m.assertion FROM mentions m JOIN documents d USING (document_id)"
        " WHERE d.pmid = ? AND m.concept_id = ? AND m.basis = 'text'"
    )
    for row in json.loads((cases[16] / "expected.json").read_text()):
        for concept_id, _, expected in row["expect"]:
            found = {assertion for (assertion,) in query(lake, sql, row["pmid"], concept_id)}
            assert ("present" in found) == (expected == "present"), row


def test_22_parameters_that_change_with_every_fetch(cases, served, collected):
    url = served(cases[22])
    for _ in range(2):
        lake = collected(f"{url}/rss")
    assert query(lake, "SELECT count(*), count(DISTINCT article_id) FROM documents") == [(2, 2)]


def test_23_the_encoding_in_the_http_header(cases, served, collected, tmp_path):
    url = served(cases[23])
    pages = tmp_path / "pages.txt"
    pages.write_text("".join(f"{url}/{name}\n" for name in ("pl", "tr", "ru", "en", "ja")))
    lake = collected(None, pages=str(pages))
    titles = {title for (title,) in query(lake, "SELECT title FROM documents")}
    assert {"Chłoniak i zespół Sézary'ego u chorego na grasiczaka", "Behçet hastalığı ve timoma birlikteliği"} < titles
    assert len(titles) == 5


def test_24_pages_that_are_no_articles(cases):
    pages = sorted(cases[24].glob("*.html"))
    assert pages
    for path in pages:
        assert isinstance(extract(path.read_bytes(), PAGE_URL), Rejection), path.name


def test_26_empty_terms(preprint_lake, hoofbeats):
    for verb, *given in (
        ("count", "Thymoma", ""),
        ("count", "|"),
        ("count", " "),
        ("timeline", ""),
        ("evidence", ""),
    ):
        code, out, err = hoofbeats(preprint_lake, verb, *given)
        assert code != 0, (verb, given)
        assert out == ""
        assert "empty" in err


def test_27_words_a_clinician_types(preprint_lake, terms):
    with connect(preprint_lake) as connection:
        found = {term: {concept.name for concept in resolve(connection, term)} for term in terms}
    assert {term: names for term, names in found.items() if terms[term] not in names} == {}


def test_28_a_catalog_that_another_program_opened_for_writing(cases, vocabulary, tmp_path):
    lake = lake_with_vocabulary(tmp_path / "lake", vocabulary)
    command = [sys.executable, str(cases[28] / "open_and_wait.py"), str(lake.root / "catalog.duckdb"), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "open\n"
            load_files(lake, cases[36] / "pubmed.xml")
            assert query(lake, "SELECT count(*) > 0 FROM documents") == [(True,)]
        finally:
            holder.kill()


def test_29_drafts_from_pdf_and_markdown(cases, preprint_lake, hoofbeats):
    with connect(preprint_lake) as connection:
        words = known_words(connection)
    plain, *others = (
        read_draft((cases[29] / name).read_bytes(), words) for name in ("plain.txt", "wrapped.txt", "emphasis.md")
    )
    assert [draft.abstract for draft in others] == [plain.abstract] * 2
    for name in ("plain.txt", "wrapped.txt", "emphasis.md"):
        code, out, _ = hoofbeats(preprint_lake, "check", cases[29] / name, "--json")
        assert (code, [claim["verdict"] for claim in json.loads(out)]) == (0, ["contradicted"]), name


def test_30_older_files_and_other_encodings(cases, loaded):
    lake = loaded(*sorted(cases[30].glob("*.xml")))
    assert query(lake, "SELECT pmid FROM documents ORDER BY ALL") == [(80030000,), (80030001,)]
    assert query(lake, "SELECT count(DISTINCT document_id) FROM mentions WHERE concept_id = 'MESH:D012751'") == [(2,)]


def test_31_one_doi_in_other_spellings(cases, loaded):
    lake = loaded(*(cases[31] / name for name in ("pubmed.xml", "page_plain.html", "page_percent.html")))
    assert query(lake, "SELECT count(DISTINCT article_id) FROM documents") == [(4,)]


def test_35_index_headings_in_the_abstract(cases):
    pages = sorted(cases[35].glob("*.html"))
    assert pages
    for path in pages:
        result = extract(path.read_bytes(), PAGE_URL)
        assert isinstance(result, Extraction)
        assert result.abstract.endswith("seen together."), path.name


def test_36_a_preprint_and_its_article(preprint_lake, hoofbeats):
    code, out, err = hoofbeats(preprint_lake, "count", "Thymoma", "Cryoglobulinemia")
    assert code == 0
    assert out.startswith("1 article") or "preprint" in out + err


def test_37_articles_without_pmid(cases, loaded, hoofbeats):
    lake = loaded(cases[37] / "preprint.json", cases[37] / "later_claim.xml")
    for verb, *given in (("check", cases[37] / "draft.txt"), ("claims",)):
        code, out, _ = hoofbeats(lake, verb, *given)
        assert code == 0
        assert "10.1101/2020.11.01.20220001" in out

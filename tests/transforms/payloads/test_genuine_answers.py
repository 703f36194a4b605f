"""Recorded answers of the services: every file is read correctly, or rejected with the right reason."""

import io
import json

import pytest
import yaml

from transforms.europepmc.parse import parse as parse_europepmc
from transforms.europepmc.search_page import read_search_page
from transforms.payloads.detect import detect_source
from transforms.pubmed.esearch import AnswerError, read_search
from transforms.pubmed.parse import parse as parse_pubmed

pytestmark = pytest.mark.data

NOT_PUBMED = (0, {"not_pubmed_xml": 1})
ERROR = (0, {"source_error": 1})

RECORDS = {
    "fatcat/example_releases_pubmed19n0972.json": (0, {"not_europepmc_json": 10}),
    "fatcat/pubmedsample_2019.xml.gz": (176, {}),
    "jabref/MedlineImporterTestBookArticleSet.xml": (2, {}),
    "jabref/MedlineImporterTestMalformedEntry.xml": (0, {"malformed_xml": 1}),
    "jabref/MedlineImporterTestMinimalEntry.xml": (0, {"no_pmid": 1}),
    "jabref/MedlineImporterTestNbib.xml": (2, {}),
    "jabref/MedlinePlainImporterTestInvalidFormat.xml": NOT_PUBMED,
    **{
        f"jabref/MedlinePlainImporter{name}.txt": NOT_PUBMED
        for name in (
            "StringOutOfBounds", "TestCompleteEntry", "TestDOI", "TestInproceeding", "TestMultiAbstract",
            "TestMultiTitle", "TestMultipleEntries",
        )
    },
    "jabref/NbibImporterTest.nbib": NOT_PUBMED,
}  # fmt: skip
"""Per file the expected documents and rejections; every other file holds one record."""

EUTILS = {
    "pubmed1.xml": (2, {}), "pubmed2.xml": (2, {}), **{f"pubmed{number}.xml": (1, {}) for number in (4, 5, 6, 7)},
    "epost2.xml": ERROR, "epost3.xml": ERROR, "esummary8.xml": ERROR,
}  # fmt: skip
"""Per file the expected documents and rejections; every other answer holds no PubMed records."""

SEARCHES = {
    "esearch1.xml": (63, 20, ()), "esearch2.xml": (42249, 100, ()), "esearch3.xml": (2651, 6, ()),
    "esearch5.xml": (5, 5, ()), "esearch6.xml": (1018, 20, ()), "esearch7.xml": (330, 20, ()),
    "esearch8.xml": (0, 0, ("abcXYZ",)),
}  # fmt: skip
"""Per file the hit count, the PMIDs listed and the terms not found; every other answer is no search result."""

SEARCH_ERRORS = {
    "epost2.xml": "Invalid db name specified: nothing", "epost3.xml": "Empty ID list; Nothing to store",
    "esummary8.xml": "Neither query_key nor id specified", "pubmed3.html": "an HTML page",
    "einfo4.xml": "not well-formed",
}  # fmt: skip

CASSETTES = {
    ("test_esearch", "esearch"): (5, 5), ("test_esearchresult", "esearch"): (34, 34),
}  # fmt: skip

EUROPEPMC = {
    "core_optogenetics_185.json": (200, {}), "core_pt195_25.json": (25, {}), "fetch_10pages_cancer.json": (1000, {}),
    "search_1000results_cancer.json": (1000, {}), "search_cancer.json": (25, {}), "search_cancer_core.json": (25, {}),
    "search_cancer_idlist.json": (0, {"no_text": 25}), "search_cancer_page2.json": (5, {}),
    "search_cancer_sorted_cited.json": (25, {}), "search_no_results.json": (0, {}), "search_post_cancer.json": (25, {}),
}  # fmt: skip
"""Per file the expected documents and rejections; every other file is XML, which this project never requests."""

SEARCH_PAGES = {
    "search_1000results_cancer.json": (5059039, 1000), "search_cancer.json": (5059039, 25),
    "search_cancer_core.json": (5059039, 25), "search_cancer_idlist.json": (5059039, 25),
    "search_cancer_page2.json": (5059039, 5), "search_cancer_sorted_cited.json": (5059039, 25),
    "search_no_results.json": (0, 0), "search_post_cancer.json": (5933343, 25),
}  # fmt: skip


def outcome(content, name, parse=None):
    """Return how many documents are loaded, and the rejections by reason."""
    parse = parse or {"europepmc": parse_europepmc}.get(detect_source(content), parse_pubmed)
    batches = list(parse(io.BytesIO(content), name))
    reasons = [reason for batch in batches for reason in batch.rejected["reason"].to_pylist()]
    return sum(len(batch.documents) for batch in batches), {reason: reasons.count(reason) for reason in set(reasons)}


def read_files(folder):
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files
    return files


def test_records(data_dir):
    files = read_files(data_dir / "pubmed" / "records")
    assert {name: outcome(content, name) for name, content in files.items()} == {
        name: RECORDS.get(name, (1, {})) for name in files
    }
    assert set(RECORDS) < set(files)


def test_records_in_e_utilities_answers(data_dir):
    files = read_files(data_dir / "pubmed" / "eutils" / "biopython_Entrez")
    assert {name: outcome(content, name) for name, content in files.items()} == {
        name: EUTILS.get(name, NOT_PUBMED) for name in files
    }
    assert set(EUTILS) < set(files)


def test_searches(data_dir):
    results, errors = {}, {}
    for name, content in read_files(data_dir / "pubmed" / "eutils" / "biopython_Entrez").items():
        try:
            result = read_search(content)
            results[name] = (result.count, len(set(result.pmids)), result.not_found)
        except AnswerError as error:
            errors[name] = str(error)
    assert results == SEARCHES
    for name, message in errors.items():
        assert SEARCH_ERRORS.get(name, "instead of a search result") in message, name


def test_recorded_requests(data_dir):
    searches = {}
    for name, content in read_files(data_dir / "pubmed" / "eutils" / "cassettes").items():
        if not content.startswith(b"interactions:"):
            assert outcome(content, name) == NOT_PUBMED, name
            continue
        for interaction in yaml.safe_load(content)["interactions"]:
            body = interaction["response"]["body"]["string"]
            body = body.encode() if isinstance(body, str) else body
            service = interaction["request"]["uri"].rpartition("/")[2].removesuffix(".fcgi")
            holds_pubmed = service == "efetch" and ("pubmedarticle" in name or name == "test_efetch")
            assert outcome(body, name) == ((1, {}) if holds_pubmed else NOT_PUBMED), (name, service)
            if service == "esearch":
                result = read_search(body)
                searches[name, service] = result.count, len(result.pmids)
    assert searches == CASSETTES


def test_europe_pmc(data_dir):
    files = read_files(data_dir / "europepmc")
    assert {name: outcome(content, name, parse_europepmc) for name, content in files.items()} == {
        name: EUROPEPMC.get(name, (0, {"not_europepmc_json": 1})) for name in files
    }
    assert set(EUROPEPMC) < set(files)
    assert all(detect_source(files[name]) == "europepmc" for name in EUROPEPMC)
    pages = {name: read_search_page(files[name]) for name in SEARCH_PAGES}
    assert {name: (page.hit_count, len(set(page.ids))) for name, page in pages.items()} == SEARCH_PAGES


def test_ten_consecutive_pages_hold_different_records(data_dir):
    answers = json.loads((data_dir / "europepmc" / "fetch_10pages_cancer.json").read_text())
    pages = [read_search_page(json.dumps(answer).encode()) for answer in answers]
    assert len({page.next_cursor for page in pages}) == 10
    assert len({document_id for page in pages for document_id in page.ids}) == 1000


def test_core_records_are_read_completely(data_dir):
    """The dumps have both shapes of a record: the older one wraps every value in a list."""
    for name in ("core_optogenetics_185.json", "core_pt195_25.json", "search_cancer_core.json"):
        content = (data_dir / "europepmc" / name).read_bytes()
        [batch] = parse_europepmc(io.BytesIO(content), name)
        rows = batch.documents.to_pylist()
        assert sum(row["abstract"] is not None for row in rows) == content.count(b'"abstractText"') > 20
        assert sum(len(row["sections"]) for row in rows) == content.count(b"<h4>")
        for row in rows:
            assert row["title"]
            assert row["entered_on"]
            assert row["year"]
            assert row["languages"] == ["eng"]
            assert row["document_id"] == f"europepmc:MED/{row['pmid']}" or row["pmid"] is None
            assert "<h4>" not in (row["abstract"] or "")
            text = f"{row['title']} {row['abstract']}"
            for section in row["sections"]:
                part = text[section["start"] : section["end"]]
                assert part == part.strip() != ""

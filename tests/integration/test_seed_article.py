"""The first page of this project and the records of two services are one article, in any order of loading."""

import json

import pytest

from flows.demo_literature.mesh_excerpt import mesh
from tests.support.loading import lake_with_vocabulary, load_files, query
from tests.support.pubmed_samples import article, history, payload

PMID, DOI = 27000001, "10.4103/0970-9371.1"
JOURNAL = (
    '<Journal><ISSN IssnType="Print">0970-9371</ISSN><JournalIssue CitedMedium="Print"><Volume>33</Volume>'
    "<Issue>1</Issue><PubDate><Year>2016</Year></PubDate></JournalIssue><Title>Journal of cytology</Title></Journal>"
)


def pubmed(title, abstract):
    inside = (
        f"<ArticleTitle>{title}</ArticleTitle><Pagination><MedlinePgn>45-7</MedlinePgn></Pagination>"
        f"<Abstract><AbstractText>{abstract}</AbstractText></Abstract>"
        "<AuthorList><Author><LastName>Author</LastName><ForeName>First A</ForeName></Author></AuthorList>"
    )
    return payload(article(PMID, inside, journal=JOURNAL, data=history(entrez="2016-03-01")))


def europepmc(title, abstract):
    """Matched by DOI and text: this record has no PMID."""
    record = {
        "id": "PMC1", "source": "PMC", "doi": DOI, "title": title, "abstractText": f"<p>{abstract}</p>",
        "authorString": "Author FA.", "authorList": {"author": [{"fullName": "Author FA", "lastName": "Author"}]},
        "journalInfo": {"volume": "33", "issue": "1", "yearOfPublication": 2016,
                        "journal": {"title": "Journal of cytology"}},
        "pubYear": "2016", "pageInfo": "45-47", "language": "eng", "firstIndexDate": "2016-03-09",
    }  # fmt: skip
    return json.dumps({"hitCount": 1, "resultList": {"result": [record]}}).encode()


@pytest.mark.data
def test_page_and_records_are_one_article_with_three_documents(data_dir, tmp_path):
    seed = data_dir / "seed"
    page = (seed / "read-by-qxmd.html").read_bytes()
    abstract = " ".join((seed / "expected-abstract.txt").read_text(encoding="utf-8").split())
    lines = (seed / "read-by-qxmd.txt").read_text(encoding="utf-8").splitlines()
    title = next(line for line in lines if line.startswith("Cytodiagnosis"))
    vocabulary = tmp_path / "vocabulary.xml"
    vocabulary.write_bytes(mesh())
    for name, content in (("a.html", page), ("b.xml", pubmed(title, abstract)), ("c.json", europepmc(title, abstract))):
        (tmp_path / name).write_bytes(content)
    page_and_records = ("a.html", "b.xml", "c.json")
    orders = (page_and_records, page_and_records[::-1], ("b.xml", "a.html", "c.json"))
    for number, order in enumerate(orders):
        lake = lake_with_vocabulary(tmp_path / f"lake-{number}", vocabulary)
        for name in order:
            load_files(lake, tmp_path / name)
        assert query(lake, "SELECT article_id, documents, sources FROM articles") == [
            (PMID, 3, ["europepmc", "pubmed", "web"])
        ], order
        [(kept, duplicates, received)] = query(
            lake, "SELECT sum(kept), sum(duplicates), sum(received) FROM windows WHERE batch IS NOT NULL"
        )
        assert (kept + duplicates, received) == (3, 3)

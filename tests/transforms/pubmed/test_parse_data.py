"""The genuine PubMed files against an independent reading with ElementTree."""

import gzip
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from transforms.pubmed.parse import parse
from transforms.text.normalize import without_controls

pytestmark = pytest.mark.data

BULK = {"pubmed20n0014.xml.gz": (30_000, 0), "pubmed21n1298.xml.gz": (20_788, 20), "pubmed21n9001.xml.gz": (1_020, 100)}


def read_all(path: Path) -> list[pa.Table]:
    """Documents, deletions, rejected of a whole file."""
    with path.open("rb") as stream:
        parsed = list(parse(stream, path.name))
    return [pa.concat_tables([getattr(p, name) for p in parsed]) for name in ("documents", "deletions", "rejected")]


def collapsed(element: ET.Element | None) -> str:
    return "" if element is None else " ".join(without_controls("".join(element.itertext())).split())


def texts(article: ET.Element, path: str) -> list[str]:
    return [text for element in article.findall(path) if (text := collapsed(element))]


def without_version(pmcid):
    """'PMC6134338.4' is version 4 of PMC6134338."""
    return pmcid and pmcid.partition(".")[0]


def first_text(article: ET.Element, *paths: str) -> str | None:
    return next((text for path in paths for text in texts(article, path)), None)


def author(element: ET.Element) -> str:
    given = first_text(element, "ForeName", "Initials")
    family = first_text(element, "LastName", "CollectiveName")
    return f"{family}, {given}" if given else str(family)


def read_plainly(article: ET.Element) -> dict[str, object]:
    """The columns of one record as a plain reading of the tree gives them."""
    citation, data = article.find("MedlineCitation"), article.find("PubmedData")
    english = citation.findall("OtherAbstract[@Language='eng']")
    other = min(english, key=lambda element: element.get("Type") == "plain-language-summary", default=citation)
    main = citation.find("Article/Abstract")
    parts = other.findall("AbstractText") if main is None else main.findall("AbstractText")
    abstract = " ".join(text for text in map(collapsed, parts) if text)
    headings = [
        (d.get("UI"), heading) for heading in citation.findall("MeshHeadingList/MeshHeading") for d in heading[:1]
    ]
    starred = [ui for ui, heading in headings if any(part.get("MajorTopicYN") == "Y" for part in heading)]
    doi = first_text(data, "ArticleIdList/ArticleId[@IdType='doi']") or first_text(
        citation, "Article/ELocationID[@EIdType='doi']"
    )
    return {
        "pmid": int(citation.findtext("PMID")),
        "title": collapsed(citation.find("Article/ArticleTitle")),
        "abstract": abstract or None,
        "vernacular_title": first_text(citation, "Article/VernacularTitle"),
        "authors": [author(element) for element in citation.findall("Article/AuthorList/Author")],
        "journal": first_text(citation, "Article/Journal/Title"),
        "journal_abbreviation": first_text(citation, "Article/Journal/ISOAbbreviation", "MedlineJournalInfo/MedlineTA"),
        "issn": first_text(citation, "MedlineJournalInfo/ISSNLinking", "Article/Journal/ISSN"),
        "volume": first_text(citation, "Article/Journal/JournalIssue/Volume"),
        "issue": first_text(citation, "Article/Journal/JournalIssue/Issue"),
        "pages": first_text(citation, "Article/Pagination/MedlinePgn"),
        "languages": texts(citation, "Article/Language"),
        "publication_types": texts(citation, "Article/PublicationTypeList/PublicationType"),
        "headings": list(dict.fromkeys(f"MESH:{ui}" for ui, _ in headings)),
        "major_headings": list(dict.fromkeys(f"MESH:{ui}" for ui in starred)),
        "keywords": texts(citation, "KeywordList/Keyword"),
        "citations": texts(citation, "CommentsCorrectionsList/CommentsCorrections/RefSource"),
        "doi": doi.lower() if doi else None,
        "pmcid": without_version(first_text(data, "ArticleIdList/ArticleId[@IdType='pmc']")),
        "labels": [
            (" ".join(part.get("Label").split()), collapsed(part))
            for part in parts
            if part.get("Label") and collapsed(part)
        ],
        "entered_on": tuple(
            int(part.text) for part in data.find("History/PubMedPubDate[@PubStatus='entrez']") if part.tag in DATE_PARTS
        ),
        "revised_on": tuple(int(part.text) for part in citation.find("DateRevised")),
        "published_in": first_text(citation, "Article/Journal/JournalIssue/PubDate/Year"),
    }


DATE_PARTS = ("Year", "Month", "Day")


def plain_records(path: Path, every: int) -> Iterator[dict[str, object]]:
    with gzip.open(path) as stream:
        articles = (element for _, element in ET.iterparse(stream) if element.tag == "PubmedArticle")
        for number, element in enumerate(articles):
            if number % every == 0:
                yield read_plainly(element)
            element.clear()


def comparable(row: dict[str, object]) -> dict[str, object]:
    """A parsed row in the terms of `read_plainly`."""
    text = f"{row['title']} {row['abstract']}"
    sections = [(section["label"], text[section["start"] : section["end"]]) for section in row["sections"]]
    return row | {
        "labels": sections,
        "citations": [relation["citation"] for relation in row["relations"]],
        "entered_on": row["entered_on"].timetuple()[:3],
        "revised_on": row["revised_on"].timetuple()[:3],
        "published_in": None if row["year"] is None else str(row["year"]),
    }


@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("pubmed20n0014.xml.gz", 5),
        ("pubmed21n1298.xml.gz", 2),
        pytest.param("pubmed20n0014.xml.gz", 1, marks=pytest.mark.soak),
        pytest.param("pubmed21n1298.xml.gz", 1, marks=pytest.mark.soak),
    ],
)
def test_records_equal_a_reading_with_elementtree(data_dir: Path, name: str, every: int) -> None:
    path = data_dir / "pubmed" / "bulk" / name
    documents, deletions, rejected = read_all(path)
    assert (documents.num_rows, deletions.num_rows) == BULK[name]
    assert rejected.num_rows == 0
    compared = documents.take(pa.array(range(0, documents.num_rows, every)))
    rows = (row for batch in compared.to_batches(500) for row in batch.to_pylist())
    for row, plain in zip(rows, plain_records(path, every), strict=True):
        parsed = comparable(row)
        if plain["published_in"] is None:  # a MedlineDate, tested elsewhere
            assert parsed["year"] is not None
            plain["published_in"] = parsed["published_in"]
        assert {key: parsed[key] for key in plain} == plain

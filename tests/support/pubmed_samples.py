"""Invented PubMed XML, and helpers that parse it into rows."""

import gzip
import io
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from transforms.pubmed.parse import parse

PROLOG = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January '
    '2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
JOURNAL = (
    '<Journal><ISSN IssnType="Print">1111-2222</ISSN><JournalIssue CitedMedium="Print"><Volume>7</Volume>'
    "<Issue>2</Issue><PubDate><Year>2020</Year><Month>Mar</Month></PubDate></JournalIssue>"
    "<Title>Annals of hoof care</Title><ISOAbbreviation>Ann Hoof Care</ISOAbbreviation></Journal>"
)


def date_xml(name: str, date: str, attributes: str = "") -> str:
    """Return an element with Year, Month and Day: `date_xml('DateRevised', '2021-06-07')`."""
    year, month, day = date.split("-")
    return f"<{name}{attributes}><Year>{year}</Year><Month>{month}</Month><Day>{day}</Day></{name}>"


def history(**dates: str) -> str:
    """Return a History with one date for each status: `history(entrez='2020-03-01')`."""
    inner = "".join(date_xml("PubMedPubDate", date, f' PubStatus="{status}"') for status, date in dates.items())
    return f"<History>{inner}</History>"


def article(
    pmid: object = 1,
    inside: str = "<ArticleTitle>A horse.</ArticleTitle>",
    *,
    journal: str = JOURNAL,
    head: str = "",
    tail: str = "",
    data: str = history(entrez="2020-03-01"),
) -> str:
    """Return a record; `inside`: children of Article after Journal, `tail`: of MedlineCitation after Article."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>{head}'
        f'<Article PubModel="Print">{journal}{inside}</Article>{tail}</MedlineCitation>'
        f"<PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def payload(*records: str) -> bytes:
    """Return a complete file of records."""
    return (PROLOG + "<PubmedArticleSet>\n" + "\n".join(records) + "\n</PubmedArticleSet>\n").encode()


class ParsedRows(NamedTuple):
    """The rows that `parse` returns for a payload."""

    documents: list[dict[str, object]]
    deletions: list[dict[str, object]]
    rejected: list[dict[str, object]]

    @property
    def pmids(self) -> list[object]:
        return [row["pmid"] for row in self.documents]

    @property
    def reasons(self) -> list[object]:
        return [row["reason"] for row in self.rejected]


def parse_bytes(data: bytes, name: str = "pubmed21n0007.xml.gz", *, batch_records: int = 2000) -> ParsedRows:
    """Parse a payload into rows."""
    return as_rows(parse(io.BytesIO(data), name, batch_records=batch_records))


def as_rows(batches: Iterable[object]) -> ParsedRows:
    """Return the rows of all batches."""
    tables = list(batches)
    return ParsedRows(
        *(pa.concat_tables([getattr(t, name) for t in tables]).to_pylist() for name in ParsedRows._fields)
    )


def parse_one(record: str) -> dict[str, object]:
    """Return the only row of a payload with this record."""
    rows = parse_bytes(payload(record))
    assert rows.rejected == []
    [row] = rows.documents
    return row


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)

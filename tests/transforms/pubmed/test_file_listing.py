"""Directory listings and digests of PubMed's file server."""

import datetime as dt

import pytest

from flows.demo_literature.records import Release
from flows.demo_literature.static_service import listing, md5
from transforms.pubmed.file_listing import ListedFile, ListingError, fill_gaps, read_listing, read_md5

NCBI = b"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN"> <html><head><title>Index of
/pubmed/updatefiles</title></head><body><h1>Index of /pubmed/updatefiles</h1> <pre>Name                        Last
modified      Size  <hr><a href="/pubmed/">Parent Directory</a>                                 - <a
href="README.txt">README.txt</a>                  2025-12-11 14:20  4.0K <a
href="pubmed26n1336.xml.gz">pubmed26n1336.xml.gz</a>        2026-01-13 14:05   76M <a
href="pubmed26n1336.xml.gz.md5">pubmed26n1336.xml.gz.md5</a>    2026-01-13 14:05   60 <a
href="pubmed26n1335.xml.gz">pubmed26n1335.xml.gz</a>        2026-01-12 14:05   11M <a
href="pubmed26n1335_stats.html">pubmed26n1335_stats.html</a>    2026-01-12 14:05  583 <hr></pre></body></html>
"""


def test_listed_files_are_in_order_of_release():
    assert read_listing(NCBI) == [
        ListedFile("pubmed26n1335.xml.gz", dt.date(2026, 1, 12)),
        ListedFile("pubmed26n1336.xml.gz", dt.date(2026, 1, 13)),
    ]


def test_listings_of_the_embedded_server():
    release = Release("pubmed26n0001.xml.gz", dt.date(2025, 12, 10), ())
    _, _, body = listing("/pubmed/baseline", [(release, 5000)])
    assert read_listing(body) == [ListedFile("pubmed26n0001.xml.gz", dt.date(2025, 12, 10))]
    assert read_listing(listing("/pubmed/updatefiles", [])[2]) == []


def test_a_listing_without_dates():
    body = b"<html><ul><li><a href='/x/pubmed26n0001.xml.gz'>pubmed26n0001.xml.gz</a></li></ul></html>"
    assert read_listing(body) == [ListedFile("pubmed26n0001.xml.gz", None)]


@pytest.mark.parametrize("body", [b"", b"<html><body>Service unavailable</body></html>", NCBI[:-9], b'{"error":"x"}'])
def test_an_answer_that_is_no_listing_raises(body):
    with pytest.raises(ListingError):
        read_listing(body)


def test_fill_gaps_adds_missing_numbers_of_a_year():
    files = [ListedFile(f"pubmed{name}.xml.gz", None) for name in ("25n1700", "26n0001", "26n0004")]
    assert [file.name[6:13] for file in fill_gaps(files)] == [
        "25n1700",
        "26n0001",
        "26n0002",
        "26n0003",
        "26n0004",
    ]


def test_read_md5():
    digest = "0123456789abcdef0123456789abcdef"
    assert read_md5(f"MD5(pubmed26n0001.xml.gz)= {digest}\n".encode()) == digest
    assert read_md5(f"{digest.upper()}  pubmed26n0001.xml.gz\n".encode()) == digest
    assert read_md5(md5("x", b"content", None)[2]) != read_md5(md5("x", b"content", "wrong_md5")[2])
    with pytest.raises(ListingError):
        read_md5(b"<html>not found</html>")

"""Which transform reads a file, by how it begins."""

import pytest

from transforms.payloads.detect import detect_source


@pytest.mark.parametrize(
    ("head", "source"),
    [
        (b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet', "pubmed"),
        (b"<PubmedArticleSet>", "pubmed"),
        (b"", "pubmed"),
        (b'{"error":"API rate limit exceeded"', "pubmed"),
        (b'{"version": "6.9", "hitCount": 3', "europepmc"),
        (b"\xef\xbb\xbf [\n", "europepmc"),
        (b"<!DOCTYPE html>", "web"),
        (b"\n<!-- saved from --><HTML lang=en>", "web"),
        (b'<?xml version="1.0"?><html xmlns="x">', "web"),
        (b"<!-- a - b -- c > --> <!--> --> <?x?>\n<head>", "web"),
        (b"<!-- <html> -->", "pubmed"),
        (b"<eFetchResult><ERROR>", "pubmed"),
    ],
)
def test_by_their_beginning(head, source):
    assert detect_source(head) == source


def test_many_comments_take_no_exponential_time():
    assert detect_source(b"<!---->" * 500 + b"<x>") == "pubmed"


def test_many_unfinished_comments_take_linear_time():
    assert detect_source(b"<!-- -" * 50_000) == "pubmed"

"""Mangled pages: whatever is done to a page, extraction answers, keeps scripts out, and says how it result what it says."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.prepare.extraction_worker import Extractor
from tests.support import made_pages
from tests.support.made_pages import article
from transforms.web.page import Extraction, Rejection, extract

PAYLOAD = "xPAYLOADx"
PAGES = [
    build(article(which)).replace("<p", f"<script>var a = '{PAYLOAD}';</script><p").encode()
    for build, which, *_ in made_pages.CASES.values()
] + [build().encode() for build, *_ in [*made_pages.NON_ENGLISH.values(), *made_pages.TRANSLATED.values()]]
PIECES = [
    b"<", b">", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&", b"&#0;", b"&#x110000;", b"&amp;lt;b&amp;gt;", b"\0", b"\xff\xfe", b"\xc3",
    b"<div>" * 300, b"</div>" * 40, b"<p>", b"<table><tr><td>", b"<h1>", b"<h2>Abstract</h2>", b"<h2>Summary", b"Abstract: ", b"</script>",
    b"<script>", b"<style>", b"<plaintext>", b"<svg><title>", b"<math>", b"<template>", b"<frameset>", b'<div class="abstract">', b"<nav>",
    b'<meta name="citation_abstract" content="', b'<script type="application/ld+json">{"@type": "ScholarlyArticle", "abstract": ["', b'"]}',
    b"<base href='", b"\xe2\x80\xae", b"\xef\xbb\xbf", b" " * 200, b"\n\n\n", b"<?xml version='1.0' encoding='utf-7'?>", b"<meta charset=utf-16>",
]  # fmt: skip


@st.composite
def mangled(draw):
    """A made page cut up, repeated, shuffled and spiked."""
    page = draw(st.sampled_from(PAGES))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(page)))
        end = draw(st.integers(start, min(len(page), start + draw(st.sampled_from([0, 3, 40, 400, 10_000])))))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=8))
        page = draw(
            st.sampled_from([
                page[:start] + piece + page[end:], page[:start] + page[end:], page[:end] + page[start:], page[start:end] + page,
                page[:start] + page[start:end].swapcase() + page[end:],
            ])
        )  # fmt: skip
    return page[:200_000]


def check(result):
    assert isinstance(result, Extraction | Rejection)
    if isinstance(result, Rejection):
        assert result.reason.isidentifier()
        assert result.detail
        return
    text = result.abstract or ""
    assert text == " ".join(text.split())
    assert (result.abstract is None) == ("abstract" not in result.findings)
    for name, finding in result.findings.items():
        assert 0 < finding.confidence <= 1, name
    end = 0
    for mark in result.marks:
        assert end <= mark.start < mark.end <= len(text)
        end = mark.end


def has_script(result):
    """Whether text of a script was extracted."""
    return (
        isinstance(result, Extraction)
        and PAYLOAD in f"{result.abstract} {result.title} {result.authors} {result.journal}"
    )


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(mangled(), st.sampled_from(["abstract", "abstract", "abstract", "article"]))
def test_a_mangled_page_gives_an_extraction_or_a_rejection(page, mode):
    check(extract(page, "https://example.org/10.5555/made", mode))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(PAGES),
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(["</p>", "<p>", "<div>", "</div>", "<b>", "&", "<"])), max_size=8
    ),
)
def test_scripts_of_a_mangled_page_are_not_extracted(page, spikes):
    text = page.decode()
    for where, spike in spikes:
        at = text.find("<p", int(where * len(text)))
        if at >= 0:
            text = text[:at] + spike + text[at:]
    assert not has_script(extract(text.encode(), "https://example.org/made"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_an_extraction_or_a_rejection(payload):
    check(extract(payload, "https://example.org/made"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_address_gives_an_extraction_or_a_rejection(url):
    check(extract(PAGES[0], url))


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_ten_minutes_of_mangled_pages():
    """In the worker, as in the flow: no crash, and what takes too long is reported."""
    until = time.monotonic() + 600
    reasons = {}
    with Extractor(timeout_s=20) as extractor:

        @settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(mangled(), st.sampled_from(["abstract", "article"]))
        def ask(page, mode):
            if time.monotonic() > until:
                return
            result = extractor.extract(page, "https://example.org/made", mode)
            check(result)
            reason = result.reason if isinstance(result, Rejection) else "extracted"
            reasons[reason] = reasons.get(reason, 0) + 1
            assert reason not in {"crashed", "failed"}, result

        while time.monotonic() < until:
            ask()
    assert reasons.get("extracted", 0) > 100, reasons

"""A page without article metadata is an article only if it shows a sign of one."""

import pytest

from tests.support.made_pages import FURNITURE, NAV, article, meta, page
from transforms.web.page import Extraction, Rejection, extract

NEWS = "<title>Woman recovers - Made News</title><meta property='og:type' content='article'>"
TEASER = (
    "A woman from the north has recovered from a rare lymphoma of the skin after years of gout, and her doctors say that they"
    " have never seen anything like it in their lives."
)
STORY = (
    "<p>She told our reporter that she was glad to be home again with her two camels. The hospital thanked its staff.</p>"
    "<p>The mayor visited the ward on Friday and spoke to the nurses for an hour about the needs of the town.</p>"
)
NO_ARTICLES = {
    "a teaser in a class": f"<div class='article__abstract'>{TEASER}</div>{STORY}",
    "a teaser in a paragraph": f"<p class='Abstract'>{TEASER}</p>{STORY}",
    "an id": f"<div id='description'><p>{TEASER}</p></div>{STORY}",
    "a section's id": f"<section id='description'><p>{TEASER}</p></section>{STORY}",
    "a property": f"<p itemprop='abstract'>{TEASER}</p>{STORY}",
    "Summary": f"<h2>Summary</h2><p>{TEASER}</p><h2>More</h2>{STORY}",
    "Zusammenfassung": f"<h2>Zusammenfassung</h2><p>{TEASER}</p><h2>Mehr</h2>{STORY}",
    "Resumen": f"<h3>Resumen</h3><p>{TEASER}</p><h3>Más</h3>{STORY}",
    "摘要": f"<h3>摘要</h3><p>{TEASER}</p><h3>正文</h3>{STORY}",
    "run in": f"<p>Zusammenfassung: {TEASER}</p>{STORY}",
    "a long list of references far below": f"<div class='abstract'>{TEASER}</div>{STORY * 9}<p>Source: doi:10.5555/made.1</p>",
    "an identifier cited in prose": f"<p>{'The hospital has a camel and a garden of soup herbs for all. ' * 6} It stands in doi:10.5555/a.1</p><div class='abstract'>{TEASER}</div>{STORY * 9}",
}
PAYWALL = (
    "<div class='abstract-box'><p>You have reached your limit of free stories this month. Enjoy unlimited content of the Made"
    " Times from only 900 a month during the first two months, in print and online.</p></div>"
)
TEXT = article("plain").plain
ARTICLES = {
    "a heading": f"<h1>Humming</h1><h2>Abstract</h2><p>{TEXT}</p>",
    "a run-in heading": f"<h1>Humming</h1><p>Abstract: {TEXT}</p>",
    "labels": f"<h1>Humming</h1><div class='abstract'><p>Background: {TEXT}</p><p>Results: {TEXT}</p></div>",
    "a DOI above": f"<h1>Humming</h1><p>DOI: 10.5555/made.1</p><div class='abstract'><p>{TEXT}</p></div>",
    "a PMID below": f"<h1>Humming</h1><div class='abstract'><p>{TEXT}</p></div><p>PMID: 99999901</p>",
    "keywords": f"<h1>Humming</h1><h2>Summary</h2><p>{TEXT}</p><p>Key words: hiccups, saline</p>",
    "a reader's headings": f"<h1>Humming</h1><div class='abstract'><p>{TEXT}</p></div><h3>Full text links</h3>",
    "article software": f"<h1>Humming</h1><section data-title='Summary'><p>{TEXT}</p></section>",
}


@pytest.mark.parametrize("name", NO_ARTICLES)
def test_a_page_without_a_sign_is_no_article(name):
    result = extract(page(NEWS, NAV + "<h1>Woman recovers</h1>" + NO_ARTICLES[name]).encode(), "https://example.org/x")
    assert isinstance(result, Rejection)
    assert result.reason == "no_article"


def test_a_notice_of_a_subscription_is_a_wall():
    result = extract(
        page("<title>Made Times</title>", "<h1>Candidates</h1>" + PAYWALL).encode(), "https://example.org/x"
    )
    assert isinstance(result, Rejection)
    assert result.reason == "login_wall"


def test_a_teaser_is_no_abstract_beside_a_full_text():
    html = page(NEWS, NAV + "<h1>Woman recovers</h1>" + NO_ARTICLES["a teaser in a class"] + STORY * 5)
    result = extract(html.encode(), "https://example.org/x", "article")
    assert isinstance(result, Extraction)
    assert result.abstract is None


@pytest.mark.parametrize("name", ARTICLES)
def test_one_sign_is_enough(name):
    html = page("<title>Humming</title>", NAV + ARTICLES[name] + FURNITURE)
    result = extract(html.encode(), "https://example.org/x")
    assert isinstance(result, Extraction)
    assert TEXT in result.abstract


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("", "https://read.qxmd.com/read/12345678/humming"),
        ("", "https://example.org/doi/10.5555/made.1"),
        (meta("dcterms.abstract", TEXT), "https://example.org/x"),
        (meta("citation_title", "Humming"), "https://example.org/x"),
    ],
)
def test_an_address_or_tags_of_an_article_are_a_sign(head, url):
    result = extract(page(head, f"<h1>Humming</h1><div class='abstract'><p>{TEXT}</p></div>").encode(), url)
    assert isinstance(result, Extraction)
    assert result.abstract == TEXT

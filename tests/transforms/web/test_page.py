"""Extraction from invented pages (tests.support.made_pages): exactly the abstract, and the values of the head."""

import re

import pytest

from tests.support import made_pages
from tests.support.made_pages import article
from transforms.web.page import Extraction, extract

URL = "https://example.org/made"
CASES = {
    name: (build(article(which)), article(which), *mark) for name, (build, which, *mark) in made_pages.CASES.items()
}
OTHERS = {
    name: (build(), article(which), *mark)
    for group in (made_pages.NON_ENGLISH, made_pages.TRANSLATED)
    for name, (build, which, *mark) in group.items()
}


def extract_article(html, url=URL, mode="abstract"):
    result = extract(html if isinstance(html, bytes) else html.encode(), url, mode)
    assert isinstance(result, Extraction), result
    return result


def test_there_are_enough_made_pages():
    assert len(CASES) + len(OTHERS) + len(made_pages.WITHOUT) > 30


@pytest.mark.parametrize("name", {**CASES, **OTHERS})
def test_the_abstract_is_extracted_exactly(name):
    html, item, *mark = (CASES | OTHERS)[name]
    result = extract_article(html)
    assert result.abstract == item.labelled(*mark or ("",))
    assert result.text == result.abstract
    assert result.language == item.language
    assert not result.truncated


@pytest.mark.parametrize("name", CASES)
def test_title_and_identifiers_are_read_from_the_head(name):
    html, item, *_ = CASES[name]
    result = extract_article(html)
    assert result.title == item.shown_title
    if "citation_doi" in html:
        assert result.doi == item.doi
        assert result.findings["doi"].step == "meta:citation_doi"
    if "citation_journal_title" in html:
        assert (result.journal, result.date, result.pages) == ("Journal of Made Medicine", "2031-03-09", "11-19")
        assert result.authors == ("Doe, Jane Q.", "Roe, Richard")


@pytest.mark.parametrize("name", made_pages.WITHOUT)
def test_an_article_without_an_abstract_has_none(name):
    result = extract_article(made_pages.WITHOUT[name]())
    assert result.abstract is None
    assert result.text is None
    assert result.title
    assert "abstract" not in result.findings


@pytest.mark.parametrize(
    "name", ["NEJM", "BMC", "LWW", "PubMed", "JAMA", "MDPI structured", "Taylor & Francis structured"]
)
def test_labels_in_the_markup_become_marks(name):
    structured = {
        "MDPI structured": (made_pages.mdpi(article("structured")), article("structured")),
        "Taylor & Francis structured": (made_pages.taylor_francis(article("structured")), article("structured")),
    }
    html, item, *_ = (CASES | structured)[name]
    result = extract_article(html)
    labels = [result.abstract[mark.start : mark.end].rstrip(":") for mark in result.marks if mark.kind == "label"]
    assert labels == [label for label, _ in item.sections]


class TestHowItWasFound:
    def test_steps_that_agree_raise_the_confidence(self):
        item = article("plain")
        alone = extract_article(made_pages.oxford(item)).findings["abstract"]
        confirmed = extract_article(made_pages.dspace(item)).findings["abstract"]
        assert confirmed.confidence > alone.confidence
        assert confirmed.agreeing == ("meta:dcterms.abstract",)
        assert not confirmed.disagreeing

    def test_a_different_abstract_in_the_head_is_chosen_and_the_disagreement_recorded(self):
        item, other = article("plain"), article("short_case")
        html = made_pages.oxford(item).replace("<head>", "<head>" + made_pages.meta("citation_abstract", other.plain))
        result = extract_article(html)
        assert result.abstract == other.plain
        assert result.findings["abstract"].disagreeing == ("container:abstract",)
        assert result.findings["abstract"].confidence < 0.9

    def test_a_cut_abstract_in_the_head_is_completed_from_the_body(self):
        item = article("plain")
        cut = item.plain[:100] + " ..."
        result = extract_article(
            made_pages.oxford(item).replace("<head>", "<head>" + made_pages.meta("citation_abstract", cut))
        )
        assert result.abstract == item.plain
        assert result.findings["abstract"].agreeing == ("meta:citation_abstract",)

    def test_a_cut_abstract_in_the_body_is_completed_from_the_head(self):
        item = article("plain")
        html = made_pages.oxford(item).replace(item.sections[0][1].replace("p < 0", "p &lt; 0"), item.plain[:90] + "…")
        result = extract_article(html.replace("<head>", "<head>" + made_pages.meta("citation_abstract", item.plain)))
        assert result.abstract == item.plain

    def test_a_body_with_only_the_beginning_is_completed_from_the_head(self):
        item = article("structured")
        shown = made_pages.Article(item.title, "en", item.doi, item.sections[:2])
        html = made_pages.oxford(shown).replace("<head>", "<head>" + made_pages.meta("citation_abstract", item.plain))
        assert extract_article(html).abstract == item.plain

    def test_an_abstract_cut_in_head_and_body_is_truncated(self):
        cut = article("plain").plain[:150] + "..."
        html = made_pages.page(
            made_pages.head(article("plain"), made_pages.meta("citation_abstract", cut)), "<h1>A title</h1>"
        )
        result = extract_article(html)
        assert result.abstract == cut
        assert result.truncated
        assert [mark.kind for mark in result.marks] == ["truncation"]

    def test_a_cut_description_is_completed_from_the_body(self):
        item = article("plain")
        body = f"<h1>{item.title}</h1><div class='x1'><div class='x2'>{item.text}</div></div>{made_pages.FURNITURE}"
        html = made_pages.page(made_pages.head(item, made_pages.meta("description", item.plain[:120])), body)
        result = extract_article(html)
        assert result.abstract == item.plain
        assert result.findings["abstract"].step == "anchor:description"

    def test_a_description_of_the_site_is_no_abstract(self):
        site = "Journal of Made Medicine publishes articles on everything that was made up. " * 4
        html = made_pages.letter(article("none")).replace("<head>", "<head>" + made_pages.meta("og:description", site))
        assert extract_article(html).abstract is None

    def test_json_ld_alone_is_enough(self):
        item = article("structured")
        html = re.sub(
            "<body>.*</body>", "<body><div id='root'></div></body>", made_pages.springer(item), flags=re.DOTALL
        )
        result = extract_article(html)
        assert result.findings["abstract"].step == "json_ld:description"
        assert result.abstract.startswith("BackgroundHiccups after hernia repair")

    def test_an_empty_abstract_container_means_no_abstract(self):
        html = made_pages.springer(article("none")).replace("dc.description", "x").replace('"description"', '"x"')
        assert extract_article(html).abstract is None


@pytest.mark.parametrize(
    ("url", "name", "value"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "pmid", 12345678),
        ("https://europepmc.org/article/MED/12345678", "pmid", 12345678),
        ("https://read.qxmd.com/read/12345678/a-title", "pmid", 12345678),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7654321/", "pmcid", "PMC7654321"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7654321/?report=reader", "pmcid", "PMC7654321"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/Made.123", "doi", "10.1002/made.123"),
        ("https://www.medrxiv.org/content/10.1101/2031.01.02.22270000v1.full", "doi", "10.1101/2031.01.02.22270000"),
        ("https://iopscience.iop.org/article/10.1088/1748-605X/ab007b/meta", "doi", "10.1088/1748-605x/ab007b"),
    ],
)
def test_identifiers_are_read_from_the_address(url, name, value):
    result = extract_article(made_pages.reader(article("plain")), url)
    assert getattr(result, name) == value
    assert result.findings[name].step == "url"


def test_full_text_is_that_of_trafilatura():
    html = made_pages.pmc(article("structured"))
    result = extract_article(html, mode="article")
    assert "This part belongs to the full text" in result.text
    assert result.abstract == article("structured").plain


def test_double_escaped_markup_in_the_head_is_removed():
    stated = "&amp;lt;jats:p&amp;gt;We measured CO&amp;lt;sub&amp;gt;2&amp;lt;/sub&amp;gt; in 20 tears &amp;amp;amp; result little.&amp;lt;/jats:p&amp;gt;"
    html = f"<html><head><meta name='citation_title' content='A made title'><meta name='citation_abstract' content='{stated}'></head><body></body></html>"
    assert extract_article(html).abstract == "We measured CO2 in 20 tears & result little."


def test_plain_text_is_extracted():
    item = article("plain")
    text = (
        f"Skip to content\n\nHome Search Sign in\n\n{item.shown_title}\n\nAuthors: J. Doe\n\nABSTRACT\n\n{item.plain}\n\n"
        "Keywords\n\ntears, copper\n\nBuy this article now to read the full text, which is long and has many pages.\n"
    )
    result = extract_article(text)
    assert (result.abstract, result.title) == (item.plain, item.shown_title)
    assert result.findings["abstract"].step == "text:heading"


def test_an_abstract_that_ends_in_a_copyright_notice_is_no_boilerplate():
    item = article("short_case")
    noted = made_pages.Article(
        item.title, "en", item.doi, [["", item.plain + " © 2031 Made Press. All rights reserved."]]
    )
    for html in (made_pages.reader(noted), made_pages.oxford(noted), made_pages.pubmed(noted)):
        result = extract_article(html)
        assert result.abstract == noted.plain
        assert [result.abstract[mark.start :] for mark in result.marks] == ["© 2031 Made Press. All rights reserved."]


@pytest.mark.parametrize("heading", ["Abstract\n\n", ""])
def test_short_labelled_parts_of_plain_text_are_kept(heading):
    item = article("structured")
    parts = [f"{label.upper()}: {text}" for label, text in [*item.sections, ("Level of evidence", "IV")]]
    text = (
        f"Home\n\n{item.title}\n\n{heading}"
        + "\n\n".join(parts)
        + "\n\nRelated articles\n\nAnother one. It is long, and not of this article at all.\n"
    )
    result = extract_article(text)
    assert (result.abstract, result.title) == (" ".join(parts), item.title)
    assert len(result.marks) == 5


def test_plain_text_with_wrapped_lines_and_numbered_links():
    item = article("structured")
    lines = re.sub(r"(.{40,70}) ", r"\1\n   ", item.plain)
    text = f"   [1]Made Journal\n\n   {item.title}\n\nAbstract\n   {lines}\n\nReferences\n\n   1. https://example.org/\n   2. https://example.org/x\n"
    assert extract_article(text).abstract == item.plain


@pytest.mark.parametrize(
    ("window", "title"),
    [
        ("Humming against hiccups in adults - PubMed", "Humming against hiccups in adults"),
        ("Humming against hiccups in adults. - Read by QxMD", "Humming against hiccups in adults."),
        ("Humming against hiccups | Made Journal | Oxford Academic", "Humming against hiccups | Made Journal"),
        (
            "Humming against hiccups - a trial in adults who ate soup.",
            "Humming against hiccups - a trial in adults who ate soup.",
        ),
    ],
)
def test_the_name_of_the_site_is_removed_from_the_title(window, title):
    html = made_pages.page(
        f"<title>{window}</title>", f"<h2>Abstract</h2><div class='abstract'><p>{article('plain').text}</p></div>"
    )
    assert extract_article(html).title == title

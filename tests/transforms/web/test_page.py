"""The abstract of an article's page, and nothing else of it, on pages of our own making (made_pages)."""

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


def extracted(html, url=URL, mode="abstract"):
    found = extract(html if isinstance(html, bytes) else html.encode(), url, mode)
    assert isinstance(found, Extraction), found
    return found


def test_there_are_more_than_twenty_made_pages():
    assert len(CASES) + len(OTHERS) + len(made_pages.WITHOUT) > 30


@pytest.mark.parametrize("name", {**CASES, **OTHERS})
def test_the_abstract_is_exactly_that_of_the_article(name):
    html, item, *mark = (CASES | OTHERS)[name]
    found = extracted(html)
    assert found.abstract == item.labelled(*mark or ("",))
    assert found.text == found.abstract
    assert found.language == item.language
    assert not found.truncated


@pytest.mark.parametrize("name", CASES)
def test_title_and_identifiers_of_the_head(name):
    html, item, *_ = CASES[name]
    found = extracted(html)
    assert found.title == item.shown_title
    if "citation_doi" in html:
        assert found.doi == item.doi
        assert found.findings["doi"].step == "meta:citation_doi"
    if "citation_journal_title" in html:
        assert (found.journal, found.date, found.pages) == ("Journal of Made Medicine", "2031-03-09", "11-19")
        assert found.authors == ("Doe, Jane Q.", "Roe, Richard")


@pytest.mark.parametrize("name", made_pages.WITHOUT)
def test_an_article_without_an_abstract_has_none(name):
    found = extracted(made_pages.WITHOUT[name]())
    assert found.abstract is None
    assert found.text is None
    assert found.title
    assert "abstract" not in found.findings


@pytest.mark.parametrize(
    "name", ["NEJM", "BMC", "LWW", "PubMed", "JAMA", "MDPI structured", "Taylor & Francis structured"]
)
def test_labels_of_the_markup_are_marked(name):
    structured = {
        "MDPI structured": (made_pages.mdpi(article("structured")), article("structured")),
        "Taylor & Francis structured": (made_pages.taylor_francis(article("structured")), article("structured")),
    }
    html, item, *_ = (CASES | structured)[name]
    found = extracted(html)
    labels = [found.abstract[mark.start : mark.end].rstrip(":") for mark in found.marks if mark.kind == "label"]
    assert labels == [label for label, _ in item.sections]


class TestHowItWasFound:
    def test_steps_that_agree_raise_the_confidence(self):
        item = article("plain")
        alone = extracted(made_pages.oxford(item)).findings["abstract"]
        confirmed = extracted(made_pages.dspace(item)).findings["abstract"]
        assert confirmed.confidence > alone.confidence
        assert confirmed.agreeing == ("meta:dcterms.abstract",)
        assert not confirmed.disagreeing

    def test_a_head_that_states_another_text_is_recorded_and_taken(self):
        item, other = article("plain"), article("short_case")
        html = made_pages.oxford(item).replace("<head>", "<head>" + made_pages.meta("citation_abstract", other.plain))
        found = extracted(html)
        assert found.abstract == other.plain
        assert found.findings["abstract"].disagreeing == ("container:abstract",)
        assert found.findings["abstract"].confidence < 0.9

    def test_a_head_that_is_cut_off_is_completed_by_the_page(self):
        item = article("plain")
        cut = item.plain[:100] + " ..."
        found = extracted(
            made_pages.oxford(item).replace("<head>", "<head>" + made_pages.meta("citation_abstract", cut))
        )
        assert found.abstract == item.plain
        assert found.findings["abstract"].agreeing == ("meta:citation_abstract",)

    def test_a_page_that_is_cut_off_is_completed_by_the_head(self):
        item = article("plain")
        html = made_pages.oxford(item).replace(item.sections[0][1].replace("p < 0", "p &lt; 0"), item.plain[:90] + "…")
        found = extracted(html.replace("<head>", "<head>" + made_pages.meta("citation_abstract", item.plain)))
        assert found.abstract == item.plain

    def test_a_page_that_shows_the_beginning_alone_is_completed_by_the_head(self):
        item = article("structured")
        shown = made_pages.Article(item.title, "en", item.doi, item.sections[:2])
        html = made_pages.oxford(shown).replace("<head>", "<head>" + made_pages.meta("citation_abstract", item.plain))
        assert extracted(html).abstract == item.plain

    def test_what_is_cut_off_everywhere_is_said_to_be(self):
        cut = article("plain").plain[:150] + "..."
        html = made_pages.page(
            made_pages.head(article("plain"), made_pages.meta("citation_abstract", cut)), "<h1>A title</h1>"
        )
        found = extracted(html)
        assert found.abstract == cut
        assert found.truncated
        assert [mark.kind for mark in found.marks] == ["truncation"]

    def test_a_description_the_page_repeats_is_completed_by_it(self):
        item = article("plain")
        body = f"<h1>{item.title}</h1><div class='x1'><div class='x2'>{item.text}</div></div>{made_pages.FURNITURE}"
        html = made_pages.page(made_pages.head(item, made_pages.meta("description", item.plain[:120])), body)
        found = extracted(html)
        assert found.abstract == item.plain
        assert found.findings["abstract"].step == "anchor:description"

    def test_a_description_that_is_the_sites_is_no_abstract(self):
        site = "Journal of Made Medicine publishes articles on everything that was made up. " * 4
        html = made_pages.letter(article("none")).replace("<head>", "<head>" + made_pages.meta("og:description", site))
        assert extracted(html).abstract is None

    def test_json_ld_alone_is_enough(self):
        item = article("structured")
        html = re.sub(
            "<body>.*</body>", "<body><div id='root'></div></body>", made_pages.springer(item), flags=re.DOTALL
        )
        found = extracted(html)
        assert found.findings["abstract"].step == "json_ld:description"
        assert found.abstract.startswith("BackgroundHiccups after hernia repair")

    def test_an_empty_place_for_the_abstract_is_no_invitation(self):
        html = made_pages.springer(article("none")).replace("dc.description", "x").replace('"description"', '"x"')
        assert extracted(html).abstract is None


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
def test_the_address_names_the_article(url, name, value):
    found = extracted(made_pages.reader(article("plain")), url)
    assert getattr(found, name) == value
    assert found.findings[name].step == "url"


def test_full_text_is_what_trafilatura_finds():
    html = made_pages.pmc(article("structured"))
    found = extracted(html, mode="article")
    assert "This part belongs to the full text" in found.text
    assert found.abstract == article("structured").plain


def test_double_escaped_markup_in_the_head_is_no_text():
    stated = "&amp;lt;jats:p&amp;gt;We measured CO&amp;lt;sub&amp;gt;2&amp;lt;/sub&amp;gt; in 20 tears &amp;amp;amp; found little.&amp;lt;/jats:p&amp;gt;"
    html = f"<html><head><meta name='citation_title' content='A made title'><meta name='citation_abstract' content='{stated}'></head><body></body></html>"
    assert extracted(html).abstract == "We measured CO2 in 20 tears & found little."


def test_plain_text_goes_through_the_same_entry():
    item = article("plain")
    text = (
        f"Skip to content\n\nHome Search Sign in\n\n{item.shown_title}\n\nAuthors: J. Doe\n\nABSTRACT\n\n{item.plain}\n\n"
        "Keywords\n\ntears, copper\n\nBuy this article now to read the full text, which is long and has many pages.\n"
    )
    found = extracted(text)
    assert (found.abstract, found.title) == (item.plain, item.shown_title)
    assert found.findings["abstract"].step == "text:heading"


def test_a_copyright_notice_at_its_end_does_not_make_an_abstract_the_sites():
    item = article("short_case")
    noted = made_pages.Article(
        item.title, "en", item.doi, [["", item.plain + " © 2031 Made Press. All rights reserved."]]
    )
    for html in (made_pages.reader(noted), made_pages.oxford(noted), made_pages.pubmed(noted)):
        found = extracted(html)
        assert found.abstract == noted.plain
        assert [found.abstract[mark.start :] for mark in found.marks] == ["© 2031 Made Press. All rights reserved."]


@pytest.mark.parametrize("heading", ["Abstract\n\n", ""])
def test_short_parts_of_plain_text_are_parts(heading):
    item = article("structured")
    parts = [f"{label.upper()}: {text}" for label, text in [*item.sections, ("Level of evidence", "IV")]]
    text = (
        f"Home\n\n{item.title}\n\n{heading}"
        + "\n\n".join(parts)
        + "\n\nRelated articles\n\nAnother one. It is long, and not of this article at all.\n"
    )
    found = extracted(text)
    assert (found.abstract, found.title) == (" ".join(parts), item.title)
    assert len(found.marks) == 5


def test_plain_text_may_be_wrapped_and_have_numbered_links():
    item = article("structured")
    lines = re.sub(r"(.{40,70}) ", r"\1\n   ", item.plain)
    text = f"   [1]Made Journal\n\n   {item.title}\n\nAbstract\n   {lines}\n\nReferences\n\n   1. https://example.org/\n   2. https://example.org/x\n"
    assert extracted(text).abstract == item.plain


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
def test_the_sites_name_is_no_part_of_the_title(window, title):
    html = made_pages.page(f"<title>{window}</title>", f"<div class='abstract'><p>{article('plain').text}</p></div>")
    assert extracted(html).title == title

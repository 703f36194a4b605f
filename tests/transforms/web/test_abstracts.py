"""Index terms at the end of an abstract's container are left out, text that looks like them is kept."""

import pytest

from tests.support.made_pages import article, meta, page
from transforms.web.page import extract

TEXT = article("plain").plain
HEAD = meta("citation_title", "Humming") + meta("citation_doi", "10.5555/made.1")
NAMES = [
    "Medical Subject Headings (MeSH)", "Physics Subject Headings (PhySH)", "Author keywords", "Subject areas", "Subjects",
    "Emtree terms", "Classification", "Disciplines", "Conditions", "Keywords Plus", "Tags", "Anything Else",
]  # fmt: skip
LISTS = {
    "h3, list": "<div><h3>{0}</h3><ul><li>Oncology</li><li>Lupus Erythematosus, Systemic</li></ul></div>",
    "h3, one term": "<h3>{0}</h3><p>Lymphoma</p>",
    "h3, separated": "<h3>{0}</h3><p>Oncology; Lymphoma; Hiccups; Gout of the camel; Soup; Saline; Tears of shift workers; Metals</p>",
    "bold": "<p><b>{0}</b></p><p>Oncology</p><p>Lymphoma</p>",
    "run in": "<p><b>{0}:</b> Oncology, Lymphoma</p>",
    "two of them": "<h3>{0}</h3><ul><li>Oncology</li></ul><h3>Research areas</h3><ul><li>Lymphoma</li></ul>",
}


def abstract_of(body):
    html = page(HEAD, f"<h1>Humming</h1><section class='abstract'><h2>Abstract</h2>{body}</section>")
    return extract(html.encode(), "https://example.org/x").abstract


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", LISTS)
def test_index_terms_are_left_out(name, form):
    assert abstract_of(f"<p>{TEXT}</p>{LISTS[form].format(name)}") == TEXT


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<h3>Level of evidence</h3><p>IV</p>", "Level of evidence IV"),
        ("<h3>Trial registration</h3><p>NCT00000001</p>", "Trial registration NCT00000001"),
        ("<h3>Subjects</h3><p>Forty camels took part in the trial of soup.</p>", "Subjects Forty camels took part in the trial of soup."),
        ("<p>The keepers had the following findings:</p><ul><li>Gout</li><li>Tears</li></ul>", "The keepers had the following findings: Gout Tears"),
    ],
)  # fmt: skip
def test_text_without_sentences_is_kept(markup, shown):
    assert abstract_of(f"<p>{TEXT}</p>{markup}") == f"{TEXT} {shown}"

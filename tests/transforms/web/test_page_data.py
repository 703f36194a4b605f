"""Extraction on the real pages of the data folder: the seed, landing pages with an expected abstract, walls."""

import json

import pytest

from benchmarks.quality.extraction import foreign_sentences, measure, token_f1
from transforms.web.page import Extraction, Rejection, extract

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def landing(data_dir):
    """Pages with what is expected of them, by name."""
    return {
        path.name.removesuffix("_Out.json"): (
            path.with_name(path.name.replace("_Out.json", ".html")).read_bytes(),
            json.loads(path.read_text("utf-8")),
        )
        for path in (data_dir / "html/landing").glob("*_Out.json")
    }


@pytest.mark.parametrize("form", ["html", "txt"])
def test_the_page_this_project_started_from(data_dir, form):
    found = extract(
        (data_dir / f"seed/read-by-qxmd.{form}").read_bytes(), "https://read.qxmd.com/read/12345678/a-title"
    )
    assert isinstance(found, Extraction)
    assert found.abstract == (data_dir / "seed/expected-abstract.txt").read_text("utf-8").strip()
    assert found.title.startswith("Cytodiagnosis of Coexistence of Leukemic Infiltration")
    assert (found.language, found.pmid) == ("en", 12345678)


def test_every_landing_page_gives_its_abstract_and_no_other_sentence(landing):
    pages = {name: given for name, given in landing.items() if given[1].get("abstract")}
    assert len(pages) >= 8
    for name, (html, expected) in pages.items():
        found = extract(html, expected.get("url", "https://example.org/article"))
        assert isinstance(found, Extraction), name
        assert token_f1(found.abstract, expected["abstract"]) >= 0.98, name
        assert not foreign_sentences(found.abstract, expected["abstract"]), name


def test_what_the_head_says_is_read(landing):
    for name, (html, expected) in landing.items():
        found = extract(html, "https://example.org/article")
        for ours, theirs in (("title", "title"), ("doi", "doi"), ("journal", "journal"), ("volume", "volume")):
            if theirs in expected:
                assert getattr(found, ours).lower() == expected[theirs].lower(), (name, ours)


def test_walls_are_rejected(landing):
    walls = [html for html, expected in landing.values() if expected.get("wall")]
    assert len(walls) >= 2
    for html in walls:
        found = extract(html, "https://example.org/article")
        assert isinstance(found, Rejection)
        assert found.reason == "bot_wall"


def test_an_abstract_that_is_not_on_the_page_is_not_made_up(data_dir):
    found = extract(
        (data_dir / "html/landing/elife_article.html").read_bytes(), "https://elifesciences.org/articles/44753"
    )
    assert isinstance(found, Extraction)
    assert (found.abstract, found.doi) == (None, "10.7554/elife.44753")


@pytest.mark.soak
def test_full_text_is_as_good_as_trafilaturas(data_dir):
    articles = measure(data_dir)["articles"]
    assert articles["token_f1"] >= articles["baseline"]["trafilatura"]["token_f1"]

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
def test_the_seed_page(data_dir, form):
    result = extract(
        (data_dir / f"seed/read-by-qxmd.{form}").read_bytes(), "https://read.qxmd.com/read/12345678/a-title"
    )
    assert isinstance(result, Extraction)
    assert result.abstract == (data_dir / "seed/expected-abstract.txt").read_text("utf-8").strip()
    assert result.title.startswith("Cytodiagnosis of Coexistence of Leukemic Infiltration")
    assert (result.language, result.pmid) == ("en", 12345678)


def test_every_landing_page_gives_its_abstract_and_no_other_sentence(landing):
    pages = {name: given for name, given in landing.items() if given[1].get("abstract")}
    assert len(pages) >= 8
    for name, (html, expected) in pages.items():
        result = extract(html, expected.get("url", "https://example.org/article"))
        assert isinstance(result, Extraction), name
        assert token_f1(result.abstract, expected["abstract"]) >= 0.98, name
        assert not foreign_sentences(result.abstract, expected["abstract"]), name


def test_values_of_the_head_are_read(landing):
    for name, (html, expected) in landing.items():
        result = extract(html, "https://example.org/article")
        for ours, theirs in (("title", "title"), ("doi", "doi"), ("journal", "journal"), ("volume", "volume")):
            if theirs in expected:
                assert getattr(result, ours).lower() == expected[theirs].lower(), (name, ours)


def test_walls_are_rejected(landing):
    walls = [html for html, expected in landing.values() if expected.get("wall")]
    assert len(walls) >= 2
    for html in walls:
        result = extract(html, "https://example.org/article")
        assert isinstance(result, Rejection)
        assert result.reason == "bot_wall"


def test_a_page_without_its_abstract_gives_none(data_dir):
    result = extract(
        (data_dir / "html/landing/elife_article.html").read_bytes(), "https://elifesciences.org/articles/44753"
    )
    assert isinstance(result, Extraction)
    assert (result.abstract, result.doi) == (None, "10.7554/elife.44753")


@pytest.mark.soak
def test_full_text_is_as_good_as_that_of_trafilatura(data_dir):
    articles = measure(data_dir)["articles"]
    assert articles["token_f1"] >= articles["baseline"]["trafilatura"]["token_f1"]

"""Citations are told from prose, and never taken for an abstract."""

import pytest

from tests.support.made_pages import ARTICLES, meta, page
from transforms.web.citation_line import is_citation
from transforms.web.page import Extraction, extract

TITLE = "Hiccups in a camel keeper with gout and a long history of soup and of humming in the ward"
CITATIONS = {
    "Vancouver": f"Doe J, Roe RS, Smith A. {TITLE}. Made J Med. 2019 Apr;12(3):345-50. doi: 10.5555/made.1.",
    "APA": f"Doe, J., Roe, R., & Smith, A. (2019). {TITLE}. Made Journal, 12(3), 345-350. https://doi.org/10.5555/made.1",
    "full names": f"Jane Doe, Richard Roe, Anna Smith, {TITLE}, Made Journal, Volume 12, Issue 3, April 2019, Pages 345–350",
    "et al.": f"Doe J et al. {TITLE}. Made J Med 12, 345 (2019).",
    "labelled": f"Citation: Doe J, Roe R (2019) {TITLE}. MADE ONE 14(3): e0213978.",
    "journal only": "Made Journal of Medicine, Vol. 12, No. 3, April 2019, pp. 345-350. Published by the Made Society of Soup.",
}
HEAD = meta("citation_title", "Hiccups") + meta("citation_doi", "10.5555/made.1")
PLACES = {
    "container": "<div class='abstract'><p>{}</p></div>",
    "heading": "<h2>Abstract</h2><p>{}</p>",
    "description": "<meta name='dc.description' content='{}'>",
    "paragraph": "<div class='x'><p>{}</p></div>",
}


@pytest.mark.parametrize("name", CITATIONS)
def test_a_citation_is_no_abstract(name):
    assert is_citation(CITATIONS[name])
    for place in PLACES.values():
        result = extract(
            page(HEAD, f"<h1>Hiccups</h1>{place.format(CITATIONS[name])}").encode(), "https://example.org/a"
        )
        assert isinstance(result, Extraction)
        assert result.abstract is None


@pytest.mark.parametrize(
    "text",
    [
        *(text for item in ARTICLES.values() for section in item["sections"] for text in section),
        "Vitamin D, calcium and soup were given to 12 camels in 2019, and 3 of them hummed for 345-350 minutes.",
        "We repeated the trial of Doe et al. (Made J Med 2019;12:345). Two camels of three hummed. "
        "None had hiccups after a week, although they had soup each day, and the keeper was as glad as the camels were.",
    ],
)
def test_prose_is_no_citation(text):
    assert not is_citation(text)

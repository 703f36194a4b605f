"""White space and identifiers in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.normalize import collapse_whitespace, normalize_doi, normalize_pmcid, normalize_pmid


def test_collapse_handles_every_kind_of_white_space() -> None:
    assert collapse_whitespace(" a\u00a0\u2009b\n\tc\u3000 ") == "a b c"
    assert collapse_whitespace(" \n ") == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        (" doi: 10.1000/abc. ", "10.1000/abc"),
        ("DOI 10.1000/abc", "10.1000/abc"),
        ("https://doi.org/10.1000/abc", "10.1000/abc"),
        ("http://dx.doi.org/10.1000/a%3Cb%3E", "10.1000/a<b>"),
        ("10.1002/(SICI)1097(1996)77:9<1::AID-X1>3.0.CO;2-Z", "10.1002/(sici)1097(1996)77:9<1::aid-x1>3.0.co;2-z"),
        ("10.1000/a%3Cb%3E", "10.1000/a<b>"),
        ("10.1000/a&lt;b&amp;gt;c%253Ed", "10.1000/a<b>c>d"),
        ("10.1000/abc/full", "10.1000/abc"),
        ("https://publisher.org/doi/abs/10.1000/abc/abstract?utm=1#top", "10.1000/abc"),
        ("https://publisher.org/article?id=10.1000/abc&x=1", "10.1000/abc"),
        ("10.1000/abc [doi]", "10.1000/abc"),
        ("S0000-1111(20)0 [pii] 10.1000/abc [doi]", "10.1000/abc"),
        ("10.1000/abc [doi] S0000-1111(20)0 [pii]", "10.1000/abc"),
        ("ARTN 32\n10.1000/abc", "10.1000/abc"),
        ("(10.1000/abc)", None),
        ("10.1000/s0000-1111(20)6", "10.1000/s0000-1111(20)6"),
        ("10.1000/abc).", "10.1000/abc"),
        ("10.1000/full", "10.1000/full"),
        ("10." + "1" * 5000, None),
        ("10.1000.10/x", "10.1000.10/x"),
        ("10.1000/", None),
        ("10.1000/two words", None),
        ("S0000-1111(20)0", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_doi(written: str | None, expected: str | None) -> None:
    assert normalize_doi(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PMC123", "PMC123"), ("pmc00123", "PMC123"), ("123", "PMC123"), ("PMC123.2", "PMC123"),
        ("PMCID: PMC123", "PMC123"), ("PMC", None), ("PMC0", None), ("EMS123", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_pmcid(written: str | None, expected: str | None) -> None:
    assert normalize_pmcid(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("123", 123), (" 0123 ", 123), ("PMID: 123", 123), ("pubmed:123", 123), ("0", None), ("-1", None),
        ("12.0", None), ("١٢", None), ("12345678901", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_pmid(written: str | None, expected: int | None) -> None:
    assert normalize_pmid(written) == expected


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    for normal_form in (normalize_doi, normalize_pmcid):
        once = normal_form(text)
        assert normal_form(once) == once
    assert collapse_whitespace(collapse_whitespace(text)) == collapse_whitespace(text)


@given(st.from_regex(r"10\.[0-9]{4}/[!-~]{1,20}", fullmatch=True))
def test_a_doi_and_its_address_have_one_normal_form(written: str) -> None:
    if "%" not in written:
        assert normalize_doi(f"https://doi.org/{written}") == normalize_doi(written)

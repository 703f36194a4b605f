"""Answers of searches, and the one order of versions of requested and released records."""

import contextlib
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.payloads.record_versions import release_of, request_name, request_version, version
from transforms.pubmed.esearch import AnswerError, read_search
from transforms.pubmed.parse import parse

UTC = dt.UTC
TIMES = st.datetimes(dt.datetime(2005, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RELEASES = st.tuples(st.integers(2005, 2090), st.integers(1, 9998))


def answer(inside):
    return f'<?xml version="1.0"?>\n<eSearchResult>{inside}</eSearchResult>'.encode()


def test_a_search_result():
    found = read_search(answer("<Count>42249</Count><RetMax>2</RetMax><IdList>\n<Id>7</Id><Id>8</Id></IdList>"))
    assert (found.count, found.pmids, found.not_found) == (42249, (7, 8), ())


def test_what_was_not_understood_is_told():
    found = read_search(
        answer(
            "<Count>0</Count><IdList/><ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound></ErrorList>"
            "<WarningList><OutputMessage>No items found.</OutputMessage>"
            "<OutputMessage>Field not found: [foo]</OutputMessage></WarningList>"
        )
    )
    assert found.not_found == ("abcXYZ", "Field not found: [foo]")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (answer("<Count>0</Count><IdList/><ERROR>Too busy</ERROR>"), "Too busy"),
        (answer("<ERROR>One</ERROR><ERROR>Two</ERROR>"), "One; Two"),
        (b'{"error":"API rate limit exceeded","api-key":"x","count":"4","limit":"3"}', "API rate limit exceeded"),
        (b"{", "damaged JSON"),
        (b'{"a":1}', "JSON instead"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n<html><body>Error</body></html>", "an HTML page"),
        (answer("<Count>1</Count><IdList><Id>7</Id></IdList>")[:-9], "not well-formed"),
        (answer("<Count>many</Count><IdList/>"), "instead of a search result"),
        (answer("<Count>1</Count>"), "instead of a search result"),
        (answer("<Count>1</Count><IdList><Id>x</Id></IdList>"), "no numbers"),
        (b"<eFetchResult><Count>1</Count><IdList/></eFetchResult>", "<eFetchResult>"),
        (b"", "not well-formed"),
    ],
)
def test_what_is_no_search_result(body, told):
    with pytest.raises(AnswerError, match=told):
        read_search(body)


def test_entities_are_not_expanded():
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "7"><!ENTITY b "&a;&a;">]><eSearchResult><Count>&b;</Count><IdList/></eSearchResult>'
    )
    with pytest.raises(AnswerError):
        read_search(bomb)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_result_or_an_error(body):
    with contextlib.suppress(AnswerError):
        assert read_search(body).count >= 0


@given(RELEASES, TIMES)
def test_a_request_stands_between_the_file_before_and_the_next(release, at):
    year, number = release
    at = at.replace(year=min(max(at.year, year - 1), year + 1)) if at.day < 29 else at.replace(year=year, day=1)
    requested = request_version(request_name("created-2026-01-05", at, "xml.gz", release))
    last_of_the_file = version(year, number, 0, 99_999_999)
    assert last_of_the_file < requested < version(year, number + 1, 0, 0)


@given(RELEASES, TIMES, TIMES)
def test_requests_after_one_file_stand_in_the_order_of_their_time(release, one, other):
    year = release[0]
    within = [at.replace(year=year, microsecond=at.microsecond // 1000 * 1000) for at in (one, other) if at.day < 29]
    placed = [request_version(request_name("w", at, "xml.gz", release)) for at in within]
    assert sorted(range(len(within)), key=placed.__getitem__) == sorted(range(len(within)), key=within.__getitem__)


@given(TIMES, TIMES)
def test_requests_without_files_stand_in_the_order_of_their_time(one, other):
    first, second = (at.replace(microsecond=at.microsecond // 1000 * 1000) for at in (one, other))
    places = [request_version(request_name("w", at, "json.gz")) for at in (first, second)]
    assert (first < second) == (places[0] < places[1])


@given(RELEASES, TIMES, TIMES)
def test_requests_long_after_the_last_file_keep_their_order_too(release, one, other):
    first, second = (at.replace(microsecond=at.microsecond // 1000 * 1000) for at in (one, other))
    places = [request_version(request_name("w", at, "xml.gz", release)) for at in (first, second)]
    released = dt.datetime(release[0] - 1, 12, 1, tzinfo=UTC)
    if min(first, second) > released:
        assert (first < second) == (places[0] < places[1])
        assert min(places) > version(*release, 0, 99_999_999)


def test_without_files_a_request_stands_before_that_year_s_files_and_beside_its_day():
    at = dt.datetime(2026, 2, 1, 10, tzinfo=UTC)
    place = request_version(request_name("w", at, "xml.gz"))
    assert version(2026, 0, 31, 99_999_999) < place < version(2026, 0, 33, 0) < version(2026, 1, 0, 0)
    assert place == 2026_0000_032_36_000_000


@pytest.mark.parametrize(
    "name", ["pubmed26n0001.xml.gz", "x.xml", "w.at-20260101T000000Z.xml", "w.at-20260101T000000000Z.exe", ""]
)
def test_other_names_are_no_requests(name):
    assert request_version(name) is None


def test_names_of_releases():
    assert release_of("pubmed26n1520.xml.gz") == release_of("a/medline26n1520.xml") == (2026, 1520)
    assert release_of("w.at-20260101T000000000Z.after-pubmed26n1520.xml.gz") is None
    name = request_name(
        "created-2026-01-05.qff", dt.datetime(2026, 1, 6, 10, 11, 12, 345678, UTC), "xml.gz", (2026, 1520)
    )
    assert name == "created-2026-01-05.qff.at-20260106T101112345Z.after-pubmed26n1520.xml.gz"


def test_every_record_of_a_request_has_its_version():

    name = request_name("w", dt.datetime(2026, 1, 6, tzinfo=UTC), "xml.gz", (2026, 3))
    article = b"<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article></Article></MedlineCitation></PubmedArticle>"
    page = b"<PubmedArticleSet>%b</PubmedArticleSet>"
    both = page % (article % 1 + article % 2) + b"\n" + b'<?xml version="1.0" ?>\n' + page % (article % 3)
    [parsed] = parse(io.BytesIO(both), name)
    assert parsed.documents["pmid"].to_pylist() == [1, 2, 3]
    assert parsed.documents["version"].to_pylist() == [request_version(name)] * 3
    assert not len(parsed.rejected)

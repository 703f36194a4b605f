"""Versions: requested and released records share one order, given by the names of their payloads."""

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.payloads.record_versions import (
    LAST_POSITION,
    encode_version,
    file_release,
    request_name,
    request_version,
)
from transforms.pubmed.parse import parse

UTC = dt.UTC
TIMES = st.datetimes(dt.datetime(2005, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RELEASES = st.tuples(st.integers(2005, 2090), st.integers(1, 9998))


@given(RELEASES, TIMES)
def test_a_request_comes_after_the_last_loaded_file_and_before_the_next(release, at):
    year, number = release
    at = at.replace(year=min(max(at.year, year - 1), year + 1)) if at.day < 29 else at.replace(year=year, day=1)
    requested = request_version(request_name("created-2026-01-05", at, "xml.gz", release))
    last_in_file = encode_version(year, number, 0, LAST_POSITION)
    assert last_in_file < requested < encode_version(year, number + 1, 0, 0)


@given(RELEASES, TIMES, TIMES)
def test_requests_after_the_same_file_are_ordered_by_time(release, first, second):
    year = release[0]
    times = [at.replace(year=year, microsecond=at.microsecond // 1000 * 1000) for at in (first, second) if at.day < 29]
    versions = [request_version(request_name("w", at, "xml.gz", release)) for at in times]
    assert sorted(range(len(times)), key=versions.__getitem__) == sorted(range(len(times)), key=times.__getitem__)


@given(TIMES, TIMES)
def test_requests_without_files_are_ordered_by_time(one, other):
    first, second = (at.replace(microsecond=at.microsecond // 1000 * 1000) for at in (one, other))
    versions = [request_version(request_name("w", at, "json.gz")) for at in (first, second)]
    assert (first < second) == (versions[0] < versions[1])


@given(RELEASES, TIMES, TIMES)
def test_requests_long_after_the_last_file_are_ordered_by_time(release, one, other):
    first, second = (at.replace(microsecond=at.microsecond // 1000 * 1000) for at in (one, other))
    versions = [request_version(request_name("w", at, "xml.gz", release)) for at in (first, second)]
    released = dt.datetime(release[0] - 1, 12, 1, tzinfo=UTC)
    if min(first, second) > released:
        assert (first < second) == (versions[0] < versions[1])
        assert min(versions) > encode_version(*release, 0, LAST_POSITION)


def test_without_files_a_request_is_versioned_by_its_day_before_all_files_of_that_year():
    at = dt.datetime(2026, 2, 1, 10, tzinfo=UTC)
    requested = request_version(request_name("w", at, "xml.gz"))
    assert encode_version(2026, 0, 31, LAST_POSITION) < requested < encode_version(2026, 0, 33, 0)
    assert requested < encode_version(2026, 1, 0, 0)
    assert requested == 2026_0000_032_36_000_000


@pytest.mark.parametrize(
    "name", ["pubmed26n0001.xml.gz", "x.xml", "w.at-20260101T000000Z.xml", "w.at-20260101T000000000Z.exe", ""]
)
def test_other_names_have_no_request_version(name):
    assert request_version(name) is None


def test_file_release_and_request_name():
    assert file_release("pubmed26n1520.xml.gz") == file_release("a/medline26n1520.xml") == (2026, 1520)
    assert file_release("w.at-20260101T000000000Z.after-pubmed26n1520.xml.gz") is None
    name = request_name(
        "created-2026-01-05.qff", dt.datetime(2026, 1, 6, 10, 11, 12, 345678, UTC), "xml.gz", (2026, 1520)
    )
    assert name == "created-2026-01-05.qff.at-20260106T101112345Z.after-pubmed26n1520.xml.gz"


def test_every_record_of_a_request_has_its_version():
    name = request_name("w", dt.datetime(2026, 1, 6, tzinfo=UTC), "xml.gz", (2026, 3))
    article = b"<PubmedArticle><MedlineCitation><PMID>%d</PMID><Article></Article></MedlineCitation></PubmedArticle>"
    page = b"<PubmedArticleSet>%b</PubmedArticleSet>"
    answer = page % (article % 1 + article % 2) + b"\n" + b'<?xml version="1.0" ?>\n' + page % (article % 3)
    [batch] = parse(io.BytesIO(answer), name)
    assert batch.documents["pmid"].to_pylist() == [1, 2, 3]
    assert batch.documents["version"].to_pylist() == [request_version(name)] * 3
    assert not len(batch.rejected)

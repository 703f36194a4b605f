"""Reading esearch answers: results, terms that were not found, errors inside HTTP 200."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pubmed.esearch import AnswerError, read_search


def search_answer(inside):
    """Return an esearch answer with this content."""
    return f'<?xml version="1.0"?>\n<eSearchResult>{inside}</eSearchResult>'.encode()


def test_a_search_result():
    result = read_search(search_answer("<Count>42249</Count><RetMax>2</RetMax><IdList>\n<Id>7</Id><Id>8</Id></IdList>"))
    assert (result.count, result.pmids, result.not_found) == (42249, (7, 8), ())


def test_search_terms_that_were_not_found_are_listed():
    result = read_search(
        search_answer(
            "<Count>0</Count><IdList/><ErrorList><PhraseNotFound>abcXYZ</PhraseNotFound></ErrorList>"
            "<WarningList><OutputMessage>No items result.</OutputMessage>"
            "<OutputMessage>Field not found: [foo]</OutputMessage></WarningList>"
        )
    )
    assert result.not_found == ("abcXYZ", "Field not found: [foo]")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (search_answer("<Count>0</Count><IdList/><ERROR>Too busy</ERROR>"), "Too busy"),
        (search_answer("<ERROR>One</ERROR><ERROR>Two</ERROR>"), "One; Two"),
        (b'{"error":"API rate limit exceeded","api-key":"x","count":"4","limit":"3"}', "API rate limit exceeded"),
        (b"{", "damaged JSON"),
        (b'{"a":1}', "JSON instead"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n<html><body>Error</body></html>", "an HTML page"),
        (search_answer("<Count>1</Count><IdList><Id>7</Id></IdList>")[:-9], "not well-formed"),
        (search_answer("<Count>many</Count><IdList/>"), "instead of a search result"),
        (search_answer("<Count>1</Count>"), "instead of a search result"),
        (search_answer("<Count>1</Count><IdList><Id>x</Id></IdList>"), "not a number"),
        (b"<eFetchResult><Count>1</Count><IdList/></eFetchResult>", "<eFetchResult>"),
        (b"", "not well-formed"),
    ],
)
def test_an_answer_that_is_no_search_result_raises(body, message):
    with pytest.raises(AnswerError, match=message):
        read_search(body)


def test_entities_are_not_expanded():
    nested_entities = (
        b'<!DOCTYPE x [<!ENTITY a "7"><!ENTITY b "&a;&a;">]><eSearchResult><Count>&b;</Count><IdList/></eSearchResult>'
    )
    with pytest.raises(AnswerError):
        read_search(nested_entities)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_result_or_an_error(body):
    with contextlib.suppress(AnswerError):
        assert read_search(body).count >= 0

"""One hostile record of Europe PMC is rejected with its reason, in bounded time, and the others are loaded."""

import json
import time

import pytest

from tests.support.europepmc_samples import RECORD, parse_rows, search_answer
from transforms.europepmc import parse as europepmc_parse

GOOD = {**RECORD, "id": "9"}


def nested(depth):
    return b"[" * depth + b"1" + b"]" * depth


@pytest.mark.parametrize("depth", [33, 500, 3_000, 200_000])
def test_a_record_nested_too_deeply_is_rejected_alone(depth):
    content = search_answer(RECORD, {**RECORD, "id": "7", "x": "DEEP"}, GOOD).replace(b'"DEEP"', nested(depth))
    documents, rejected = parse_rows(content)
    assert [row["document_id"] for row in documents] == ["europepmc:MED/123", "europepmc:MED/9"]
    assert [(row["reason"], row["raw_position"]) for row in rejected] == [("too_deep", 1)]


def test_brackets_in_strings_do_not_count_as_nested():
    content = search_answer({**RECORD, "title": '[{\\"' * 3_000}, GOOD) + b"[" * 5_000 + b"]" * 5_000
    documents, rejected = parse_rows(content)
    assert (len(documents), [row["reason"] for row in rejected]) == (2, ["not_a_record"])


def test_a_number_of_thousands_of_digits_is_text():
    content = search_answer({**RECORD, "citedByCount": 77}, GOOD).replace(b"77}", b"7" * 5_000 + b"}")
    assert [len(rows) for rows in parse_rows(content)] == [2, 0]


def test_a_date_beyond_any_article_is_none():
    later = {**RECORD, "dateOfRevision": "9999-12-31", "firstIndexDate": "2019-03-07"}
    documents, rejected = parse_rows(search_answer(later, GOOD))
    assert (documents[0]["revised_on"], documents[0]["version"], rejected) == (None, 2019_0000_066_00000001, [])


def test_an_error_of_the_reader_rejects_its_record_only(monkeypatch):
    read = europepmc_parse.read_record

    def fail(record):
        if record["id"] == "7":
            raise ZeroDivisionError("by chance")
        return {**read(record), "year": 2**40 if record["id"] == "8" else 2019}

    monkeypatch.setattr(europepmc_parse, "read_record", fail)
    records = [{**RECORD, "id": identifier} for identifier in "678"]
    documents, rejected = parse_rows(search_answer(*records))
    assert [row["document_id"] for row in documents] == ["europepmc:MED/6"]
    assert [row["raw_position"] for row in rejected] == [1, 2]
    assert rejected[0]["detail"] == "the reader failed: ZeroDivisionError: by chance"
    assert {row["reason"] for row in rejected} == {"unreadable_record"}


@pytest.mark.parametrize(
    "field",
    [
        {"abstractText": "<h4>" * 16_000},
        {"abstractText": "<h4 " * 50_000},
        {"abstractText": "<h4>x</h4" + " " * 200_000},
        {"doi": "doi" + " " * 200_000 + "x"},
        {"pmcid": "pmcid" + " " * 200_000 + "x"},
        {"pmid": "pmid" + " " * 200_000 + "x"},
        {"authorList": None, "authorString": "A " * 100_000},
        {"title": "&" * 200_000},
        {"journalInfo": {"dateOfPublication": "1 " * 100_000 + " " * 100_000}},
    ],
)
def test_hostile_text_is_read_in_linear_time(field):
    begun = time.process_time()
    assert sum(map(len, parse_rows(search_answer({**RECORD, **field})))) == 1
    assert time.process_time() - begun < 2


def test_a_text_beyond_any_article_is_rejected(monkeypatch):
    monkeypatch.setattr(europepmc_parse, "LARGEST_TEXT", 1_000)
    documents, rejected = parse_rows(search_answer({**RECORD, "abstractText": "a " * 600}, GOOD))
    assert (len(documents), [row["reason"] for row in rejected]) == (1, ["too_large"])


def test_control_characters_and_terminal_escapes_are_removed():
    title = "\x1b[31mRed\x1b[0m \x1b]0;title\x07horse\x9b1m\x08 \x7f&#27;[2J&#x9b;."
    documents, _ = parse_rows(search_answer({**RECORD, "title": title}))
    assert documents[0]["title"].isprintable()
    assert documents[0]["title"].startswith("Red horse ")


def test_values_in_capitals():
    record = json.loads(json.dumps({**RECORD, "language": "ENG", "pubTypeList": {"pubType": ["CASE REPORTS"]}}))
    documents, _ = parse_rows(search_answer(record))
    assert (documents[0]["languages"], documents[0]["publication_types"]) == (["eng"], ["Case Reports"])

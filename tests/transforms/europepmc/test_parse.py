"""Reading Europe PMC JSON: plain and list-wrapped values, markup, absent fields, damaged payloads."""

import datetime as dt
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.europepmc_samples import RECORD, parse_rows, search_answer
from transforms.europepmc.parse import parse
from transforms.europepmc.record import read_record, strip_markup
from transforms.europepmc.search_page import SearchPageError, read_search_page


def wrap_in_lists(value):
    """Return a record as older dumps write it: every value wrapped in a list."""
    if isinstance(value, dict):
        return {
            name: [wrap_in_lists(inner)] if not isinstance(inner, list) else wrap_in_lists(inner)
            for name, inner in value.items()
        }
    return [wrap_in_lists(inner) for inner in value] if isinstance(value, list) else str(value)


def count_and_reasons(content):
    """Return how many records were loaded, and the reason of each rejection."""
    documents, rejected = parse_rows(content)
    return len(documents), [row["reason"] for row in rejected]


def test_all_columns_of_a_record():
    [row], rejected = parse_rows(search_answer(RECORD))
    assert rejected == []
    assert (row["document_id"], row["source"], row["pmid"], row["pmcid"]) == (
        "europepmc:MED/123",
        "europepmc",
        123,
        "PMC77",
    )
    assert row["doi"] == "10.5555/abc.1"
    assert row["title"] == "On x & H2O when p < 0.05 < 1."
    assert row["abstract"] == "One two. Three four < .05"
    text = f"{row['title']} {row['abstract']}"
    assert [(part["label"], text[part["start"] : part["end"]]) for part in row["sections"]] == [
        ("Background", "One two."), ("Results", "Three four < .05"),
    ]  # fmt: skip
    assert row["authors"] == ["Moe, Jane D", "The Group", "Onlyname"]
    assert (row["journal"], row["journal_abbreviation"], row["issn"]) == ("Journal of Things", "J Things", "1111-2222")
    assert (row["volume"], row["issue"], row["pages"], row["year"]) == ("60", "2", "61-63", 2019)
    assert (row["published_on"], row["published_precision"]) == (dt.date(2019, 3, 1), "month")
    assert (row["entered_on"], row["revised_on"]) == (dt.date(2019, 3, 7), dt.date(2019, 6, 19))
    assert row["retracted_on"] == dt.date(2019, 6, 6)
    assert row["publication_types"] == ["Case Reports", "Journal Article"]
    assert (row["languages"], row["keywords"], row["headings"]) == (["eng"], ["alpha", "beta"], [])
    assert [(relation["kind"], relation["document_id"]) for relation in row["relations"]] == [
        ("retraction_in", "pubmed:31318360"), ("preprint_in", "europepmc:PPR/PPR9"), ("comment_on", None),
    ]  # fmt: skip
    assert row["version"] == 2019_0000_170_00000001


def test_list_wrapped_and_differently_spelt_fields_give_the_same_row():
    assert read_record(wrap_in_lists(RECORD)) == read_record(RECORD)
    names = {"isoabbreviation": "ISOAbbreviation", "issn": "ISSN", "essn": "ESSN", "title": "title"}
    info = RECORD["journalInfo"]
    older = {names[name]: value for name, value in info["journal"].items()}
    assert read_record({**RECORD, "journalInfo": {**info, "journal": older}}) == read_record(RECORD)


@given(st.sets(st.sampled_from(sorted(RECORD))))
def test_any_field_may_be_absent(absent):
    row = read_record({name: value for name, value in RECORD.items() if name not in absent})
    assert (row["document_id"] is None) == bool(absent & {"id", "source"})
    assert set(row) >= {"title", "abstract", "year", "digest"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RECORD, "journal", "author"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(RECORD)), JSON))
def test_a_value_of_any_type_in_any_field_gives_one_row(record):
    documents, rejected = parse_rows(json.dumps({"resultList": {"result": [record]}}).encode())
    assert len(documents) + len(rejected) == 1


@given(st.text())
def test_text_without_known_tags_keeps_its_words(text):
    if "<" not in text and "&" not in text:
        assert strip_markup(text) == " ".join(text.split())


def test_the_digest_depends_on_the_content_only():
    same = {**RECORD, "dateOfRevision": "2024-01-01", "citedByCount": 9}
    assert read_record(same)["digest"] == read_record(RECORD)["digest"]
    assert read_record({**RECORD, "title": "Other."})["digest"] != read_record(RECORD)["digest"]


def test_a_preprint_in_a_result_of_type_lite():
    lite = {
        "id": "PPR5", "source": "PPR", "title": "T", "authorString": "Moe JD, de Vries K, The Group.",
        "pubType": "preprint",
        "pubYear": "2025", "journalTitle": "J", "journalVolume": "3", "journalIssn": "1111-2222; 3333-4444; ",
        "firstIndexDate": "2025-06-18", "firstPublicationDate": "2025-06-16",
    }  # fmt: skip
    row = read_record(lite)
    assert (row["document_id"], row["pmid"]) == ("europepmc:PPR/PPR5", None)
    assert row["authors"] == ["Moe, JD", "de Vries, K", "The Group"]
    assert row["publication_types"] == ["Preprint"]
    assert (row["published_on"], row["published_precision"], row["issn"]) == (dt.date(2025, 6, 16), "day", "1111-2222")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (search_answer(), (0, [])),
        (search_answer(RECORD) + b"\n" + search_answer({**RECORD, "id": "9"}), (2, [])),
        (json.dumps([RECORD]).encode(), (1, [])),
        (json.dumps([json.loads(search_answer(RECORD)), json.loads(search_answer())]).encode(), (1, [])),
        (json.dumps({"papers": {"PMC77": RECORD}}).encode(), (1, [])),
        (json.dumps(RECORD).encode(), (1, [])),
        (b"\xef\xbb\xbf" + search_answer(RECORD), (1, [])),
        (gzip.compress(search_answer(RECORD), mtime=0) * 2, (2, [])),
        (search_answer({"id": "1", "source": "MED", "pmid": "1"}), (0, ["no_text"])),
        (search_answer({"title": "T"}), (0, ["no_id"])),
        (search_answer("x", RECORD), (1, ["not_a_record"])),
        (search_answer(RECORD)[:-9], (0, ["truncated_file"])),
        (search_answer(RECORD) + search_answer(RECORD)[:-9], (1, ["truncated_file"])),
        (gzip.compress(search_answer(RECORD) * 2, mtime=0)[:-20], (1, ["truncated_file"])),
        (search_answer(RECORD) + b"<html>", (1, ["not_europepmc_json"])),
        (search_answer(RECORD) + b'{"a": ]}', (1, ["malformed_json"])),
        (b"[" * 100_000, (0, ["malformed_json"])),
        (b'{"a": "\xff"}', (0, ["malformed_json"])),
        (b'{"a": ' + b"9" * 10_000 + b"}", (0, ["not_europepmc_json"])),
        (b'{"errCode": 404, "errMsg": "not there"}', (0, ["source_error"])),
        (b'{"a": 1}', (0, ["not_europepmc_json"])),
        (b"<responseWrapper/>", (0, ["not_europepmc_json"])),
        (b"", (0, ["not_europepmc_json"])),
    ],
)
def test_loaded_records_and_rejection_reasons(content, expected):
    assert count_and_reasons(content) == expected


def test_unpaired_surrogates_and_nul_are_replaced():
    [row], _ = parse_rows(b'{"resultList": {"result": [{"id": "1", "source": "MED", "title": "a\\ud800b\\u0000c"}]}}')
    assert row["title"] == "a\N{REPLACEMENT CHARACTER}bc"


def test_batches_keep_the_order_of_records():
    content = search_answer(*({**RECORD, "id": str(number)} for number in range(8)))
    batches = list(parse(io.BytesIO(content), "x.json", batch_records=3))
    assert [len(batch.documents) for batch in batches] == [3, 3, 2]
    assert [position for batch in batches for position in batch.documents["raw_position"].to_pylist()] == list(range(8))


def test_a_page_of_search_results():
    page = read_search_page(search_answer(RECORD, nextCursorMark="AoII"))
    assert (page.hit_count, page.next_cursor, page.ids) == (1, "AoII", ("europepmc:MED/123",))
    assert read_search_page(b'{"hitCount": 0, "resultList": {"result": []}}').next_cursor is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b'{"errCode": 404, "errMsg": "not there"}', b"[]", search_answer(RECORD)[:-5],
        search_answer({"title": "T"}),
        b'{"hitCount": "x", "resultList": {"result": []}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_an_answer_that_is_no_search_result_raises(body):
    with pytest.raises(SearchPageError):
        read_search_page(body)

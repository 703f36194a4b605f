"""Europe PMC JSON -> documents: both shapes of values, markup, absent fields, damage."""

import datetime as dt
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.europepmc.parse import parse
from transforms.europepmc.record import read, strip_markup
from transforms.europepmc.search_page import PageError, read_page
from transforms.payloads.parsed import DOCUMENTS
from transforms.schema.table import Table

RECORD = {
    "id": "123", "source": "MED", "pmid": "123", "pmcid": "PMC77", "doi": "10.5555/ABC.1",
    "title": "On <i>x</i> &amp; H<sub>2</sub>O when p &lt; 0.05 < 1.",
    "authorList": {"author": [
        {"fullName": "Moe JD", "firstName": "Jane D", "lastName": "Moe", "initials": "JD"},
        {"collectiveName": "The Group"}, {"fullName": "Onlyname"},
    ]},
    "journalInfo": {
        "issue": "2", "volume": "60", "dateOfPublication": "2019 Mar", "yearOfPublication": 2019,
        "journal": {
            "title": "Journal of Things", "isoabbreviation": "J Things", "issn": "1111-2222", "essn": "3333-4444",
        },
    },
    "pubYear": "2019", "pageInfo": "61-63", "language": "eng",
    "abstractText": "<h4>Background</h4>One  <b>two</b>.<h4>Results: </h4><p>Three</p><p>four < .05</p>",
    "pubTypeList": {"pubType": ["case-report", "Case Reports", "Journal Article"]},
    "keywordList": {"keyword": ["alpha", "beta"]},
    "firstIndexDate": "2019-03-07", "dateOfRevision": "2019-06-19", "firstPublicationDate": "2019-02-20",
    "commentCorrectionList": {"commentCorrection": [
        {"id": "31318360", "source": "MED", "reference": "J Things. 2019 Jun 06;6(4):781", "type": "Retraction in"},
        {"id": "PPR9", "source": "PPR", "type": "Preprint in"}, {"type": "Comment on", "reference": "Lost."},
    ]},
}  # fmt: skip


def wrapped(value):
    """As older dumps write it: every value in a list of its own."""
    if isinstance(value, dict):
        return {
            name: [wrapped(inner)] if not isinstance(inner, list) else wrapped(inner) for name, inner in value.items()
        }
    return [wrapped(inner) for inner in value] if isinstance(value, list) else str(value)


def page(*records, **more):
    return json.dumps({"hitCount": len(records), **more, "resultList": {"result": list(records)}}).encode()


def parsed(content, name="x.json"):
    batches = list(parse(io.BytesIO(content), name, batch_records=3))
    for batch in batches:
        assert isinstance(DOCUMENTS, Table)
        DOCUMENTS.conform(batch.documents)
    documents = [row for batch in batches for row in batch.documents.to_pylist()]
    return documents, [row for batch in batches for row in batch.rejected.to_pylist()]


def reasons(content):
    documents, rejected = parsed(content)
    return len(documents), [row["reason"] for row in rejected]


def test_a_record():
    [row], rejected = parsed(page(RECORD))
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
    assert [(one["kind"], one["document_id"]) for one in row["relations"]] == [
        ("retraction_in", "pubmed:31318360"), ("preprint_in", "europepmc:PPR/PPR9"), ("comment_on", None),
    ]  # fmt: skip
    assert row["version"] == 2019_0000_170_00000001


def test_both_shapes_say_the_same():
    assert read(wrapped(RECORD)) == read(RECORD)
    names = {"isoabbreviation": "ISOAbbreviation", "issn": "ISSN", "essn": "ESSN", "title": "title"}
    info = RECORD["journalInfo"]
    older = {names[name]: value for name, value in info["journal"].items()}
    assert read({**RECORD, "journalInfo": {**info, "journal": older}}) == read(RECORD)


@given(st.sets(st.sampled_from(sorted(RECORD))))
def test_any_field_may_be_absent(absent):
    row = read({name: value for name, value in RECORD.items() if name not in absent})
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
def test_any_value_may_stand_in_any_field(record):
    documents, rejected = parsed(json.dumps({"resultList": {"result": [record]}}).encode())
    assert len(documents) + len(rejected) == 1


@given(st.text())
def test_text_without_known_tags_keeps_its_words(text):
    if "<" not in text and "&" not in text:
        assert strip_markup(text) == " ".join(text.split())


def test_the_digest_is_of_the_content_alone():
    same = {**RECORD, "dateOfRevision": "2024-01-01", "citedByCount": 9}
    assert read(same)["digest"] == read(RECORD)["digest"]
    assert read({**RECORD, "title": "Other."})["digest"] != read(RECORD)["digest"]


def test_a_lite_result_and_a_preprint():
    lite = {
        "id": "PPR5", "source": "PPR", "title": "T", "authorString": "Moe JD, de Vries K, The Group.",
        "pubType": "preprint",
        "pubYear": "2025", "journalTitle": "J", "journalVolume": "3", "journalIssn": "1111-2222; 3333-4444; ",
        "firstIndexDate": "2025-06-18", "firstPublicationDate": "2025-06-16",
    }  # fmt: skip
    row = read(lite)
    assert (row["document_id"], row["pmid"]) == ("europepmc:PPR/PPR5", None)
    assert row["authors"] == ["Moe, JD", "de Vries, K", "The Group"]
    assert row["publication_types"] == ["Preprint"]
    assert (row["published_on"], row["published_precision"], row["issn"]) == (dt.date(2025, 6, 16), "day", "1111-2222")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (page(), (0, [])),
        (page(RECORD) + b"\n" + page({**RECORD, "id": "9"}), (2, [])),
        (json.dumps([RECORD]).encode(), (1, [])),
        (json.dumps([json.loads(page(RECORD)), json.loads(page())]).encode(), (1, [])),
        (json.dumps({"papers": {"PMC77": RECORD}}).encode(), (1, [])),
        (json.dumps(RECORD).encode(), (1, [])),
        (b"\xef\xbb\xbf" + page(RECORD), (1, [])),
        (gzip.compress(page(RECORD), mtime=0) * 2, (2, [])),
        (page({"id": "1", "source": "MED", "pmid": "1"}), (0, ["no_text"])),
        (page({"title": "T"}), (0, ["no_id"])),
        (page("x", RECORD), (1, ["not_a_record"])),
        (page(RECORD)[:-9], (0, ["truncated_file"])),
        (page(RECORD) + page(RECORD)[:-9], (1, ["truncated_file"])),
        (gzip.compress(page(RECORD) * 2, mtime=0)[:-20], (1, ["truncated_file"])),
        (page(RECORD) + b"<html>", (1, ["not_europepmc_json"])),
        (page(RECORD) + b'{"a": ]}', (1, ["malformed_json"])),
        (b"[" * 100_000, (0, ["malformed_json"])),
        (b'{"a": "\xff"}', (0, ["malformed_json"])),
        (b'{"a": ' + b"9" * 10_000 + b"}", (0, ["malformed_json"])),
        (b'{"errCode": 404, "errMsg": "not there"}', (0, ["source_error"])),
        (b'{"a": 1}', (0, ["not_europepmc_json"])),
        (b"<responseWrapper/>", (0, ["not_europepmc_json"])),
        (b"", (0, ["not_europepmc_json"])),
    ],
)
def test_payloads(content, told):
    assert reasons(content) == told


def test_halves_of_surrogate_pairs_do_not_break_a_payload():
    [row], _ = parsed(b'{"resultList": {"result": [{"id": "1", "source": "MED", "title": "a\\ud800b\\u0000c"}]}}')
    assert row["title"] == "a\N{REPLACEMENT CHARACTER}bc"


def test_batches_and_positions():
    content = page(*({**RECORD, "id": str(at)} for at in range(8)))
    batches = list(parse(io.BytesIO(content), "x.json", batch_records=3))
    assert [len(batch.documents) for batch in batches] == [3, 3, 2]
    assert [at for batch in batches for at in batch.documents["raw_position"].to_pylist()] == list(range(8))


def test_pages_of_the_service():
    found = read_page(page(RECORD, nextCursorMark="AoII"))
    assert (found.hit_count, found.next_cursor, found.ids) == (1, "AoII", ("europepmc:MED/123",))
    assert read_page(b'{"hitCount": 0, "resultList": {"result": []}}').next_cursor is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b'{"errCode": 404, "errMsg": "not there"}', b"[]", page(RECORD)[:-5], page({"title": "T"}),
        b'{"hitCount": "x", "resultList": {"result": []}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_page(body):
    with pytest.raises(PageError):
        read_page(body)

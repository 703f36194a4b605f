"""The index of tags finds what stands in each of many records, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pubmed.markup import clean, clean_each
from transforms.pubmed.tag_index import NONE, Scope, Tags

RECORDS = [
    b'<A><Name x="1">one</Name><Names>no</Names><List><Name>two</Name><Name/></List></A>',
    b"<A><List/><Name\n>three</Name ></A>",
    b"<A></A>",
]


def test_the_first_of_a_name_in_each_record() -> None:
    tags = Tags(RECORDS)
    found = tags.first("Name", tags.records)
    assert tags.contents(found, "Name") == [b"one", b"three", b""]
    assert (found == NONE).tolist() == [False, False, True]
    assert tags.first("Nam", tags.records).tolist() == [NONE] * 3


def test_all_of_a_name_in_a_part_of_each_record() -> None:
    tags = Tags(RECORDS)
    lists = tags.first("List", tags.records)
    assert tags.lists("Name", tags.inside(lists, "List")) == [["two"], [], []]
    count, names = tags.each("Name", tags.records)
    assert count.tolist() == [3, 1, 0]
    assert tags.attribute(names, "x") == ["1", None, None, None]
    assert tags.texts(tags.first_with("Name", "x", "1", tags.records), "Name") == ["one", None, None]
    assert tags.first("Name", Scope(lists, lists)).tolist() == [NONE] * 3


def test_what_follows_directly() -> None:
    tags = Tags([b"<A><B>1</B><C>2</C><B>3</B><D/></A>"])
    _, names = tags.each("B", tags.records)
    assert tags.contents(tags.following(names, "B", "C"), "C") == [b"2", b""]


@pytest.mark.parametrize(
    "record", [b'<A b=">"><C>x > y</C></A>', b"<A b='>\">'><C d=\"'\">x > y</C></A>", b"<A><B/> > <C>x > y</C></A>"]
)
def test_marks_that_belong_to_no_tag(record: bytes) -> None:
    tags = Tags([RECORDS[0], record])
    assert tags.texts(tags.first("C", tags.records), "C") == [None, "x > y"]


def test_no_records() -> None:
    tags = Tags([])
    assert tags.lists("A", tags.records) == []


PIECES = st.sampled_from(
    ["a", "\u00e9", " ", "  ", "\n", "\u2009", "\u00a0", "\u3000", "&lt;", "&#32;", "<i>", "</i>", "\U0001f40e"]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join)))
def test_many_texts_are_cleaned_as_each_alone(texts: list[str]) -> None:
    contents = [text.encode() for text in texts]
    assert clean_each(contents) == [clean(content) for content in contents]

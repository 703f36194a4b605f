"""The tag index finds the elements of each of many records, and only inside that record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pubmed.markup import clean, clean_each
from transforms.pubmed.tag_index import NO_TAG, TagIndex, TagRanges

RECORDS = [
    b'<A><Name x="1">one</Name><Names>no</Names><List><Name>two</Name><Name/></List></A>',
    b"<A><List/><Name\n>three</Name ></A>",
    b"<A></A>",
]


def test_first_element_of_a_name_in_each_record() -> None:
    tags = TagIndex(RECORDS)
    found = tags.first("Name", tags.records)
    assert tags.contents(found, "Name") == [b"one", b"three", b""]
    assert (found == NO_TAG).tolist() == [False, False, True]
    assert tags.first("Nam", tags.records).tolist() == [NO_TAG] * 3


def test_all_elements_of_a_name_inside_another_element() -> None:
    tags = TagIndex(RECORDS)
    lists = tags.first("List", tags.records)
    assert tags.text_lists("Name", tags.inside(lists, "List")) == [["two"], [], []]
    counts, names = tags.find_all("Name", tags.records)
    assert counts.tolist() == [3, 1, 0]
    assert tags.attributes(names, "x") == ["1", None, None, None]
    assert tags.texts(tags.first_with_attribute("Name", "x", "1", tags.records), "Name") == ["one", None, None]
    assert tags.first("Name", TagRanges(lists, lists)).tolist() == [NO_TAG] * 3


def test_next_sibling_is_only_the_directly_following_element() -> None:
    tags = TagIndex([b"<A><B>1</B><C>2</C><B>3</B><D/></A>"])
    _, names = tags.find_all("B", tags.records)
    assert tags.contents(tags.next_sibling(names, "B", "C"), "C") == [b"2", b""]


@pytest.mark.parametrize(
    "record", [b'<A b=">"><C>x > y</C></A>', b"<A b='>\">'><C d=\"'\">x > y</C></A>", b"<A><B/> > <C>x > y</C></A>"]
)
def test_angle_brackets_outside_tags_are_escaped(record: bytes) -> None:
    tags = TagIndex([RECORDS[0], record])
    assert tags.texts(tags.first("C", tags.records), "C") == [None, "x > y"]


def test_no_records() -> None:
    tags = TagIndex([])
    assert tags.text_lists("A", tags.records) == []


PIECES = st.sampled_from(
    ["a", "\u00e9", " ", "  ", "\n", "\u2009", "\u00a0", "\u3000", "&lt;", "&#32;", "<i>", "</i>", "\U0001f40e"]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join)))
def test_clean_each_gives_the_same_as_clean(texts: list[str]) -> None:
    contents = [text.encode() for text in texts]
    assert clean_each(contents) == [clean(content) for content in contents]

"""Vocabulary files that are damaged or hostile are refused with the file and the reason, in bounded time."""

import io
import time

import pytest

from transforms.vocabulary.compiled import VocabularyError, read_vocabulary
from transforms.vocabulary.merge import merge

OBO = "format-version: 1.2\n"
MESH = '<?xml version="1.0"?><DescriptorRecordSet LanguageCode="eng">{}</DescriptorRecordSet>'


def term(number: int, name: str = "Name", *lines: str) -> str:
    return "\n".join(["", "[Term]", f"id: T:{number}", f"name: {name}", *lines, ""])


def descriptor(ui: str, name: str, tree: str = "C01") -> str:
    return (
        f"<DescriptorRecord><DescriptorUI>{ui}</DescriptorUI><DescriptorName><String>{name}</String></DescriptorName>"
        f"<TreeNumberList><TreeNumber>{tree}</TreeNumber></TreeNumberList></DescriptorRecord>"
    )


def read(content: str, name: str):
    return read_vocabulary(io.BytesIO(content.encode()), name)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (OBO + term(1) + term(1, "Other"), "x.obo", r"x\.obo: the id T:1 stands for two terms"),
        (OBO + term(1, "n" * 9_000_000), "x.obo", "a line of more than 100000 characters"),
        (OBO + term(1, "n" * 90_000), "x.obo", "T:1 has a name of 90,000 characters"),
        (OBO + "".join(term(n, "N", f"is_a: T:{n - 1}") for n in range(5_000)), "x.obo", "more than 1,000 concepts"),
        (MESH.format(descriptor("D1", "A") + descriptor("D1", "B")), "x.xml", "MESH:D1 stands for two concepts"),
        (MESH.format(descriptor("D1", "n" * 9_000_000)), "x.xml", "MESH:D1 has a name of 9,000,000 characters"),
        (MESH.format(descriptor("D1", "A", "C01" + ".1" * 90_000)), "x.xml", "D1 has a tree number of more than 200"),
        ('id,name\nT:1,"Open\nT:2,Other\n', "x.csv", r"x\.csv, line \d, cannot be read: unexpected end of data"),
        ('id,name\nT:1,"Open\nT:2,"Other"\n', "x.csv", r"x\.csv, line \d"),
        ('id,name\nT:1,"Open\nT:2,Other"\n', "x.csv", "line 3: a value goes over several lines"),
        ("id,name\nT:1,Leukemia, nodal\n", "x.csv", "line 2: more values than columns"),
        ('"id,name\nT:1,A\n', "x.csv", "line 1, cannot be read"),
        ("id,name,above\nT:1,A,nothing\n", "x.csv", "above of T:1 is 'nothing'"),
        ('[[concept]]\nid = "T:1"\nnames = ["A"]\n' * 2, "x.toml", "the id T:1 stands for two concepts"),
    ],
)
def test_refused(content, name, message):
    with pytest.raises(VocabularyError, match=message):
        read(content, name)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("name: Spleen" + " " * 90_000 + "size", "Spleen size"),
        ("name: Spleen" + " {" * 40_000, None),
        ("name: Spleen size" + " " * 90_000 + "! comment", "Spleen size"),
        ('name: Spleen size\nsynonym: "x"' + " " * 90_000, "Spleen size"),
        ("name: Spleen size\nxref: " + "A" * 90_000, "Spleen size"),
    ],
)
def test_long_lines_take_linear_time(line, name):
    begun = time.process_time()
    content = f"{OBO}data-version: {'1' * 90_000}\n\n[Term]\nid: T:1\n{line}\n"
    try:
        assert read(content, "x.obo").concepts["name"].to_pylist() == [name]
    except VocabularyError:
        assert name is None
    assert time.process_time() - begun < 1


def test_a_custom_list_below_a_concept_that_no_vocabulary_has_is_refused():
    own = read("id,name,above\nOWN:1,A,MESH:D1\nOWN:2,B,MESH:D99\n", "own.csv")
    mesh = read(MESH.format(descriptor("D1", "Parent")), "desc.xml")
    with pytest.raises(VocabularyError, match=r"own\.csv: above of OWN:2 names MESH:D99, which no loaded vocabulary"):
        merge([mesh, own])


def test_control_characters_in_names_are_removed():
    tables = read('[[concept]]\nid = "T:1"\nnames = ["Red\\u001b[31m spleen", "x"]\n', "x.toml")
    assert tables.names["name"].to_pylist() == ["Red spleen", "x"]
    tables = read(OBO + term(1, "Red\x1b[31m\x07 spleen", 'synonym: "\x9b1mBig" EXACT []'), "x.obo")
    assert tables.names["name"].to_pylist() == ["Red spleen", "Big"]

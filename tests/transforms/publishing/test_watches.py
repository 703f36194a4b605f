"""The file of watches: what it may say, and what is told of one that cannot be read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.publishing.watches import Watch, WatchError, read_watches, watch

TWO = """
[[watch]]
name = "Leukaemia in Lymph Nodes!"
terms = ["Leukemia|Leukemic Infiltration", "Lymph Nodes"]

[[watch]]
name = "another"
terms = ["Gout"]
basis = "index"
only_case_reports = true
from_year = 1990
"""


def test_a_file_is_read_in_its_order():
    first, second = read_watches(TWO)
    assert first == Watch("Leukaemia in Lymph Nodes!", ("Leukemia|Leukemic Infiltration", "Lymph Nodes"))
    assert second == Watch("another", ("Gout",), basis="index", only_case_reports=True, from_year=1990)
    assert first.watch_id == "leukaemia-in-lymph-nodes"
    assert second.given() == {
        "name": "another", "terms": ["Gout"], "basis": "index", "only_case_reports": True, "from_year": 1990,
    }  # fmt: skip
    assert read_watches("") == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[watch", "not TOML"),
        ("watch = 3", "nothing but"),
        ("[[watch]]\nname='a'\nterms=['b']\n[other]", "nothing but"),
        ("[[watch]]\nterms=['b']", "needs a name"),
        ("[[watch]]\nname=\"a\\nb\"\nterms=['b']", "needs a name"),
        ("[[watch]]\nname='a'", "needs terms"),
        ("[[watch]]\nname='a'\nterms='b'", "needs terms"),
        ("[[watch]]\nname='a'\nterms=[1]", "needs terms"),
        ("[[watch]]\nname='a'\nterms=['b']\ncolour='red'", "mean nothing: colour"),
        ("[[watch]]\nname='a'\nterms=['b']\nbasis='guess'", "basis is one of index, text, any"),
        ("[[watch]]\nname='a'\nterms=['b']\nexact=1", "exact is not bool"),
        ("[[watch]]\nname='a'\nterms=['b']\nfrom_year=true", "from_year is not int"),
        ("[[watch]]\nname='a b'\nterms=['b']\n[[watch]]\nname='A-B'\nterms=['c']", "too alike"),
    ],
)
def test_what_cannot_be_read_is_told(text, told):
    with pytest.raises(WatchError, match=told):
        read_watches(text)


def test_what_is_counted_makes_the_definition_and_the_name_does_not():
    one = Watch("a", ("b", "c"))
    assert replace(one, name="d").definition == one.definition
    others = [replace(one, terms=("b",)), replace(one, basis="text"), replace(one, exact=True)]
    assert len({one.definition, *(each.definition for each in others)}) == 4


@given(st.text(max_size=220))
def test_any_name_gives_an_id_that_is_safe_in_a_path(name):
    try:
        id_ = watch({"name": name, "terms": ["x"]}).watch_id
    except WatchError:
        assert not name.strip() or len(name) > 200 or not name.isprintable()
    else:
        assert id_
        assert len(id_) <= 80
        assert set(id_) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")

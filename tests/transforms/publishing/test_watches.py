"""The file of watches: its keys, and the message about one that cannot be read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.counting.filters import Filters
from transforms.publishing.watches import Watch, WatchError, read_watch, read_watches

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
    assert second == Watch("another", ("Gout",), Filters(basis="index", only_case_reports=True, from_year=1990))
    assert first.watch_id == "leukaemia-in-lymph-nodes"
    assert second.to_toml() == {
        "name": "another", "terms": ["Gout"], "basis": "index", "only_case_reports": True, "from_year": 1990,
    }  # fmt: skip
    assert read_watches("") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[watch", "not TOML"),
        ("watch = 3", "nothing but"),
        ("[[watch]]\nname='a'\nterms=['b']\n[other]", "nothing but"),
        ("[[watch]]\nterms=['b']", "needs a name"),
        ("[[watch]]\nname=\"a\\nb\"\nterms=['b']", "needs a name"),
        ("[[watch]]\nname='a'", "needs terms"),
        ("[[watch]]\nname='a'\nterms='b'", "needs terms"),
        ("[[watch]]\nname='a'\nterms=[1]", "needs terms"),
        ("[[watch]]\nname='a'\nterms=['b']\ncolour='red'", "unknown: colour"),
        ("[[watch]]\nname='a'\nterms=['b']\nbasis='guess'", "basis is one of index, text, any"),
        ("[[watch]]\nname='a'\nterms=['b']\nexact=1", "exact takes true or false"),
        ("[[watch]]\nname='a'\nterms=['b']\nfrom_year=true", "from_year takes a whole number"),
        ("[[watch]]\nname='a'\nterms=['b']\nas_of='2020-01-01'", "cannot have as_of"),
        ("[[watch]]\nname='a b'\nterms=['b']\n[[watch]]\nname='A-B'\nterms=['c']", "too alike"),
    ],
)
def test_what_cannot_be_read_is_reported(text, message):
    with pytest.raises(WatchError, match=message):
        read_watches(text)


def test_what_is_counted_makes_the_definition_and_the_name_does_not():
    one = Watch("a", ("b", "c"))
    assert replace(one, name="d").definition == one.definition
    filters = [Filters(basis="text"), Filters(exact=True)]
    others = [replace(one, terms=("b",)), *(replace(one, filters=each) for each in filters)]
    assert len({one.definition, *(each.definition for each in others)}) == 4


def test_the_digest_of_a_definition_never_changes():
    assert Watch("a", ("b", "c")).definition == "76e758d400009989"
    assert Watch("a", ("b",), Filters(level="sentence", to_year=1999)).definition == "fa5414469ff7e70a"


@given(st.text(max_size=220))
def test_any_name_gives_an_id_that_is_safe_in_a_path(name):
    try:
        id_ = read_watch({"name": name, "terms": ["x"]}).watch_id
    except WatchError:
        assert not name.strip() or len(name) > 200 or not name.isprintable()
    else:
        assert id_
        assert len(id_) <= 80
        assert set(id_) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")

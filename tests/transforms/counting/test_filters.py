"""The filters of a count: declared once, read from values, and the same on every surface."""

import datetime as dt

import pytest

from transforms.counting.filters import FIELDS, FilterError, Filters, read_filters


def test_values_are_read_by_name_and_the_rest_keeps_its_default():
    filters = read_filters({"basis": "text", "exact": True, "from_year": 1990, "as_of": dt.date(2020, 1, 2)})
    assert filters == Filters(basis="text", exact=True, from_year=1990, as_of=dt.date(2020, 1, 2))
    assert filters.changed() == {"basis": "text", "exact": True, "from_year": 1990, "as_of": dt.date(2020, 1, 2)}
    assert list(filters.values()) == [field.name for field in FIELDS]
    assert read_filters({}).changed() == {}
    assert read_filters({"from_year": None}) == Filters()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": "red"}, "unknown: colour; filters are basis"),
        ({"basis": "guess"}, "basis is one of index, text, any, not 'guess'"),
        ({"level": 3}, "level is one of article, sentence"),
        ({"exact": 1}, "exact takes true or false, not 1"),
        ({"from_year": True}, "from_year takes a whole number, not True"),
        ({"as_of": "2020-01-01"}, "as_of takes a date"),
    ],
)
def test_other_values_are_refused(values, message):
    with pytest.raises(FilterError, match=message):
        read_filters(values)


def test_every_filter_says_what_it_means():
    for field in FIELDS:
        assert field.meaning.endswith(".")
        assert field.option.startswith("--")
        assert not field.choices or field.default in field.choices

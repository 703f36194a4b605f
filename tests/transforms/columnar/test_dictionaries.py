"""Texts as numbers into dictionaries say the same as the texts."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.columnar.dictionaries import (
    decode_table,
    encode_column,
    equals_text,
    prune_dictionaries,
    sort_dictionary,
)

texts = st.lists(st.lists(st.sampled_from(["", "a", "b", "ab", None]), max_size=6), max_size=4)


def chunked(parts):
    return pa.chunked_array([pa.array(part, pa.string()) for part in parts], pa.string())


def dictionaries(parts):
    type_ = pa.dictionary(pa.int32(), pa.string())
    return pa.chunked_array([pa.array(part, pa.string()).dictionary_encode() for part in parts], type_)


@given(texts)
def test_a_dictionary_holds_the_texts(parts):
    told = [text for part in parts for text in part]
    assert encode_column(chunked(parts)).to_pylist() == encode_column(dictionaries(parts)).to_pylist() == told
    assert decode_table(pa.table({"text": dictionaries(parts)}))["text"].to_pylist() == told


@given(texts)
def test_narrowed_the_texts_are_the_same_and_each_is_there(parts):
    whole = pa.table({"number": range(sum(map(len, parts))), "text": encode_column(dictionaries(parts))})
    for part in (whole, whole.slice(1, 3), whole.slice(0, 0)):
        found = prune_dictionaries(part)
        assert found.to_pylist() == part.to_pylist()
        named = {text for text in part["text"].to_pylist() if text is not None}
        assert not named or set(encode_column(found["text"]).dictionary.to_pylist()) == named


@pytest.mark.parametrize("column", [chunked, dictionaries])
def test_null_is_no_text(column):
    assert equals_text(column([["a", None], ["b", "a"]]), "a").tolist() == [True, False, False, True]


def test_codes_compare_as_texts_do():
    names, codes = sort_dictionary(pa.array(["b", "é", "a"]))
    assert names.to_pylist() == ["a", "b", "é"]
    assert codes.tolist() == [1, 2, 0]

"""Dictionary-encoded columns hold the same values as plain ones."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
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


@settings(deadline=None)
@given(texts)
def test_encoding_and_decoding_keep_the_values(parts):
    values = [text for part in parts for text in part]
    assert encode_column(chunked(parts)).to_pylist() == encode_column(dictionaries(parts)).to_pylist() == values
    assert decode_table(pa.table({"text": dictionaries(parts)}))["text"].to_pylist() == values


@settings(deadline=None)
@given(texts)
def test_pruned_dictionaries_hold_exactly_the_values_used(parts):
    whole = pa.table({"number": range(sum(map(len, parts))), "text": encode_column(dictionaries(parts))})
    for part in (whole, whole.slice(1, 3), whole.slice(0, 0)):
        pruned = prune_dictionaries(part)
        assert pruned.to_pylist() == part.to_pylist()
        used = {text for text in part["text"].to_pylist() if text is not None}
        assert not used or set(encode_column(pruned["text"]).dictionary.to_pylist()) == used


@pytest.mark.parametrize("column", [chunked, dictionaries])
def test_null_equals_no_text(column):
    assert equals_text(column([["a", None], ["b", "a"]]), "a").tolist() == [True, False, False, True]


def test_codes_of_a_sorted_dictionary_compare_as_the_texts_do():
    names, codes = sort_dictionary(pa.array(["b", "é", "a"]))
    assert names.to_pylist() == ["a", "b", "é"]
    assert codes.tolist() == [1, 2, 0]

"""The hash table agrees with a dict, also where many keys collide."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.columnar.hash_table import ABSENT, HashTable

keys = st.integers(0, 2**64 - 1) | st.integers(0, 40)


@settings(deadline=None)
@given(st.dictionaries(keys, st.integers(0, 2**24 - 2)), st.lists(keys))
def test_find_returns_the_value_or_absent(content, others):
    table = HashTable.build(np.array(list(content), np.uint64), np.array(list(content.values()), np.int32))
    queries = [*content, *others]
    assert table.find(np.array(queries, np.uint64)).tolist() == [content.get(key, ABSENT) for key in queries]


def test_keys_that_share_a_slot_go_to_further_levels():
    content = np.unique(np.random.default_rng(0).integers(1, 2**64 - 1, 20_000, np.uint64))
    table = HashTable.build(content, np.arange(len(content), dtype=np.int32))
    assert len(table.levels) > 1
    assert table.find(content).tolist() == list(range(len(content)))
    assert (table.find(content + np.uint64(1)) == ABSENT).all()

"""Set operations agree with Python's sets, the sort with `numpy.lexsort`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.columnar.integers import distinct, is_in, run_starts, stable_order

numbers = st.integers(0, 3) | st.integers(0, 2**62)
integers = st.lists(st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1))


@given(integers, integers)
def test_set_operations_equal_those_of_python_sets(values, known):
    array, others = np.array(values, np.int64), np.array(known, np.int64)
    assert distinct(array).tolist() == sorted(set(values))
    assert is_in(array, others).tolist() == [value in set(known) for value in values]


@given(integers)
def test_run_starts(values):
    ordered = np.array(sorted(values), np.int64)
    assert ordered[run_starts(ordered)].tolist() == sorted(set(values))


@given(st.lists(st.tuples(numbers, numbers, st.integers(0, 1))))
def test_stable_order_equals_lexsort(rows):
    keys = [np.array([row[at] for row in rows], np.int64) for at in range(3)]
    assert stable_order(*keys).tolist() == np.lexsort(keys).tolist()

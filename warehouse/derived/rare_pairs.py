"""Rare pairs tested: p and q values need all rare pairs at once, so they are stored and not worked out in a view."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Floats
from transforms.rarity import benjamini_hochberg, poisson_tail
from transforms.schema.counts import RARE_TESTS
from warehouse.catalog.sql import statement
from warehouse.derived.refresh import Derived

MOST_STORED = 100_000
MOST_WITH_DESCENDANTS = 10_000
"""Pairs of each basis, the most surprising."""


def rare_tests(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table]:
    """The rows of `rare_tests` without `batch`."""
    connection.execute(statement("rare", "rare_pairs"))
    connection.execute(statement("rare", "with_descendants"), {"most": MOST_WITH_DESCENDANTS})
    tested = connection.sql(statement("rare", "tested_pairs"), params={"most": MOST_STORED}).to_arrow_table()
    p_values = np.asarray(poisson_tail(tested["articles"], tested["expected"]))
    q_values, sizes = np.ones(len(tested)), np.zeros(len(tested), np.int64)
    for basis in pc.unique(tested["basis"]).to_pylist():
        own = np.asarray(pc.equal(tested["basis"], basis))
        family, adjusted = _family(connection, basis)
        q_values[own] = adjusted[np.searchsorted(family, p_values[own])]
        sizes[own] = len(family)
    for name, values in (("p_value", p_values), ("q_value", q_values), ("family_size", sizes)):
        tested = tested.append_column(name, pa.array(values))
    return (RARE_TESTS.without("batch").conform(tested.drop_columns(["expected"])),)


def _family(connection: duckdb.DuckDBPyConnection, basis: str) -> tuple[Floats, Floats]:
    """The p values of all rare pairs of a basis, ascending, and their q values."""
    query = "SELECT articles, expected FROM rare_pairs WHERE basis = $basis"
    rows = connection.execute(query, {"basis": basis}).fetchnumpy()
    p_values = np.sort(poisson_tail(rows["articles"], rows["expected"]))
    return p_values, benjamini_hochberg(p_values)


RARE_TABLES = Derived("rare", ("rare_tests",), rare_tests)

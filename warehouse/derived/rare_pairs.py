"""Test rare pairs: p and q values, stored because the q value of one pair depends on all rare pairs of its basis."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Floats
from transforms.rarity import benjamini_hochberg, poisson_tail
from transforms.schema.counts import RARE_TESTS
from warehouse.catalog.sql import statement
from warehouse.derived.refresh import DerivedTables

MAX_STORED_PAIRS = 100_000
"""Pairs stored for each basis, the most surprising."""
MAX_PAIRS_WITH_DESCENDANTS = 10_000
"""Pairs of each basis whose articles are also counted with descendants, the most surprising."""


def rare_tests(connection: duckdb.DuckDBPyConnection) -> tuple[pa.Table]:
    """Return the rows of `rare_tests` without `batch`."""
    connection.execute(statement("rare", "rare_pairs"))
    connection.execute(statement("rare", "with_descendants"), {"most": MAX_PAIRS_WITH_DESCENDANTS})
    tested = connection.sql(statement("rare", "tested_pairs"), params={"most": MAX_STORED_PAIRS}).to_arrow_table()
    p_values = np.asarray(poisson_tail(tested["articles"], tested["expected"]))
    q_values, family_sizes = np.ones(len(tested)), np.zeros(len(tested), np.int64)
    for basis in pc.unique(tested["basis"]).to_pylist():
        of_basis = np.asarray(pc.equal(tested["basis"], basis))
        family, adjusted = _rare_family(connection, basis)
        # Only part of the family is stored; each stored pair takes the q value of its p value in the whole family.
        q_values[of_basis] = adjusted[np.searchsorted(family, p_values[of_basis])]
        family_sizes[of_basis] = len(family)
    for name, values in (("p_value", p_values), ("q_value", q_values), ("family_size", family_sizes)):
        tested = tested.append_column(name, pa.array(values))
    return (RARE_TESTS.without("batch").conform(tested.drop_columns(["expected"])),)


def _rare_family(connection: duckdb.DuckDBPyConnection, basis: str) -> tuple[Floats, Floats]:
    """Return the p values of all rare pairs of a basis, ascending, and their q values."""
    query = "SELECT articles, expected FROM rare_pairs WHERE basis = $basis"
    rows = connection.execute(query, {"basis": basis}).fetchnumpy()
    p_values = np.sort(poisson_tail(rows["articles"], rows["expected"]))
    return p_values, benjamini_hochberg(p_values)


RARE_TABLES = DerivedTables("rare", ("rare_tests",), rare_tests)

"""Questions about columns of lists."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.types import Bools


def list_has_any(lists: pa.Array, wanted: Collection[str]) -> Bools:
    """Whether each list of strings holds at least one of the wanted values; False for NULL.

    [["a", "b"], [], NULL, ["c"]] with {"b", "c"} -> [True, False, False, True]
    """
    hits = np.asarray(pc.is_in(lists.flatten(), pa.array(sorted(wanted), pa.string())), bool)
    contains = np.zeros(len(lists), bool)
    contains[np.asarray(pc.list_parent_indices(lists))[hits]] = True
    return contains

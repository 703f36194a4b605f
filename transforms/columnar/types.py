"""Aliases for the numpy array types that the transforms pass around."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
"""Row numbers, offsets and counts."""
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
"""Hashes of words, and keys made of several integers."""
Gaps = npt.NDArray[np.uint8]
"""What stands before each word: JOINED, COMMA or BROKEN (transforms.text.tokens)."""
Codes = npt.NDArray[np.uint32]
"""Unicode code points."""

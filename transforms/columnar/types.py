"""Names of numpy array types."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Gaps = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]

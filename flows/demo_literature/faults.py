"""Faults of a remote service, switched on by name in the demo server.

too_many_requests   429 with Retry-After and a JSON body, even where XML was requested
server_error        500
html_page           an HTML page with status 200
error_element       ERROR (or errMsg) inside status 200
truncated_body      the connection closes in the middle of the body
short_body          half of the body, with a Content-Length to match
wrong_md5           a digest of other content
slow_bytes          the body in small pieces, with pauses
dropped_connection  the connection closes without a response
missing_ids         the last requested record is missing from the response
changing_count      the count is one too high
repeated_cursor     the next cursor is the current one
private_redirect    a redirect to a private address
endless_body        a body that does not end
"""

import random
import threading
from collections.abc import Collection, Mapping

TRANSPORT_FAULTS = frozenset({
    "too_many_requests", "server_error", "html_page", "truncated_body", "short_body", "slow_bytes",
    "dropped_connection", "private_redirect", "endless_body",
})  # fmt: skip
"""Faults that any response can have."""

FAULTS = TRANSPORT_FAULTS | {"error_element", "wrong_md5", "missing_ids", "changing_count", "repeated_cursor"}


class Faults:
    """Draws at most one fault for each response, each fault with its probability (0 to 1)."""

    def __init__(self, odds: Mapping[str, float] | None = None, seed: int = 0) -> None:
        unknown = set(odds or {}) - FAULTS
        if unknown:
            raise ValueError(f"unknown faults: {', '.join(sorted(unknown))}")
        self._odds = dict(odds or {})
        self._random = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        self._lock = threading.Lock()
        self.drawn: dict[str, int] = {}

    def draw(self, possible: Collection[str]) -> str | None:
        """Draw a fault for one response out of those possible for it; None for no fault."""
        with self._lock:
            for name, odds in self._odds.items():
                if name in possible and self._random.random() < odds:
                    self.drawn[name] = self.drawn.get(name, 0) + 1
                    return name
        return None

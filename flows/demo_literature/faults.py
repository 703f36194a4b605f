"""What can go wrong between a collector and a service, switched on by name in the embedded literature server.

too_many_requests   429 with a JSON body and Retry-After, also where XML was asked for
server_error        500
html_page           an HTML page with status 200
error_element       ERROR (or errMsg) inside status 200
truncated_body      the connection closes in the middle of the body
short_body          half of the body, announced as if it were all
wrong_md5           a digest that is not the file's
slow_bytes          a few bytes at a time
dropped_connection  no answer at all
missing_ids         a record that was asked for is not in the answer
changing_count      the count differs from the answer before
repeated_cursor     the next cursor is this one
private_redirect    a redirect to a private address
endless_body        a body that does not end
"""

import random
import threading
from collections.abc import Collection, Mapping

TRANSPORT = frozenset({
    "too_many_requests", "server_error", "html_page", "truncated_body", "short_body", "slow_bytes",
    "dropped_connection", "private_redirect", "endless_body",
})  # fmt: skip
"""Faults any answer can have."""

FAULTS = TRANSPORT | {"error_element", "wrong_md5", "missing_ids", "changing_count", "repeated_cursor"}


class Faults:
    """Draws at most one fault for each answer, each with its odds (0 to 1)."""

    def __init__(self, odds: Mapping[str, float] | None = None, seed: int = 0) -> None:
        unknown = set(odds or {}) - FAULTS
        if unknown:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        self._odds = dict(odds or {})
        self._random = random.Random(seed)  # noqa: S311 - nothing secret is drawn
        self._lock = threading.Lock()
        self.drawn: dict[str, int] = {}

    def draw(self, possible: Collection[str]) -> str | None:
        """A fault for one answer, of those that are possible there."""
        with self._lock:
            for name, odds in self._odds.items():
                if name in possible and self._random.random() < odds:
                    self.drawn[name] = self.drawn.get(name, 0) + 1
                    return name
        return None

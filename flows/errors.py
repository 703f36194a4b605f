"""The base of what can go wrong outside the lake.

FlowError                   `hint` says what to do next
├── flows.http.client.HttpError    a request
├── ServingError            the server, the worker or the deployments
└── CollectError            a collection that cannot begin
    └── IncompleteError     ... some of whose windows failed, or whose source suddenly gave nothing; has its `result`
"""

from typing import Any


class FlowError(Exception):
    """The base of all errors of the flows."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CollectError(FlowError):
    """A collection that cannot begin, or did not succeed."""


class IncompleteError(CollectError):
    """A collection that came to its end, but not as it should: `result` says what became of every window."""

    def __init__(self, message: str, hint: str, result: Any) -> None:  # noqa: ANN401 - of whichever flow
        super().__init__(message, hint)
        self.result = result


class ServingError(FlowError):
    """`hoofbeats up` cannot begin, or cannot go on."""

"""The base of what can go wrong outside the lake.

FlowError                   `hint` says what to do next
├── flows.http.HttpError    a request
└── CollectError            a collection that cannot begin, or some of whose windows failed
"""


class FlowError(Exception):
    """The base of all errors of the flows."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CollectError(FlowError):
    """A collection that cannot begin, or did not succeed."""

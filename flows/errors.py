"""Errors of the flows. Each carries a `hint`, which says what to do next.

    FlowError                                          base of all errors below
    ├── CollectError                                   a collection cannot start, or did not succeed
    │   ├── IncompleteError                            it ended with failed windows or missing records; has its `result`
    │   ├── flows.backfill.BackfillFailed              a backfill ended with failed windows; has its `result`
    │   └── flows.backfill.WindowFailed                one window of a backfill failed; has its `attempt`
    ├── NotLoadedError                                 files that an ingest could not load; has its `result`
    ├── SettingsError                                  a setting is unknown or has a wrong value
    ├── ServingError                                   the Prefect server, the worker or a deployment
    ├── flows.http.client.HttpError                    a request
    │   ├── ForbiddenError                             must not be sent: private address, unsafe redirect, robots.txt
    │   ├── RefusedError                               the service rejects this request (4xx); retrying is useless
    │   ├── TooLargeError                              the response exceeds a size limit of the settings
    │   └── TransientError                             a retry may succeed
    │       ├── UnreachableError                       no connection to the host
    │       └── BadResponseError                       status 200, but not the expected content
    ├── flows.prepare.task_runners.RunnerMissingError  the configured task runner is not installed
    ├── flows.watches.file.WatchFileError              the watch file, or a watch in it, is invalid
    └── flows.cli.manuscript.ManuscriptError           a manuscript cannot be read

Outside this tree, because their callers expect the base class of the standard library:

    OSError       flows.sources.local_files.UnreadableFileError           a file to ingest cannot be read
    RuntimeError  flows.prepare.extraction_worker.WorkerDidNotStart       the extraction process did not start
    Exception     flows.prepare.payload._ClaimsFailedError                the payload is prepared again
    Exception     flows.http.address_guard.ForbiddenAddress               becomes a ForbiddenError in the client
    Exception     flows.operations.serving.Stopped                        the operator stopped `hoofbeats up`
"""

from typing import Any


class FlowError(Exception):
    """Base of the errors of the flows; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class CollectError(FlowError):
    """A collection cannot start, or did not succeed."""


class IncompleteError(CollectError):
    """A collection ended with failed windows, or without the records a source usually has.

    `result` is the result of the flow: its windows, one by one.
    """

    def __init__(self, message: str, hint: str, result: Any) -> None:  # noqa: ANN401 - a result of whichever flow
        super().__init__(message, hint)
        self.result = result


class NotLoadedError(FlowError):
    """Files could not be loaded; the others are. `result` is the result of the flow."""

    def __init__(self, message: str, hint: str, result: Any) -> None:  # noqa: ANN401 - the result of the ingest flow
        super().__init__(message, hint)
        self.result = result


class SettingsError(FlowError, ValueError):
    """A setting is unknown or has a wrong value; secrets are not part of the message."""


class ServingError(FlowError):
    """The Prefect server, the worker or a deployment cannot start, or stopped working."""

"""Errors about a lake.

    LakeError
    ├── NoLakeError              the folder has no catalog yet
    ├── DamagedLakeError         a catalog is missing, cannot be read, or is older than the history
    ├── UnusableFolderError      the folder has a name that DuckDB does not take literally
    ├── UnexplainedFilesError    garbage collection would remove too much that nothing explains
    ├── NewerLakeError           the lake was written by a newer Hoofbeats
    ├── NoVocabularyError        no vocabulary is loaded, so nothing can be annotated
    ├── VocabularyChangedError   a payload was prepared with another vocabulary than the lake's
    ├── UnknownVersionError      that version of the catalog is not kept
    ├── UnknownBatchError        that batch cannot be undone
    ├── CurationError            a verdict on a mention or name cannot be followed
    ├── UnknownDocumentError     the lake has no such record
    ├── IncompatibleKeysError    the lake's duplicate keys were made by other rules
    ├── UnknownTermError         no counted concept has that name; the hint lists the nearest names
    │   ├── EmptyTermError       a term, or an alternative of it, is empty
    │   └── AmbiguousTermError   several concepts have that name; the hint lists them
    ├── LimitError               a query needs more time or memory than it was allowed
    └── UnsafeQueryError         the statement is not a single SELECT

Each carries a `hint`: what to do next.
"""


class LakeError(Exception):
    """Base of all errors about a lake; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NoLakeError(LakeError):
    """The folder has no catalog."""


class DamagedLakeError(LakeError):
    """A catalog is missing, cannot be read, or is older than the history."""


class UnusableFolderError(LakeError):
    """The folder has a name that DuckDB does not take literally."""


class UnexplainedFilesError(LakeError):
    """Garbage collection would remove too much that nothing explains."""


class NewerLakeError(LakeError):
    """The lake was written by a newer Hoofbeats."""


class NoVocabularyError(LakeError):
    """No vocabulary is loaded."""


class VocabularyChangedError(LakeError):
    """A payload was prepared with another vocabulary than the lake's."""


class UnknownVersionError(LakeError):
    """That version of the catalog is not kept."""


class UnknownBatchError(LakeError):
    """That batch cannot be undone."""


class CurationError(LakeError):
    """A verdict on a mention or name cannot be followed, or is about a mention that does not exist."""


class UnknownDocumentError(LakeError):
    """The lake has no such record."""


class IncompatibleKeysError(LakeError):
    """The lake's duplicate keys were made by other rules than this code's."""


class UnknownTermError(LakeError):
    """No counted concept has that name."""


class EmptyTermError(UnknownTermError):
    """A term, or an alternative of it, is empty."""


class AmbiguousTermError(UnknownTermError):
    """Several concepts have that name."""


class UnsafeQueryError(LakeError):
    """The statement is not a single SELECT."""


class LimitError(LakeError):
    """A query needs more time or memory than it was allowed."""
